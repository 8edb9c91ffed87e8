"""H1, H2, H4: a guest without account, name or e-mail sees, takes back and deletes with one code."""

import re
import uuid
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import structlog
from django.test import Client
from django.utils import translation

from compliance.access.templatetags.moments import moment
from compliance.artifacts.actions import NewArtifact, register
from compliance.artifacts.models import Artifact
from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.delivery.models import Promise
from compliance.erasure.models import Order, Outcome
from compliance.subjects.actions import destroy_key
from compliance.subjects.models import Subject
from compliance.subjects.queries import by_reference
from consent.actions.receipt_code import code_for, find_code, normal
from consent.models import ReceiptCode, Release
from consent.queries.links import find_link
from dsar.models import Request
from tests.apps.consent.consent_cast import SYSTEM, World, subject_id

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_worker(settings: Any) -> None:
    settings.ANNOUNCE_WORK = ""


def guest(world: World, handle: str = "guest_session_1") -> tuple[str, str]:
    """A guest who signs on the page: the path of their link, and the code that the page shows."""
    body = {"subject": handle, "purpose": "face_scan", "kind": "guest"}
    made = world.write("/api/v1/release-links", body)
    assert made.status_code == 201, made.content
    path = made.json()["url"].partition("//")[2].partition("/")[2]
    path = f"/{path}"
    assert world.sign_on_page(path, name="Gwen Guest").status_code == 303
    page = world.browser.get(path).content.decode()
    found = re.search(r'<span class="ref big">([0-9A-Z-]{32})</span>', page)
    assert found, "the signed page shows no receipt code"
    return path, found.group(1)


def kept(subject: uuid.UUID, category: str = "face_crop", purpose: str = "face_scan") -> Artifact:
    at = clock.now()
    item = NewArtifact(
        external_id=f"ext-{uuid.uuid4().hex}",
        category=category,
        purpose=purpose,
        store="crops",
        biometric=True,
        size=1,
        created_at=at,
        due_at=at + timedelta(days=30),
        due_why=("a test",),
    )
    return register(subject=Subject.objects.get(pk=subject), system=SYSTEM, item=item, actor=SERVICE, at=at)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, f"no field {name}"
    return unescape(found.group(1))


def test_h1_a_guest_has_the_same_release_and_schedule_as_an_account(world: World) -> None:
    guest(world, "guest_1")
    path = world.link("usr_ana")
    world.sign_on_page(path)
    one, other = Release.objects.order_by("signed_at")
    assert (one.subject.kind, other.subject.kind) == ("guest", "account")
    for same in ("purpose", "notice_id", "state", "recipients", "text_hash", "method", "signer_role"):
        assert getattr(one, same) == getattr(other, same)
    assert one.expires_at - one.signed_at == other.expires_at - other.signed_at
    assert world.reason("guest_1") == world.reason("usr_ana") == "active"


def test_h2_the_code_is_128_bits_of_crockford_shown_again_on_the_page_and_stored_as_a_hash_alone(world: World) -> None:
    path, code = guest(world)
    secret = path.rpartition("/")[2]
    link = find_link(secret)
    assert link is not None
    assert code == code_for(secret, link) == normal(code.lower().replace("-", " "))
    assert set(code) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ-")
    assert len(code.replace("-", "")) == 26
    stored = ReceiptCode.objects.get()
    assert code.replace("-", "").encode() not in bytes(stored.code_hash)
    assert find_code(code) == stored
    # What people read wrongly is read rightly.
    assert normal(code.replace("0", "O").replace("1", "l")) == code


def test_h2_the_qr_code_leads_to_the_page_and_belongs_to_a_link_that_signed(world: World) -> None:
    unsigned = world.link("usr_ben")
    assert world.browser.get(f"{unsigned}/code.svg").status_code == 404
    path, _code = guest(world)
    svg = world.browser.get(f"{path}/code.svg")
    assert (svg.status_code, svg["Content-Type"], svg["Referrer-Policy"]) == (200, "image/svg+xml", "no-referrer")
    assert svg.content.startswith(b"<?xml") or svg.content.startswith(b"<svg")


def test_h2_u1_a_guest_enters_one_thing_and_sees_what_the_session_holds_in_words(world: World, client: Client) -> None:
    _path, code = guest(world)
    thing = kept(subject_id("guest_session_1"))
    form = client.get("/r/").content.decode()
    assert len(re.findall(r"<input(?![^>]*type=\"hidden\")", form)) == 1
    answer = client.post("/r/", {"code": code.lower()})
    assert (answer.status_code, answer["Location"]) == (303, f"/r/{code}")
    shown = client.get(f"/r/{code}")
    page = shown.content.decode()
    assert "your face, cut out of the photo" in page.lower()
    assert thing.due_at.strftime("%-d %B %Y") in page
    assert thing.external_id not in page
    assert str(subject_id("guest_session_1")) not in page
    assert (shown["Referrer-Policy"], shown["Cache-Control"]) == ("no-referrer", "no-store")
    assert not shown.cookies
    assert not answer.cookies


