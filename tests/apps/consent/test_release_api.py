"""A product records what Ana signed in it, with its evidence; what nobody signed is refused in plain words."""

import json
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from compliance.core import clock
from compliance.core.actor import PERSON
from compliance.core.taxonomy import Purpose
from compliance.erasure.actions import order
from compliance.subjects.models import Subject
from compliance.subjects.queries import sealer
from consent.actions import publish_notices, withdraw
from consent.models import Change, Notice, Release
from consent.rules.signing import NOT_A_SIGNATURE
from tests.apps.consent.consent_cast import OFFICER, World, activated, starter
from tests.apps.consent.release_cast import DRAWN, company, link_for, person, sign_as, told

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/releases"


@pytest.fixture(autouse=True)
def published_an_hour_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """People read these notices three minutes ago, so they are older than the tests that publish them."""
    publishing = sys.modules["consent.actions.publish"]
    stored = publishing._store

    def an_hour_ago(*args: Any, at: Any, **options: Any) -> Any:
        return stored(*args, at=at - timedelta(hours=1), **options)

    monkeypatch.setattr(publishing, "_store", an_hour_ago)


def refused(response: Any) -> dict[str, str]:
    assert response.status_code == 422, response.content
    return {error["pointer"]: error["detail"] for error in response.json()["errors"]}


def test_a_release_signed_in_the_product_counts_at_once_with_its_evidence(world: World) -> None:
    assert world.reason("ana") == "unknown_subject"
    body = told(zone="Europe/Berlin", session="sess-1", ip_hash="h:1", gpc=True)
    response = world.write(ADDRESS, body)
    assert response.status_code == 201
    release = Release.objects.get()
    assert (response.json()["id"], response.json()["purpose"]) == (str(release.pk), "face_scan")
    assert (release.channel, release.method, release.system, release.signer_role, release.gpc) == (
        "api",
        "typed_name",
        "scan-demo",
        "self",
        True,
    )
    assert release.expires_at == release.signed_at.replace(year=release.signed_at.year + 1)
    opened = sealer(release.subject_id).open(f"consent.release.evidence:{release.pk}", bytes(release.evidence_sealed))
    evidence = json.loads(opened)
    assert evidence["typed_name"] == "Ana Example"
    assert evidence["authenticated_by"] == {"recorded_by_system": "scan-demo", "session": "sess-1", "ip_hash": "h:1"}
    assert (evidence["act"], evidence["intent"], evidence["zone"]) == (body["act"], body["intent"], "Europe/Berlin")
    assert world.reason("ana") == "active"


def test_a_drawn_name_and_a_press_under_an_intent_statement_count_as_well(world: World) -> None:
    assert world.write(ADDRESS, told("ana", method="drawn_name", signer={"role": "self", "drawn": DRAWN})).status_code == 201
    assert world.write(ADDRESS, told("ben", method="clicked", signer={"role": "self"})).status_code == 201
    assert world.reason("ana") == world.reason("ben") == "active"
    assert "/signer/drawn" in refused(world.write(ADDRESS, told("cy", method="drawn_name", signer={"role": "self", "name": "Cy"})))
    assert "/signer/drawn" in refused(world.write(ADDRESS, told("cy", method="drawn_name", signer={"role": "self", "drawn": "[]"})))
    assert "/signer/name" in refused(world.write(ADDRESS, told("cy", signer={"role": "self"})))


@pytest.mark.parametrize("method", sorted(NOT_A_SIGNATURE | {"accepted_terms", "pre_ticked_box", "prechecked"}))
def test_c7_terms_that_were_accepted_or_use_that_went_on_cannot_be_stored_as_a_release(world: World, method: str) -> None:
    says = refused(world.write(ADDRESS, told(method=method)))
    assert "cannot be stored as a release" in says["/method"]
    assert world.reason("ana") == "unknown_subject"
    assert not Release.objects.exists()


