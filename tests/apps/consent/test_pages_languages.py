"""The public pages in four languages: which one is spoken, how it is chosen, and that errors speak it too."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from compliance.core import clock
from consent.actions import offer
from consent.models import Notice, Release, ReleaseLink
from tests.apps.consent.consent_cast import OFFICER, SYSTEM, World

pytestmark = pytest.mark.django_db
SIGN = {"en": "Sign", "es": "Firmar", "de": "Unterschreiben", "fr": "Signer"}
NO = {"en": "You said no", "es": "Usted dijo que no", "de": "Sie haben Nein gesagt", "fr": "Vous avez dit non"}
BACK = {"en": "Taken back", "es": "Retirado", "de": "Zurückgenommen", "fr": "Retiré"}
ENDED = {
    "en": "This link has ended",
    "es": "Este enlace ha terminado",
    "de": "Dieser Link gilt nicht mehr",
    "fr": "Ce lien n’est plus valable",
}
MISSING = {
    "en": "Type your full name. It is your signature.",
    "es": "Escriba su nombre completo. Es su firma.",
    "de": "Tippen Sie Ihren vollen Namen ein. Er ist Ihre Unterschrift.",
    "fr": "Écrivez votre nom complet. C’est votre signature.",
}
MONTH = {"en": r"\d \w+ 20\d\d", "es": r"\d de \w+ de 20\d\d", "de": r"\d\. \w+ 20\d\d", "fr": r"\d \w+ 20\d\d"}
EVERY = pytest.mark.parametrize("language", list(SIGN))


def speaking(language: str) -> Client:
    return Client(headers={"Accept-Language": language})


@EVERY
def test_u24_the_page_and_the_notice_follow_the_browser(world: World, language: str) -> None:
    response = speaking(f"{language}-XX,en;q=0.5").get(world.link("ana"))
    page = response.content.decode()
    notice = Notice.objects.filter(purpose="face_scan", locale=language).latest("version")
    assert f'<html lang="{language}"' in page
    assert f'<h1 lang="{language}">{notice.title}</h1>' in page
    assert f'<button class="button" type="submit">{SIGN[language]}</button>' in page
    assert re.search(MONTH[language] + r", \d\d:\d\d UTC", page)
    assert response["Content-Language"] == language
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in response["Vary"].split(",")}
    assert not response.cookies
    assert len(response.content) < 100_000


@EVERY
def test_the_release_is_signed_in_the_language_that_was_read(world: World, language: str) -> None:
    world.browser = speaking(language)
    path = world.link("ana")
    assert world.sign_on_page(path).status_code == 303
    release = Release.objects.get()
    assert release.notice.locale == language
    assert release.text_hash == release.notice.hash
    assert f'<html lang="{language}"' in world.browser.get(path).content.decode()


def test_u24_a_choice_wins_over_the_browser_and_lasts_at_the_same_address(world: World) -> None:
    path, browser = world.link("ana"), speaking("es")
    page = browser.get(path).content.decode()
    assert SIGN["es"] in page
    offered = re.findall(r'<a href="(\?lang=\w\w)" lang="(\w\w)" hreflang="\2"( aria-current="true")?>([^<]+)</a>', page)
    assert [(code, name, bool(now)) for _, code, now, name in offered] == [
        ("en", "English", False),
        ("es", "Español", True),
        ("de", "Deutsch", False),
        ("fr", "Français", False),
    ]
    chosen = browser.get(path + dict((code, query) for query, code, _, _ in offered)["de"])
    cookie = chosen.cookies["efface_language"]
    assert (cookie.value, cookie["samesite"], cookie["httponly"]) == ("de", "Lax", True)
    assert SIGN["de"] in chosen.content.decode()
    again = browser.get(path)
    assert SIGN["de"] in again.content.decode()
    assert not again.cookies


@pytest.mark.parametrize("asked", ["xx", "", "de'--", "../de", "DE"])
def test_a_language_that_is_not_offered_changes_nothing(world: World, asked: str) -> None:
    response = speaking("fr").get(world.link("ana"), {"lang": asked})
    assert SIGN["fr"] in response.content.decode()
    assert not response.cookies


def test_a_link_speaks_as_the_product_asked_until_the_person_chooses(world: World) -> None:
    _, url = offer(reference="ana", purpose="face_scan", language="fr", system=SYSTEM, actor=OFFICER, at=clock.now())
    path, browser = "/" + url.split("/", 3)[3], speaking("es")
    first = browser.get(path)
    assert SIGN["fr"] in first.content.decode()
    assert first["Content-Language"] == "fr"
    assert SIGN["en"] in browser.get(path, {"lang": "en"}).content.decode()
    assert SIGN["en"] in browser.get(path).content.decode()


@EVERY
def test_what_is_missing_is_said_in_the_language_of_the_page(world: World, language: str) -> None:
    world.browser = speaking(language)
    path = world.link("ana")
    response = world.browser.post(path, {**world.form(path), "agree": "yes"})
    assert response.status_code == 422
    assert MISSING[language] in response.content.decode()


@EVERY
def test_saying_no_taking_back_and_an_ended_link_speak_it_too(world: World, language: str) -> None:
    world.browser = speaking(language)
    ana, ben = world.link("ana"), world.link("ben")
    world.sign_on_page(ana)
    assert BACK[language] in world.browser.post(f"{ana}/withdraw").content.decode()
    assert NO[language] in world.browser.post(f"{ben}/decline", {}).content.decode()
    ReleaseLink.objects.update(expires_at=clock.now() - timedelta(days=1))
    assert ENDED[language] in world.browser.get(ben).content.decode()
    assert ENDED[language] in world.browser.get("/sign/" + "x" * 43).content.decode()


@EVERY
def test_every_page_after_a_press_can_be_read_again_in_another_language(world: World, language: str) -> None:
    """A change of language loads the same address again: no address may answer that with a wall."""
    ana, ben = world.link("ana"), world.link("ben")
    assert world.browser.get(f"{ana}/withdraw", {"lang": language}).status_code == 302
    assert world.browser.get(f"{ben}/decline", {"lang": language}).status_code == 302
    assert world.browser.get(f"{ana}/train_shared_model", {"lang": language}).status_code == 302
    world.browser = Client()
    world.sign_on_page(ana)
    world.browser.post(f"{ana}/withdraw")
    world.browser.post(f"{ben}/decline", {})
    before = Release.objects.count()
    assert BACK[language] in world.browser.get(f"{ana}/withdraw", {"lang": language}).content.decode()
    assert NO[language] in world.browser.get(f"{ben}/decline", {"lang": language}).content.decode()
    assert Release.objects.count() == before


@pytest.mark.parametrize(("language", "words"), [("de", "Das war zu groß"), ("fr", "C’était trop volumineux")])
def test_a_file_that_is_too_large_gets_a_calm_page_and_a_program_a_problem(world: World, language: str, words: str) -> None:
    path, big = world.link("ana"), b"x" * 6_000_001
    headers = {"Accept": "text/html,*/*", "Accept-Language": language}
    page = Client(headers=headers).post(path, big, content_type="application/octet-stream")
    assert (page.status_code, page["Content-Type"]) == (413, "text/html; charset=utf-8")
    assert words in page.content.decode()
    program = Client(headers=headers).post("/api/v1/withdrawals", big, content_type="application/json")
    assert (program.status_code, program["Content-Type"]) == (413, "application/problem+json")


@pytest.mark.parametrize(("language", "words"), [("en", "There is nothing here"), ("de", "Hier ist nichts"), ("es", "Aquí no hay nada")])
def test_an_address_that_does_not_exist_says_so_in_the_language_of_the_browser(client: Client, language: str, words: str) -> None:
    page = client.get("/nowhere", headers={"Accept-Language": language})
    assert page.status_code == 404
    assert words in page.content.decode()


def test_programs_and_officers_are_always_answered_in_english(world: World) -> None:
    german = speaking("de")
    admin = german.get("/admin/login/")
    assert '<html lang="en' in admin.content.decode()
    missing = german.get("/api/v1/nowhere")
    assert missing.json()["title"] == "Not found"
    for answer in (admin, missing):
        assert "Content-Language" not in answer
        assert "efface_language" not in answer.cookies
    assert "Accept-Language" not in missing.get("Vary", "")
