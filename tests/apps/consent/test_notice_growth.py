"""What changed between versions of a notice, and when people must be asked again (C12)."""

from typing import Any

import pytest
from django.test import override_settings

from compliance.core import clock
from compliance.core.errors import Conflict, Invalid
from compliance.profiles.models import Party
from compliance.profiles.queries import active
from compliance.retention.management.commands.load_demo import CONTROLLER
from consent.actions import DraftChanged, describe, publish, publish_disclosure, publish_notices
from consent.models import Change, Notice, Release
from consent.queries import current_notice
from consent.queries.drafts import draft_of, due, publishable
from consent.rules.growth import differences, stored, within
from consent.rules.texts import LOCALES
from tests.apps.consent.consent_cast import OFFICER, World, activated, signed, starter
from tests.apps.consent.test_notice_texts import facts

Document = dict[str, Any]


def test_the_same_facts_give_no_difference() -> None:
    assert differences(stored(facts("face_scan")), facts("face_scan")) == []


@pytest.mark.parametrize(
    ("ends", "bounds", "inside"),
    [
        (("uploaded + P30D",), ("uploaded + P30D",), True),
        (("uploaded + P7D",), ("uploaded + P30D",), True),
        (("uploaded + P31D",), ("uploaded + P30D",), False),
        # An end more never keeps a thing longer; one fewer may.
        (("user_request", "uploaded + P30D"), ("uploaded + P30D",), True),
        (("uploaded + P30D",), ("user_request", "uploaded + P30D"), False),
        # Another trigger cannot stand in for the one that was promised: a visit may never end.
        (("last_interaction + P1D",), ("uploaded + P30D",), False),
        (("uploaded + P1M",), ("uploaded + P30D",), False),
    ],
)
def test_a_window_is_within_another_when_it_ends_no_later_whatever_happens(
    ends: tuple[str, ...], bounds: tuple[str, ...], inside: bool
) -> None:
    assert within(ends, bounds) is inside


def upload(until: list[str]) -> Any:
    return lambda document: document["artifacts"]["original_upload"].update(until=until)


def output(until: list[str]) -> Any:
    return lambda document: document["artifacts"]["generated_output"].update(until=until)


def add(name: str, **entry: Any) -> Any:
    return lambda document: document["artifacts"].update({name: entry})


def drop(name: str) -> Any:
    return lambda document: document["artifacts"].pop(name)


def infrastructure(*slugs: str) -> Any:
    return lambda document: document["sharing"].update(infrastructure=list(slugs))


def backups(**words: str) -> Any:
    return lambda document: document["backups"].update(words)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("alter", "grew", "said"),
    [
        (upload(["processing_completed + P60D", "uploaded + P90D"]), True, "may be kept longer: 37 days after the upload became 90 days"),
        (output(["last_interaction + P90D"]), False, "ends no later than before: 730 days after your last visit became 90 days"),
        (add("scan_log", purposes=["security"], until=["uploaded + P9D"]), True, "Newly stored: “A log of the scan”, until 9 days"),
        (drop("intermediate"), False, "No longer stored: “Working files of the scan”"),
        (infrastructure("object-storage", "gpu-host", "newcomer"), True, "New recipient: newcomer"),
        (infrastructure("gpu-host"), False, "No longer a recipient: object-storage"),
        (backups(max_age="P60D"), True, "The age of the oldest backup grew: 30 days became 60 days"),
        (backups(max_age="P3D"), False, "The age of the oldest backup changed: 30 days became 3 days"),
        (lambda document: document.update(minors="guardian"), False, "The profile changed: minors is now “guardian”"),
        (lambda document: document.update(method="analysis"), True, "What the scan makes changed: “pictures” became “report”"),
        (drop("personal_model"), False, "A model of the person may no longer be built for the scan"),
    ],
)
def test_c12_what_reaches_further_asks_again_and_what_shrinks_does_not(alter: Any, grew: bool, said: str) -> None:
    activated(starter("thirty-days"))
    document = starter("thirty-days")
    alter(document)
    activated(document)
    notices = list(Notice.objects.filter(purpose="face_scan", version=2))
    assert len(notices) == len(LOCALES)
    assert {notice.reach for notice in notices} == {1 + grew}
    assert all(any(said in words for words in notice.changes) for notice in notices), notices[0].changes
    told = Change.objects.filter(event=Change.Event.NOTICE, subject=None, purpose="face_scan").count()
    assert told == int(grew)