@pytest.mark.parametrize(
    "purpose", ["tos_accept", "sale", "lease", "everything", "face_scan,match", "disclose:", "disclose:a b", "*", "account_history"]
)
def test_c7_what_is_no_purpose_is_no_release(world: World, purpose: str) -> None:
    body = told() | {"purpose": purpose}
    assert "/purpose" in refused(world.write(ADDRESS, body))


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"method": "paper"}, "/method"),
        ({"method": "button"}, "/method"),
        ({"intent": "I have read this"}, "/intent"),
        ({"notice__id": str(uuid.uuid4())}, "/notice/id"),
        ({"notice__text_sha256": "0" * 64}, "/notice/text_sha256"),
        ({"notice__text_sha256": "0"}, "/notice/text_sha256"),
        ({"notice__locale": "de"}, "/notice/locale"),
        ({"signer__role": "agent"}, "/signer/role"),
        ({"signer__role": "parent"}, "/signer/role"),
        ({"signer__role": "representative"}, "/signer/role"),
        ({"signer__name": "42"}, "/signer/name"),
        ({"piece": "Poster 7"}, "/piece"),
        ({"signed_at": "2026-11-20T10:00:00"}, "/signed_at"),
        ({"shown_at": "yesterday"}, "/shown_at"),
        ({"act": "the box was ticked beforehand"}, "/act"),
        ({"purposes": ["face_scan", "match"]}, "/purposes"),
        ({"purpose": ["face_scan", "match"]}, "/purpose"),
        ({"also": "train_shared_model"}, "/also"),
    ],
)
def test_evidence_that_is_not_whole_is_refused_field_by_field(world: World, changes: dict[str, Any], pointer: str) -> None:
    changes = dict(changes)
    two = {"purpose": changes.pop("purpose")} if "purpose" in changes else {}
    assert pointer in refused(world.write(ADDRESS, told(**changes) | two))
    assert not Release.objects.exists()


def test_an_agent_is_refused_with_the_law_and_others_are_sent_to_the_page(world: World) -> None:
    assert "740 ILCS 14/15(b)" in refused(world.write(ADDRESS, told(signer__role="agent")))["/signer/role"]
    assert "hosted page, or on paper" in refused(world.write(ADDRESS, told(signer__role="guardian")))["/signer/role"]


@pytest.mark.parametrize(
    ("shown", "signed", "pointer"),
    [
        (timedelta(minutes=1), timedelta(minutes=2), "/shown_at"),
        (timedelta(hours=25), timedelta(hours=25), "/signed_at"),
        (timedelta(minutes=1), timedelta(minutes=-10), "/signed_at"),
        (timedelta(days=400), timedelta(minutes=1), "/shown_at"),
    ],
)
def test_moments_that_cannot_be_are_refused(world: World, shown: timedelta, signed: timedelta, pointer: str) -> None:
    now = clock.now()
    body = told(shown_at=(now - shown).isoformat(), signed_at=(now - signed).isoformat())
    assert pointer in refused(world.write(ADDRESS, body))


def test_a_clock_that_runs_two_minutes_ahead_is_forgiven_and_the_release_begins_now(world: World) -> None:
    now = clock.now()
    response = world.write(ADDRESS, told(signed_at=(now + timedelta(minutes=2)).isoformat()))
    assert response.status_code == 201
    assert Release.objects.get().signed_at <= clock.now()


def test_c12_a_text_that_was_outgrown_is_not_signed_any_more(world: World) -> None:
    body = told()
    document = starter("thirty-days")
    document["sharing"]["infrastructure"] += ["another-host"]
    activated(document)
    assert Notice.objects.filter(purpose="face_scan").latest("version").reach == 2
    assert "reaches further" in refused(world.write(ADDRESS, body))["/notice/id"]
    assert world.write(ADDRESS, told()).status_code == 201


def test_a_text_that_was_only_reworded_meanwhile_still_counts(world: World, settings: Any) -> None:
    body = told()
    settings.OPERATOR_NAME = "Example Studio Two"
    publish_notices(actor=OFFICER, at=clock.now())
    newest = Notice.objects.filter(purpose="face_scan", locale="en").latest("version")
    if newest.reach == 1:
        assert str(newest.pk) != body["notice"]["id"]
        assert world.write(ADDRESS, body).status_code == 201


def test_what_was_taken_back_before_it_arrived_stays_taken_back(world: World) -> None:
    person("ana")
    body = told()
    answer = world.write("/api/v1/withdrawals", {"subject": "ana", "purpose": "face_scan"}).json()
    assert (answer["withdrawn"], bool(answer["consistency_token"])) == (0, True)
    response = world.write(ADDRESS, body)
    assert (response.status_code, response.json()["type"]) == (409, "urn:efface:problem:overtaken")
    assert world.reason("ana") == "no_release"