def test_h2_a_guest_takes_back_with_one_press_and_the_check_denies_at_once(world: World, client: Client) -> None:
    _path, code = guest(world)
    thing = kept(subject_id("guest_session_1"))
    assert world.reason("guest_session_1") == "active"
    page = client.get(f"/r/{code}").content.decode()
    assert client.post(f"/r/{code}/withdraw", {"release": hidden(page, "release")}).status_code == 303
    assert world.reason("guest_session_1") == "withdrawn"
    assert Outcome.objects.filter(artifact=thing, order__reason="withdrawal").exists()
    # The receipt of the end is promised; pressing again changes nothing.
    assert Promise.objects.filter(topic="consent.release_ended").count() == 1
    assert client.post(f"/r/{code}/withdraw", {"release": hidden(page, "release")}).status_code == 303
    assert Release.objects.get().state == "withdrawn"


def test_h2_a_guest_cannot_touch_what_another_session_holds(world: World, client: Client) -> None:
    _path, code = guest(world)
    world.sign_on_page(world.link("usr_ben"))
    bens = Release.objects.exclude(subject_id=subject_id("guest_session_1")).get()
    model = kept(bens.subject_id, "personal_model")
    assert client.post(f"/r/{code}/withdraw", {"release": str(bens.pk)}).status_code == 404
    assert client.post(f"/r/{code}/model", {"model": str(model.pk)}).status_code == 303
    assert client.get(f"/r/{code}/receipt/{bens.pk}.pdf").status_code == 404
    assert client.post(f"/r/{code}/withdraw", {"release": "nonsense"}).status_code == 404
    bens.refresh_from_db()
    assert bens.state == "active"
    assert not Order.objects.exists()


def test_h2_d3_a_guest_deletes_one_model_and_nothing_else(world: World, client: Client) -> None:
    _path, code = guest(world)
    photo, model = (kept(subject_id("guest_session_1"), category) for category in ("original_upload", "personal_model"))
    page = client.get(f"/r/{code}").content.decode()
    assert client.post(f"/r/{code}/model", {"model": hidden(page, "model")}).status_code == 303
    order = Order.objects.get()
    assert (order.everything, [o.artifact for o in order.outcomes.all()]) == (False, [model])
    assert photo.gone_at is None
    assert "/model" not in client.get(f"/r/{code}").content.decode()


def test_h2_a_guest_asks_to_delete_everything_without_account_or_mail_and_follows_it(world: World, client: Client) -> None:
    path, code = guest(world)
    assert f"/r/{code}/delete" in client.get(f"/r/{code}").content.decode()
    assert "We have your request" not in client.get(path).content.decode()
    done = client.post(f"/r/{code}/delete")
    page = done.content.decode()
    request = Request.objects.get()
    assert (request.state, request.verified_how, request.channel) == ("deciding", "receipt_code", "code")
    assert request.subject_id == subject_id("guest_session_1")
    reference, status_code = re.findall(r'class="ref big">([^<]+)<', page)
    assert reference == request.code
    # Twice is one request, and the same answer.
    again = client.post(f"/r/{code}/delete").content.decode()
    assert (re.findall(r'class="ref big">([^<]+)<', again), Request.objects.count()) == ([reference, status_code], 1)
    # Both pages say so, instead of offering it again.
    for address in (f"/r/{code}", path):
        seen = client.get(address).content.decode()
        assert f'<span class="ref">{reference}</span>' in seen
        assert "We answer by" in seen
        assert 'href="/privacy/requests/"' in seen
        assert "/delete" not in seen
    found = client.post("/privacy/requests/", {"code": reference, "status_code": status_code})
    assert found["Location"] == f"/privacy/requests/{reference}"
    assert "You used your receipt code" in client.get(found["Location"]).content.decode()


def test_h5_what_somebody_in_a_picture_asked_is_never_shown_to_who_uploaded_it(world: World, client: Client) -> None:
    path, code = guest(world)
    client.post(f"/r/{code}/delete")
    Request.objects.update(about=Request.About.DEPICTED)
    for address in (f"/r/{code}", path):
        assert Request.objects.get().code not in client.get(address).content.decode()


