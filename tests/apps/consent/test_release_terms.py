"""Releases that run out, and those that go stale because nobody heard of Cora for two years."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from compliance.audit.models import Entry
from compliance.core import clock
from compliance.delivery.models import Promise
from compliance.erasure.models import Order, Outcome
from compliance.subjects.actions import destroy_key
from compliance.subjects.models import Subject
from consent.actions import expire
from consent.actions.end import destroy_unneeded
from consent.actions.expire import expire_ended
from consent.models import Change, Release
from consent.queries.grants import granted_purposes, held_purposes
from consent.rules.terms import longest_term, stale_at, terms
from tests.apps.consent.consent_cast import OFFICER, World, activated, artifact, signed, starter
from tests.apps.consent.release_cast import company, link_for, person, sign_as

pytestmark = pytest.mark.django_db
MET = datetime(2024, 1, 31, 12, tzinfo=UTC)
SERVED = ("IL", "TX", "CO", "WA")


def test_every_row_says_its_law_and_can_be_counted() -> None:
    assert {term.law for term in terms()} == {"CO_CPA", "WA_MHMDA"}
    for term in terms():
        assert term.cite
        assert term.words
        assert term.becomes == {"signed": "expired", "last_interaction": "stale"}[term.counts_from]


@pytest.mark.parametrize(
    ("places", "served", "ends"),
    [
        (["CO"], SERVED, datetime(2026, 1, 31, 12, tzinfo=UTC)),
        (["IL", "CO"], SERVED, datetime(2026, 1, 31, 12, tzinfo=UTC)),
        (["IL"], SERVED, None),
        # Not known: the strictest of those the operator serves.
        ([], SERVED, datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ([], ("IL", "TX"), None),
    ],
)
def test_colorado_asks_again_after_24_months_without_contact(places: Sequence[str], served: Sequence[str], ends: datetime | None) -> None:
    assert stale_at(places, MET, "face_scan", served) == ends
    assert stale_at(places, MET, "disclose:lab", served) == ends


@pytest.mark.parametrize(
    ("places", "purpose", "ends"),
    [
        (["WA"], "disclose:lab", datetime(2025, 1, 31, 12, tzinfo=UTC)),
        ([], "disclose:lab", datetime(2025, 1, 31, 12, tzinfo=UTC)),
        (["IL"], "disclose:lab", None),
        (["WA"], "face_scan", None),
    ],
)
def test_washington_ends_an_authorization_to_share_after_one_year(places: list[str], purpose: str, ends: datetime | None) -> None:
    assert longest_term(places, MET, purpose, SERVED) == ends


def test_c10_a_longer_text_does_not_keep_an_authorization_alive_in_washington(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consent.queries.drafts.DEFAULT_TERM", "P3Y")
    company()
    person("wendy", jurisdictions=["WA"])
    release = sign_as(link_for("wendy", "disclose:partner-lab"))
    assert release.expires_at == release.signed_at.replace(year=release.signed_at.year + 1)
    scan = sign_as(link_for("wendy"))
    assert scan.expires_at == scan.signed_at.replace(year=scan.signed_at.year + 3)


def test_what_has_run_out_ends_once_and_what_nothing_keeps_is_ordered_destroyed(world: World) -> None:
    at = clock.now()
    old, fresh = signed("ana", expires_at=at + timedelta(seconds=1)), signed("ben")
    crop, other = artifact(old.subject_id), artifact(fresh.subject_id)
    assert expire_ended(at=at) == 0
    later = at + timedelta(seconds=2)
    assert expire_ended(at=later) == 1
    assert expire_ended(at=later) == 0
    old.refresh_from_db()
    fresh.refresh_from_db()
    assert ((old.state, old.ended_at), fresh.state) == (("expired", later), "active")
    assert list(Outcome.objects.values_list("artifact_id", flat=True)) == [crop.pk]
    assert Order.objects.get().reason == "schedule"
    assert other.gone_at is None
    assert sorted(Change.objects.filter(release=old).values_list("event", flat=True)) == ["expired", "granted"]
    assert Promise.objects.get(topic="consent.release_ended").payload == {"release": str(old.pk)}
    kinds = list(Entry.objects.filter(object_id=str(old.pk)).order_by("id").values_list("kind", flat=True))
    assert kinds == ["consent:release:signed", "consent:release:expired"]
    assert world.reason("ana") == "expired"


def test_what_another_release_still_keeps_stays(world: World) -> None:
    at = clock.now()
    link = link_for("ana")
    scan, quality = sign_as(link), sign_as(link, "quality")
    kept = artifact(scan.subject_id)
    quality.expires_at = at + timedelta(seconds=5)
    quality.save()
    assert expire_ended(at=at + timedelta(seconds=6)) == 1
    assert not Order.objects.exists()
    assert kept.gone_at is None


def silent(reference: str, places: list[str], last: datetime) -> Release:
    """A release that still runs for years, of a person nobody heard of since `last`."""
    person(reference, jurisdictions=places)
    release = signed(reference, signed_at=last, shown_at=last, expires_at=clock.now() + timedelta(days=2000))
    Subject.objects.filter(pk=release.subject_id).update(last_interaction_at=last)
    return release


def test_cora_in_colorado_is_asked_again_after_two_silent_years_and_ida_in_illinois_is_not(world: World) -> None:
    now = clock.now()
    long_ago = now - timedelta(days=732)
    cora, ida = silent("cora", ["CO"], long_ago), silent("ida", ["IL"], long_ago)
    lately, unknown = silent("lately", ["CO"], now - timedelta(days=700)), silent("unknown", [], long_ago)
    thing = artifact(cora.subject_id)
    assert world.reason("cora") == "stale"
    assert expire_ended(at=now) == 2
    states = {release.pk: release.state for release in Release.objects.all()}
    assert [states[release.pk] for release in (cora, ida, lately, unknown)] == ["stale", "active", "active", "stale"]
    assert list(Outcome.objects.values_list("artifact_id", flat=True)) == [thing.pk]
    assert "4 CCR 904-3 Rule 7.08" in Order.objects.get().rule
    assert world.reason("cora") == "stale"
    assert expire_ended(at=now) == 0


@pytest.mark.parametrize("days", range(0, 5))
def test_the_sweep_ends_it_at_the_very_moment_that_the_law_says(world: World, days: int) -> None:
    last = datetime(2024, 2, 27, 9, tzinfo=UTC) + timedelta(days=days)
    release = silent("cora", ["CO"], last)
    ends = stale_at(["CO"], last, "face_scan", ["CO"])
    assert ends is not None
    assert expire_ended(at=ends - timedelta(seconds=1)) == 0
    assert expire_ended(at=ends) == 1
    release.refresh_from_db()
    assert release.state == "stale"


def test_a_visit_keeps_a_consent_from_going_stale(world: World) -> None:
    now = clock.now()
    silent("cora", ["CO"], now - timedelta(days=740))
    person("cora", last_interaction_at=now - timedelta(days=3))
    assert world.reason("cora") == "active"
    assert expire_ended(at=now) == 0


def test_more_than_a_batch_ends_in_one_sweep(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expire, "BATCH", 2)
    at = clock.now()
    same = at + timedelta(seconds=1)
    releases = [signed(f"p{number}", expires_at=same) for number in range(5)]
    assert expire_ended(at=at + timedelta(seconds=2)) == len(releases)


def test_a_person_whose_key_is_gone_does_not_stop_the_sweep(world: World) -> None:
    at = clock.now()
    gone, next_one = (signed(name, expires_at=at + timedelta(seconds=1)) for name in ("gone", "next"))
    destroy_key(subject_id=gone.subject_id, actor=OFFICER, at=at, reason="test")
    assert expire_ended(at=at + timedelta(seconds=2)) == 2
    assert set(Release.objects.values_list("pk", "state")) == {(gone.pk, "expired"), (next_one.pk, "expired")}


def test_something_new_needs_what_a_check_allows_and_what_is_kept_needs_a_release_in_force(world: World) -> None:
    at = clock.now()
    release = signed("ana")
    who = release.subject_id
    assert "face_scan" in granted_purposes(subject_id=who, at=at)
    document = starter("thirty-days")
    document["sharing"]["infrastructure"] += ["another-host"]
    activated(document)
    assert world.reason("ana") == "superseded"
    assert "face_scan" not in granted_purposes(subject_id=who, at=at)
    assert "face_scan" in held_purposes(subject_id=who, at=at)
    person("ana", age="minor")
    assert "security" in granted_purposes(subject_id=who, at=at)


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_end_each_release_once(committed_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    at = clock.now()
    releases = [signed(f"p{number}", expires_at=at + timedelta(seconds=1)) for number in range(4)]
    start, real = threading.Barrier(2), destroy_unneeded

    def slowly(*args: Any, **options: Any) -> None:
        threading.Event().wait(0.03)
        real(*args, **options)

    monkeypatch.setattr(expire, "destroy_unneeded", slowly)

    def sweep() -> int:
        start.wait(5)
        try:
            return expire_ended(at=at + timedelta(seconds=2))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        ended = sum(future.result(20) for future in [pool.submit(sweep) for _ in range(2)])
    ended += expire_ended(at=at + timedelta(seconds=2))
    assert ended == len(releases)
    assert Entry.objects.filter(kind="consent:release:expired").count() == len(releases)


def test_the_sweep_walks_an_index_on_what_has_ended(world: World) -> None:
    rows = Release.objects.filter(state="active", expires_at__lte=clock.now()).order_by("expires_at", "id")
    with connection.cursor() as cursor:
        # A test's table is so small that any plan is cheap: only an index in the order of the sweep needs no sort of everything.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
    assert "consent_release_ending" in rows.explain()
    people = Subject.objects.filter(last_interaction_at__lte=clock.now())
    assert "subjects_subject_silent" in people.explain()