@pytest.mark.django_db
def test_c12_a_company_that_becomes_a_partner_is_a_class_of_its_own() -> None:
    party = Party.objects.create(slug="gpu-host", name="GPU Host Inc.", role="processor", country="US", purpose="runs the scan")
    activated(starter("thirty-days"))
    party.role = "partner"
    party.save()
    [notice] = [one for one in publish_notices(actor=OFFICER, at=clock.now()) if (one.purpose, one.locale) == ("face_scan", "en")]
    assert (notice.version, notice.reach) == (2, 2)
    assert notice.changes == ["GPU Host Inc. is now a partner, it was a processor"]


@pytest.mark.django_db
def test_c12_after_a_growth_bens_release_answers_superseded_until_he_signs_again(world: World) -> None:
    signed("ben")
    assert world.reason("ben") == "active"
    document = starter("thirty-days")
    upload(["uploaded + P90D"])(document)
    activated(document)
    assert world.reason("ben") == "superseded"
    assert Release.objects.get().state == "active"
    signed("ben")
    assert world.reason("ben") == "active"


@pytest.mark.django_db
def test_c12_other_words_alone_ask_nobody_again(world: World) -> None:
    signed("ana")
    with override_settings(OPERATOR_NAME="Other Studio"):
        publish_notices(actor=OFFICER, at=clock.now())
        notice = current_notice("face_scan")
        assert (notice.version, notice.reach, notice.changes) == (2, 1, ["The controller’s particulars changed: operator"])
        assert world.reason("ana") == "active"


@pytest.mark.django_db
def test_a_version_that_kept_no_facts_cannot_be_compared_and_asks_again() -> None:
    [difference] = differences({}, facts("face_scan"))
    assert difference.grew


@pytest.mark.django_db
def test_what_was_reviewed_is_what_is_published(world: World) -> None:
    profile = active()
    assert profile is not None
    with override_settings(OPERATOR_NAME="Other Studio"):
        seen = draft_of(profile, "face_scan")
    assert seen.differs
    with pytest.raises(DraftChanged):
        publish(purpose="face_scan", actor=OFFICER, at=clock.now(), reviewed=seen.hash)
    assert not Notice.objects.filter(version=2).exists()
    with override_settings(OPERATOR_NAME="Other Studio"):
        notices = publish(purpose="face_scan", actor=OFFICER, at=clock.now(), reviewed=seen.hash)
    assert {(notice.locale, notice.version) for notice in notices} == {(locale, 2) for locale in LOCALES}


@pytest.mark.django_db
def test_nothing_is_due_after_publishing_and_a_change_of_particulars_makes_all_due(world: World) -> None:
    profile = active()
    assert profile is not None
    assert due(profile) == []
    describe(**CONTROLLER | {"address": "2 Other Street"}, actor=OFFICER, at=clock.now())
    assert [draft.purpose for draft in due(profile)] == list(publishable(profile))
    assert not any(draft.grew for draft in due(profile))


@pytest.mark.django_db
def test_e3_a_party_is_disclosed_to_only_where_the_profile_lets_people_choose_it_and_it_is_a_partner() -> None:
    lab = Party.objects.create(slug="print-lab", name="Print Lab", role="partner", country="US", purpose="prints pictures")
    document = starter("thirty-days")
    document["sharing"]["partner_labs"] = "forbidden"
    activated(document)
    with pytest.raises(Invalid) as refused:
        publish_disclosure(party="print-lab", actor=OFFICER, at=clock.now())
    assert "sharing.partner_labs" in refused.value.errors[0].detail
    document["sharing"]["partner_labs"] = "opt_in"
    activated(document)
    notices = publish_disclosure(party="print-lab", actor=OFFICER, at=clock.now())
    assert [notice.locale for notice in notices] == list(LOCALES)
    assert notices[0].recipients == ["print-lab", *document["sharing"]["infrastructure"]]
    assert lab.name in notices[0].title
    with pytest.raises(Invalid):
        publish_disclosure(party="nobody", actor=OFFICER, at=clock.now())


@pytest.mark.django_db
def test_i2_marketing_is_published_only_where_the_profile_keeps_something_for_it(world: World) -> None:
    with pytest.raises(Invalid):
        publish(purpose="marketing", actor=OFFICER, at=clock.now())
    document = starter("thirty-days")
    document["artifacts"]["generated_output"]["purposes"] = ["account_history", "marketing"]
    published = activated(document)
    assert "marketing" not in {notice.purpose for notice in published}
    notice = publish(purpose="marketing", actor=OFFICER, at=clock.now())[0]
    assert "• Pictures made for you" in notice.body


@pytest.mark.django_db
def test_nothing_is_published_without_a_profile() -> None:
    with pytest.raises(Conflict, match="No profile is active"):
        publish(purpose="face_scan", actor=OFFICER, at=clock.now())