def test_the_page_of_a_code_writes_days_in_the_language_of_the_page(world: World, client: Client) -> None:
    _path, code = guest(world)
    signed_at = Release.objects.get(subject_id=subject_id("guest_session_1")).signed_at
    page = client.get(f"/r/{code}", headers={"Accept-Language": "de"}).content.decode()
    with translation.override("de"):
        assert f"<dd>{moment(signed_at)}</dd>" in page


@pytest.mark.parametrize("button", ["delete", "withdraw", "model"])
def test_h2_an_address_of_a_button_that_is_loaded_again_shows_the_page_and_presses_nothing(
    world: World, client: Client, button: str
) -> None:
    """As a change of language on the page that followed does."""
    _path, code = guest(world)
    kept(subject_id("guest_session_1"), "personal_model")
    answer = client.get(f"/r/{code}/{button}")
    assert (answer.status_code, answer["Location"], answer["Referrer-Policy"]) == (302, f"/r/{code}", "no-referrer")
    assert client.head(f"/r/{code}/{button}").status_code == 302
    assert client.put(f"/r/{code}/{button}").status_code == 405
    assert (Request.objects.count(), Order.objects.count(), Release.objects.get().state) == (0, 0, "active")


def test_h2_every_code_that_opens_nothing_gets_one_answer(world: World, client: Client) -> None:
    path, code = guest(world)
    wrong = ["0000-0000-0000-0000-0000-0000-00", "nonsense", code[:-1] + ("0" if code[-1] != "0" else "1"), path.rpartition("/")[2]]
    posted = {client.post("/r/", {"code": one}).content for one in wrong}
    opened = {client.get(f"/r/{one}").content for one in wrong}
    assert (len(posted), len(opened)) == (1, 1)
    assert client.get(f"/r/{wrong[0]}").status_code == 404
    for action in ("withdraw", "model", "delete"):
        assert client.post(f"/r/{wrong[0]}/{action}").status_code == 404
    # An erased guest's code opens as little as one that never was.
    destroy_key(subject_id=subject_id("guest_session_1"), actor=SERVICE, at=clock.now(), reason="test")
    assert client.get(f"/r/{code}").content in opened


def test_h2_tries_are_limited_by_network_and_say_how_long_to_wait(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from dsar.pages import receipt_code

    monkeypatch.setattr(receipt_code, "TRIES", 2)
    _path, code = guest(world)
    answers = [client.get(f"/r/{code}").status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    refused = client.post("/r/", {"code": "wrong"})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert client.get(f"/r/{code}", REMOTE_ADDR="203.0.113.9").status_code == 200


def test_h2_the_code_is_in_no_log_and_no_ledger_entry(world: World, client: Client) -> None:
    _path, code = guest(world)
    with structlog.testing.capture_logs() as lines:
        client.get(f"/r/{code}")
        client.post(f"/r/{code}/delete")
    said = repr(lines)
    assert "r/<dsar_secret:code>" in said
    assert code not in said
    entries = repr(list(Entry.objects.values_list("payload", "object_id", "kind")))
    assert code not in entries
    assert code.replace("-", "") not in entries


def test_h4_a_support_copy_of_a_guest_is_listed_and_scheduled_like_any_other(world: World, client: Client) -> None:
    _path, code = guest(world)
    copy = kept(subject_id("guest_session_1"), "support_copy", purpose="account_history")
    account = kept(by_account(world), "support_copy", purpose="account_history")
    assert (copy.due_at - copy.created_at) == (account.due_at - account.created_at)
    page = client.get(f"/r/{code}").content.decode()
    assert "a copy kept for a support case" in page.lower()
    assert copy.due_at.strftime("%-d %B %Y") in page
    client.post(f"/r/{code}/delete")
    assert Request.objects.get().subject_id == copy.subject_id


def by_account(world: World) -> uuid.UUID:
    world.sign_on_page(world.link("usr_ana"))
    found = by_reference("usr_ana")
    assert found is not None
    return found.pk


@pytest.mark.parametrize("language", ["en", "es", "de", "fr"])
def test_h2_the_page_behind_the_code_speaks_four_languages(world: World, client: Client, language: str) -> None:
    _path, code = guest(world)
    kept(subject_id("guest_session_1"))
    said = {"en": "Take it back", "es": "Retirarla", "de": "Zurücknehmen", "fr": "La retirer"}
    page = client.get(f"/r/{code}", headers={"Accept-Language": language}).content.decode()
    assert said[language] in page
    assert f'lang="{language}"' in page
    assert len(page.encode()) < 100_000