def test_a_release_that_arrives_after_it_was_taken_back_or_signed_anew_changes_nothing(world: World) -> None:
    body = told()
    release = sign_as(link_for("ana"))
    assert world.write(ADDRESS, body).status_code == 409
    withdraw(subject_id=release.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
    assert world.write(ADDRESS, body).status_code == 409
    assert world.reason("ana") == "withdrawn"


def test_c8_a_depicted_person_is_not_signed_for_in_the_uploaders_product(world: World) -> None:
    person("face-7", kind="depicted")
    response = world.write(ADDRESS, told("face-7"))
    assert response.status_code == 409
    assert "page of their own" in response.json()["detail"]
    assert world.reason("face-7") == "no_release"
    sign_as(link_for("face-7", kind="depicted"))
    assert world.reason("face-7") == "active"


def test_nothing_is_recorded_for_a_minor_nor_while_everything_is_deleted(world: World) -> None:
    person("kid", age="minor")
    assert world.write(ADDRESS, told("kid")).status_code == 409
    subject = person("ana")
    order(subject_id=subject.pk, reason="request", rule="r", origin="o", decided_by="o", actor=OFFICER, at=clock.now())
    assert world.write(ADDRESS, told("ana")).status_code == 409
    assert not Release.objects.exists()


def test_the_same_call_twice_is_one_release(world: World) -> None:
    body = json.dumps(told())
    headers = {"Authorization": f"Bearer {world.key('consent:write')}", "Idempotency-Key": "once"}
    first, second = (world.browser.post(ADDRESS, body, content_type="application/json", headers=headers) for _ in range(2))
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert Release.objects.count() == 1


def test_c4_no_call_grants_two_purposes(world: World) -> None:
    document = world.browser.get("/api/openapi.json").json()
    found = list(purposes_of(document))
    assert {path for path, _ in found} >= {ADDRESS, "/api/v1/release-links", "/api/v1/withdrawals"}
    for path, schema in found:
        assert schema.get("type") == "string" or "enum" in schema or "$ref" in schema or "allOf" in schema, path
    world.write(ADDRESS, told())
    granted = Release.objects.filter(state="active").values_list("purpose", flat=True)
    assert list(granted) == ["face_scan"]
    for purpose in set(Purpose) - {Purpose.FACE_SCAN}:
        assert world.ask("ana", purpose)["decision"] is False


def purposes_of(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field of every body whose name speaks of purposes."""
    for path, methods in document["paths"].items():
        for operation in methods.values():
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            name = schema.get("$ref", "").rsplit("/", 1)[-1]
            for field, inner in document["components"]["schemas"].get(name, {}).get("properties", {}).items():
                if "purpose" in field or "scope" in field:
                    yield path, inner


def test_c10_sharing_with_a_party_is_a_release_of_its_own(world: World) -> None:
    company()
    person("ana", jurisdictions=["WA"])
    sign_as(link_for("ana"))
    assert world.reason("ana", "disclose:partner-lab") == "purpose_not_granted"
    assert world.write(ADDRESS, told("ana", "disclose:partner-lab")).status_code == 201
    assert world.reason("ana", "disclose:partner-lab", recipient="partner-lab") == "active"
    assert world.reason("ana", "disclose:other-lab") == "purpose_not_granted"


def test_i2_marketing_is_recorded_for_one_named_piece(world: World) -> None:
    company()
    assert "/piece" in refused(world.write(ADDRESS, told("ana", "marketing")))
    for piece in ("Poster 7", "Poster 8"):
        assert world.write(ADDRESS, told("ana", "marketing", piece=piece)).status_code == 201
    assert sorted(Release.objects.filter(state="active").values_list("piece", flat=True)) == ["Poster 7", "Poster 8"]
    world.write("/api/v1/withdrawals", {"subject": "ana", "purpose": "marketing", "piece": "Poster 7"})
    assert list(Release.objects.filter(state="active").values_list("piece", flat=True)) == ["Poster 8"]


def test_a_withdrawal_answers_the_token_of_its_own_change_and_promises_a_receipt(world: World) -> None:
    from compliance.delivery.models import Promise

    release = sign_as(link_for("ben"))
    answer = world.write("/api/v1/withdrawals", {"subject": "ben", "purpose": "face_scan"}).json()
    change = Change.objects.get(pk=answer["consistency_token"])
    assert (change.event, change.release_id) == ("withdrawn", release.pk)
    assert Promise.objects.get(topic="consent.release_ended").payload == {"release": str(release.pk)}


def test_g3_a_withdrawal_asks_for_no_more_than_what_finds_the_record(world: World) -> None:
    schema = world.browser.get("/api/openapi.json").json()["components"]["schemas"]["WithdrawalRequest"]
    assert set(schema["required"]) == {"subject", "purpose"}
    assert set(schema["properties"]) == {"subject", "purpose", "piece"}
    sign_as(link_for("ben"))
    assert world.write("/api/v1/withdrawals", {"subject": "ben", "purpose": "face_scan"}).json()["withdrawn"] == 1
    assert world.reason("ben") == "withdrawn"


@pytest.mark.django_db(transaction=True)
def test_two_calls_at_once_leave_one_release_in_force(committed_world: World) -> None:
    key = committed_world.key("consent:write")
    # Of the present moment, so that the later of the two is not signed before the earlier one.
    bodies = [json.dumps(told(shown_at=clock.now().isoformat(), signed_at=clock.now().isoformat())) for _ in range(4)]

    def send(body: str) -> int:
        try:
            headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": uuid.uuid4().hex}
            return Client().post(ADDRESS, body, content_type="application/json", headers=headers).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(send, bodies))
    assert answers <= {201, 409}
    assert Release.objects.filter(state="active").count() == 1
    assert Subject.objects.count() == 1
