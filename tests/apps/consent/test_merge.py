"""H3: a guest signs up. Nothing is lost, no clock moves, and what either record denied later stays denied."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from compliance.access.actions import create_client, issue_key
from compliance.audit.models import Entry
from compliance.audit.rules import payload_place
from compliance.core import clock
from compliance.core.actor import PERSON, SERVICE
from compliance.core.errors import Conflict, EffaceError, Invalid, KeyDestroyed, NotFound
from compliance.core.taxonomy import Purpose
from compliance.delivery.models import Promise
from compliance.erasure.actions import order
from compliance.erasure.models import Order
from compliance.subjects import actions as subjects
from compliance.subjects.models import Contact, Subject
from compliance.subjects.queries import by_reference, emails, everyone, references, sealer
from consent.actions import decline, offer, withdraw
from consent.actions.expire import expire_ended
from consent.actions.merge import merge
from consent.actions.receipt_code import keep_code
from consent.models import Change, ReceiptCode, Release
from consent.queries.links import find_link
from consent.rules.merging import Said, plan
from dsar.actions import receive_with_code
from dsar.models import Request
from tests.apps.consent.consent_cast import OFFICER, SYSTEM, World, artifact, signed

pytestmark = pytest.mark.django_db
PURPOSES = ("face_scan", "regenerate", "train_shared_model")
DAY = timedelta(days=1)


def person(reference: str, kind: str, **more: Any) -> Subject:
    return subjects.describe(reference=reference, kind=kind, actor=SERVICE, at=clock.now(), **more).subject


def join(account: Subject, guest: str = "guest_1") -> Any:
    return merge(account_id=account.pk, guest_reference=guest, actor=SERVICE, at=clock.now())


def clocks(release: Release) -> tuple[Any, ...]:
    """What a merge must never change of a release."""
    return (release.pk, release.purpose, release.piece, release.signed_at, release.shown_at, release.expires_at, release.text_hash)


def test_h3_everything_of_the_guest_is_the_accounts_and_readable_with_its_key_alone(world: World) -> None:
    account = person("usr_ana", "account", age="adult", jurisdictions=["IL"])
    guest = person("guest_1", "guest", jurisdictions=["CO"])
    release = signed("guest_1", email="ana@example.test")
    thing = artifact(guest.pk)
    before, due = clocks(release), thing.due_at
    assert (references(account.pk), emails(account.pk)) == (["usr_ana"], [])
    merged = join(account)
    release.refresh_from_db()
    thing.refresh_from_db()
    account.refresh_from_db()
    assert (merged.releases, merged.artifacts, merged.withdrawn, merged.superseded) == (1, 1, 0, 0)
    assert (clocks(release), thing.due_at) == (before, due)
    assert {release.subject_id, thing.subject_id} == {account.pk}
    assert sorted(references(account.pk)) == ["guest_1", "usr_ana"]
    assert emails(account.pk) == ["ana@example.test"]
    assert references(guest.pk) == emails(guest.pk) == []
    opened = sealer(account.pk).open(f"consent.release.evidence:{release.pk}", bytes(release.evidence_sealed))
    assert "Ana Example" in opened
    assert account.jurisdictions == ["CO", "IL"]
    assert world.reason("guest_1") == world.reason("usr_ana") == "active"
    assert Change.objects.filter(event="subject", subject=account).exists()
    kinds = Entry.objects.filter(object_id__in=[str(account.pk), str(guest.pk)]).values_list("kind", flat=True)
    assert {"consent:subject:merged", "subjects:subject:joined"} <= set(kinds)
    assert release.history.first().history_change_reason == "joined to an account"


def test_h3_the_same_address_on_both_is_kept_once_and_a_minor_stays_a_minor(world: World) -> None:
    account, guest = person("usr_ana", "account", age="adult"), person("guest_1", "guest", age="minor")
    for one in (account, guest):
        subjects.add_contact(subject=one, email="ana@example.test")
    late = clock.now() + DAY
    Subject.objects.filter(pk=guest.pk).update(last_interaction_at=late, gpc_at=late)
    join(account)
    account.refresh_from_db()
    assert Contact.objects.filter(subject=account).count() == 1
    assert (account.age, account.last_interaction_at, account.gpc_at) == ("minor", late, late)


def test_h3_of_two_releases_for_one_purpose_the_later_signature_stays(world: World) -> None:
    account, guest = person("usr_ana", "account"), person("guest_1", "guest")
    older, newer = signed("guest_1"), signed("usr_ana")
    assert older.signed_at < newer.signed_at
    assert (older.subject_id, newer.subject_id) == (guest.pk, account.pk)
    assert join(account).superseded == 1
    older.refresh_from_db()
    newer.refresh_from_db()
    assert (older.state, newer.state) == ("superseded", "active")
    assert world.reason("guest_1") == "active"


@pytest.mark.parametrize("which", ["guest", "account"])
def test_h3_a_signature_never_outlives_a_later_withdrawal_on_the_other_record(world: World, which: str) -> None:
    account, guest = person("usr_ana", "account"), person("guest_1", "guest")
    holder, other = (guest, account) if which == "guest" else (account, guest)
    held, denied = (signed("guest_1"), signed("usr_ana")) if which == "guest" else (signed("usr_ana"), signed("guest_1"))
    thing = artifact(holder.pk)
    withdraw(subject_id=other.pk, purpose="face_scan", actor=PERSON, at=clock.now(), how="in a test")
    Order.objects.all().update(state="complete", completed_at=clock.now())
    assert world.reason("guest_1" if which == "guest" else "usr_ana") == "active"
    assert join(account).withdrawn == 1
    held.refresh_from_db()
    denied.refresh_from_db()
    assert (held.state, denied.state) == ("withdrawn", "withdrawn")
    assert world.reason("guest_1") == world.reason("usr_ana") == "withdrawn"
    # What it was kept for has no reason any more, and goes.
    running = Order.objects.get(state="open")
    assert (running.subject_id, [outcome.artifact for outcome in running.outcomes.all()]) == (account.pk, [thing])


def test_h3_a_withdrawal_that_found_nothing_to_end_counts_on_the_other_record(world: World) -> None:
    account, guest = person("usr_ana", "account"), person("guest_1", "guest")
    held = signed("usr_ana")
    withdraw(subject_id=guest.pk, purpose="face_scan", actor=PERSON, at=clock.now(), how="in a test")
    assert join(account).withdrawn == 1
    held.refresh_from_db()
    assert held.state == "withdrawn"


def test_h3_such_a_withdrawal_counts_as_well_on_a_record_that_is_joined_later(world: World) -> None:
    account, first, second = person("usr_ana", "account"), person("guest_1", "guest"), person("guest_2", "guest")
    held = signed("guest_2")
    assert held.subject_id == second.pk
    withdraw(subject_id=first.pk, purpose="face_scan", actor=PERSON, at=clock.now(), how="in a test")
    assert join(account, "guest_1").withdrawn == 0
    assert world.reason("guest_2") == "active"
    assert join(account, "guest_2").withdrawn == 1
    held.refresh_from_db()
    assert (held.state, world.reason("usr_ana")) == ("withdrawn", "withdrawn")


def test_h3_a_no_to_a_new_text_ends_the_other_records_release_and_not_the_one_it_stood_beside(world: World) -> None:
    account = person("usr_ana", "account")
    person("guest_1", "guest")
    mine, theirs = signed("usr_ana"), signed("guest_1")
    link, _ = offer(reference="usr_ana", purpose="face_scan", system=SYSTEM, actor=OFFICER, at=clock.now())
    decline(link_id=link.pk, shown_at=clock.now(), actor=PERSON, at=clock.now())
    assert world.reason("usr_ana") == "active"
    merged = join(account)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (merged.withdrawn, merged.superseded, mine.state, theirs.state) == (1, 0, "active", "withdrawn")
    assert world.reason("guest_1") == "active"


def test_every_end_promises_its_receipt_once(world: World) -> None:
    account = person("usr_ana", "account")
    person("guest_1", "guest")
    signed("guest_1")
    signed("usr_ana")
    join(account)
    withdraw(subject_id=account.pk, purpose="face_scan", actor=PERSON, at=clock.now(), how="in a test")
    release = signed("usr_ben")
    expire_ended(at=release.expires_at)
    told = Promise.objects.filter(topic="consent.release_ended").values_list("payload__release", flat=True)
    assert sorted(told) == sorted(str(pk) for pk in Release.objects.values_list("pk", flat=True))


def test_h3_who_cannot_be_joined_is_told_why_and_nothing_moves(world: World) -> None:
    account, other = person("usr_ana", "account"), person("usr_ben", "account")
    guest, picture = person("guest_1", "guest"), person("pic_1", "depicted")
    erased = person("guest_2", "guest")
    refusals: list[tuple[type[EffaceError], Subject, str]] = [
        (NotFound, account, "nobody"),
        (Invalid, account, "usr_ana"),
        (Invalid, account, "pic_1"),
        (Invalid, picture, "guest_1"),
        (Invalid, guest, "guest_2"),
    ]
    for error, whom, reference in refusals:
        with pytest.raises(error):
            join(whom, reference)
    with pytest.raises(NotFound):
        merge(account_id=uuid.uuid4(), guest_reference="guest_1", actor=SERVICE, at=clock.now())
    Subject.objects.filter(pk=erased.pk).update(wrapped_key=None, erased_at=clock.now())
    with pytest.raises(Conflict, match="erased"):
        join(account, "guest_2")
    join(account, "guest_1")
    with pytest.raises(Conflict, match="joined"):
        join(other, "guest_1")
    with pytest.raises(Conflict, match="joined"):
        join(other, "usr_ana")


@pytest.mark.parametrize("whose", ["guest_1", "usr_ana"])
def test_h3_nothing_is_joined_while_something_is_deleted_or_asked_for(world: World, whose: str) -> None:
    account, guest = person("usr_ana", "account"), person("guest_1", "guest")
    about = guest if whose == "guest_1" else account
    running = order(
        subject_id=about.pk,
        reason="request",
        rule="a test",
        origin="test",
        decided_by="Olga",
        actor=OFFICER,
        at=clock.now(),
        artifacts=None,
    )
    with pytest.raises(Conflict, match="deleted"):
        join(account)
    assert running is not None
    Order.objects.update(state="complete", completed_at=clock.now())
    request = receive_with_code(subject_id=about.pk, language="en", at=clock.now(), actor=PERSON).request
    with pytest.raises(Conflict, match="open"):
        join(account)
    Request.objects.filter(pk=request.pk).update(state="withdrawn_by_person")
    join(account)
    request.refresh_from_db()
    running.refresh_from_db()
    # What is closed stays readable, from the account.
    assert (request.subject_id, running.subject_id) == (account.pk, account.pk)


def test_h3_after_a_merge_the_guests_code_ends_and_says_so_and_the_link_still_takes_back(world: World, client: Client) -> None:
    account = person("usr_ana", "account")
    link, url = offer(reference="guest_1", purpose="face_scan", system=SYSTEM, kind="guest", actor=OFFICER, at=clock.now())
    path = "/" + url.partition("//")[2].partition("/")[2]
    world.sign_on_page(path)
    code = keep_code(secret=path.rpartition("/")[2], link=link, at=clock.now())
    assert client.get(f"/r/{code}").status_code == 200
    join(account)
    ended = client.get(f"/r/{code}")
    assert ended.status_code == 410
    assert "joined to an account" in ended.content.decode()
    assert client.post(f"/r/{code}/delete").status_code == 410
    assert not Request.objects.exists()
    assert ReceiptCode.objects.get().ended_at is not None
    found = find_link(path.rpartition("/")[2])
    assert found is not None
    assert found.subject_id == account.pk
    # The same channel stays open: the page where it was signed takes it back.
    assert client.post(f"{path}/withdraw").status_code == 200
    assert world.reason("usr_ana") == "withdrawn"


def test_h3_erasing_the_account_destroys_the_keys_of_the_guests_in_it(world: World) -> None:
    account, guest = person("usr_ana", "account"), person("guest_1", "guest")
    signed("guest_1")
    join(account)
    assert everyone(account.pk) == [account.pk, guest.pk]
    entry = Entry.objects.filter(subject_id=guest.pk, payload_sealed__isnull=False).first()
    assert entry is not None
    assert sealer(guest.pk).open(payload_place(entry.uid), bytes(entry.payload_sealed or b""))
    subjects.destroy_key(subject_id=account.pk, actor=SERVICE, at=clock.now(), reason="test")
    for one in everyone(account.pk):
        with pytest.raises(KeyDestroyed):
            sealer(one)
    assert by_reference("guest_1") is None


def test_h3_over_the_api_with_its_own_scope(world: World) -> None:
    account = person("usr_ana", "account")
    guest = person("guest_1", "guest")
    signed("guest_1")
    client = create_client(name="merger", system=SYSTEM, actor=OFFICER, at=clock.now())
    key = issue_key(client=client, scopes=["subjects:write"], actor=OFFICER, at=clock.now()).text
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "once"}
    address = f"/api/v1/subjects/{account.pk}/merge"
    answers = [world.browser.post(address, {"guest": "guest_1"}, content_type="application/json", headers=headers) for _ in range(2)]
    expected = {"id": str(account.pk), "guest": str(guest.pk), "releases": 1, "artifacts": 0, "withdrawn": 0, "superseded": 0}
    assert [(one.status_code, one.json()) for one in answers] == [(200, expected)] * 2
    again = world.browser.post(address, {"guest": "guest_1"}, content_type="application/json", headers={**headers, "Idempotency-Key": "2"})
    assert again.status_code == 422
    denied = world.write(address, {"guest": "guest_1"})
    assert denied.status_code == 403


def test_h3_the_plan_is_a_table_that_needs_no_database() -> None:
    at = clock.now()
    ids = [uuid.uuid4() for _ in range(4)]
    account, guest = uuid.uuid4(), uuid.uuid4()
    scan, train = ("face_scan", ""), (Purpose.TRAIN_SHARED_MODEL.value, "")
    early, late = Said(ids[0], account, scan, at, True), Said(ids[1], guest, scan, at + DAY, True)
    gone = Said(ids[2], account, scan, at - DAY, False, withdrawn_at=at + DAY / 2)
    other = Said(ids[3], account, train, at - DAY, True)
    assert plan([early, late, other]) == plan([late, other, early])
    assert plan([early, late, other]).superseded == {ids[0]}
    assert plan([early, late, gone, other]).withdrawn == {ids[0]}
    assert plan([early, late, gone, other]).superseded == frozenset()
    assert plan([early, other], [("face_scan", at + DAY)]).withdrawn == {ids[0]}
    # A no to a new text ends the older release of the other record, and never that of its own.
    for record, ends in ((guest, {ids[0]}), (account, frozenset())):
        assert plan([early, Said(ids[2], record, scan, at + DAY, False, refused_at=at + DAY)]).withdrawn == ends
    # At the same moment, the no holds.
    assert plan([early], [("face_scan", at)]).withdrawn == {ids[0]}
    assert plan([early], [("face_scan", at - DAY)]).withdrawn == frozenset()
