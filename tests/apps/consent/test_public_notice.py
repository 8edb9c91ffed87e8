"""The public notice (C11): four answers before any upload, in the visitor's language, for any cache, about nobody."""

from typing import Any

import pytest
from django.test import Client

from consent.models import Notice
from consent.queries import current_notice
from consent.rules import texts
from tests.apps.consent.consent_cast import World

pytestmark = pytest.mark.django_db
HEADINGS = ("1. What is collected and stored", "2. What it is used for", "3. How long", "4. Who receives it")


def test_c11_a_visitor_reads_the_four_answers_before_any_upload(world: World) -> None:
    page = Client().get("/notice")
    assert page.status_code == 200
    shown = page.content.decode()
    assert all(f"<h2>{heading}</h2>" in shown for heading in HEADINGS)
    notice = current_notice("face_scan")
    assert all(
        sentence in shown for sentence in ("The photo you uploaded: 37 days after the upload.", "Nothing is scanned before you sign.")
    )
    assert notice.title in shown
    assert len(page.content) <= 100_000


def test_c11_programs_get_the_same_as_data(world: World) -> None:
    answer = Client().get("/notice.json").json()
    notice = current_notice("face_scan")
    assert {key: answer[key] for key in ("schema", "published", "operator", "language", "version", "hash")} == {
        "schema": "efface-notice/1",
        "published": True,
        "operator": "Example Studio",
        "language": "en",
        "version": notice.version,
        "hash": notice.hash,
    }
    assert answer["what"]["categories"][0] == {
        "category": "original_upload",
        "words": "The photo you uploaded",
        "until": ["uploaded + P37D"],
        "until_words": ["37 days after the upload"],
    }
    assert (answer["why"]["purpose"], answer["why"]["words"]) == ("face_scan", "a scan of your face")
    assert answer["how_long"]["term"] == notice.term
    assert [one["id"] for one in answer["who"]["recipients"]] == notice.recipients
    assert all(line in notice.body for part in ("what", "why", "how_long", "who") for line in answer[part]["text"])


@pytest.mark.parametrize(
    ("header", "query", "locale"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "", "de"),
        ("pt-BR,fr;q=0.4", "", "fr"),
        ("ja", "", "en"),
        ("", "", "en"),
        ("de", "?lang=es", "es"),
        ("de", "?lang=tlh", "de"),
    ],
)
def test_c11_the_notice_speaks_the_language_of_the_visitor(world: World, header: str, query: str, locale: str) -> None:
    page = Client().get(f"/notice{query}", headers={"Accept-Language": header})
    assert f'<html lang="{locale}"' in page.content.decode()
    assert page["Content-Language"] == locale
    assert Client().get(f"/notice.json{query}", headers={"Accept-Language": header}).json()["language"] == locale


@pytest.mark.parametrize("address", ["/notice", "/notice.json", "/notice?lang=fr"])
def test_c11_any_cache_may_keep_it_and_it_knows_nobody(world: World, address: str) -> None:
    browser = Client()
    browser.cookies["efface_language"] = "de"
    page = browser.get(address)
    assert page["Cache-Control"] == "public, max-age=300"
    assert "Accept-Language" in page["Vary"]
    assert "Cookie" not in page["Vary"]
    assert not page.cookies
    assert page.content == Client().get(address).content
    again = Client().get(address, headers={"If-None-Match": page["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert Client().get("/notice?lang=es", headers={"If-None-Match": page["ETag"]}).status_code == 200
    assert Client().post(address).status_code == 405


@pytest.mark.parametrize("address", ["/notice", "/notice.json"])
def test_c11_a_crowd_of_visitors_costs_two_questions_each_and_a_cache_spares_it_the_pages(
    world: World, address: str, django_assert_max_num_queries: Any
) -> None:
    browser = Client()
    # The profile in force, and its notice.
    with django_assert_max_num_queries(2) as asked:
        page = browser.get(address)
    assert (page.status_code, len(asked)) == (200, 2)
    assert page["Cache-Control"] == "public, max-age=300"
    with django_assert_max_num_queries(2):
        assert browser.get(address, headers={"If-None-Match": page["ETag"]}).status_code == 304


@pytest.mark.parametrize("locale", texts.LOCALES)
def test_c11_before_anything_is_published_the_page_says_so_calmly(locale: str) -> None:
    assert not Notice.objects.exists()
    page = Client().get(f"/notice?lang={locale}")
    assert page.status_code == 404
    assert texts.say(locale, "page.none.title") in page.content.decode()
    assert page["Cache-Control"] == "public, max-age=60"
    answer = Client().get("/notice.json")
    assert (answer.status_code, answer.json()) == (404, {"schema": "efface-notice/1", "published": False})
