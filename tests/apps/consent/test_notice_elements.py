"""What the laws want a notice to say, as rows; and that nothing is published that lacks one."""

from typing import Any

import pytest
from django.test import override_settings

from compliance.core import clock
from compliance.core.errors import Invalid
from compliance.law.regimes import jurisdictions
from compliance.profiles.actions import activate, store
from compliance.retention.management.commands.load_demo import CONTROLLER
from consent.actions import describe, publish_notices
from consent.models import Controller, Notice
from consent.queries import current_notice
from consent.rules.elements import elements, required
from consent.rules.texts import LOCALES, WORDS
from tests.apps.consent.consent_cast import OFFICER, World, activated, starter

WANTED = {
    "BIPA": {"collected", "purpose", "term"},
    "CUBI": {"informed", "consent"},
    "CO 1314": {"collected", "purpose", "retained", "processors", "not_required"},
    "WA MHMDA": {"categories", "ways", "shared_with", "withdraw"},
    "GDPR": {
        "controller",
        "representative",
        "officer",
        "purpose",
        "ground",
        "recipients",
        "transfers",
        "stored",
        "rights",
        "withdraw",
        "complaint",
        "required",
        "automated",
    },
    "UK GDPR": {"complaint_here"},
    "CCPA": {"categories", "purpose", "sold", "retention", "policy"},
}


def promised(document: dict[str, Any]) -> None:
    """Active, and nothing published or described yet."""
    at = clock.now()
    activate(profile=store(document=document, actor=OFFICER, at=at), actor=OFFICER, at=at, reason="test")


def lacking() -> set[str]:
    """What publishing refuses now, as law/element."""
    with pytest.raises(Invalid) as refused:
        publish_notices(actor=OFFICER, at=clock.now())
    assert not Notice.objects.exists()
    return {error.pointer.removeprefix("/elements/") for error in refused.value.errors}


def test_c1_every_law_has_its_elements_with_section_and_remedy() -> None:
    rows = elements()
    assert {law: {row.key for row in rows if row.law == law} for law in WANTED} == WANTED
    assert {row.law for row in rows} == set(WANTED)
    assert len({row.id for row in rows}) == len(rows)
    assert all(row.section and row.words and row.remedy.endswith(".") for row in rows)
    assert {place for row in rows for place in row.places} <= set(jurisdictions())


def test_every_statement_that_a_row_points_to_is_one_that_a_notice_can_make() -> None:
    made = {key.split(".")[0] for key in WORDS["en"]} | {"stored.none", "dpo.none", "representative.none", "transfers.none", "complaint.us"}
    assert {statement for row in elements() for statement in row.statements} <= made


@pytest.mark.parametrize(
    ("served", "laws"),
    [
        (["IL"], {"BIPA"}),
        (["TX", "CO"], {"CUBI", "CO 1314"}),
        (["EU:DE"], {"GDPR"}),
        (["UK"], {"GDPR", "UK GDPR"}),
        (["WA", "CA"], {"WA MHMDA", "CCPA"}),
        (["OH"], set()),
        ([], set(WANTED)),
    ],
)
def test_an_operator_owes_the_elements_of_the_places_it_serves(served: list[str], laws: set[str]) -> None:
    assert {row.law for row in required("face_scan", served)} == laws


@pytest.mark.django_db
def test_publishing_refuses_all_at_once_and_names_law_section_element_and_remedy() -> None:
    promised(starter("thirty-days"))
    assert not Controller.objects.exists()
    assert lacking() == {"GDPR/controller", "GDPR/representative", "GDPR/transfers", "GDPR/complaint"}
    with pytest.raises(Invalid) as refused:
        publish_notices(actor=OFFICER, at=clock.now())
    said = {error.pointer: error.detail for error in refused.value.errors}
    assert said["/elements/GDPR/controller"] == (
        "GDPR, Art. 13(1)(a): who the controller is and how to reach it is missing "
        "(face_scan, regenerate, train_shared_model, quality). Fill in the address in the controller’s particulars."
    )
    describe(**CONTROLLER, actor=OFFICER, at=clock.now())
    publish_notices(actor=OFFICER, at=clock.now())
    assert Notice.objects.exists()


@pytest.mark.django_db
def test_where_europe_is_not_served_its_particulars_are_not_asked_for() -> None:
    promised(starter("thirty-days"))
    with override_settings(SERVED_JURISDICTIONS=["IL", "TX", "CA"]):
        publish_notices(actor=OFFICER, at=clock.now())
        body = current_notice("face_scan").body
    assert "responsible for your data" not in body
    assert "Our full policy:" in body
    assert {key.split(" ")[0] for key in current_notice("face_scan").elements} == {"BIPA", "CUBI", "CCPA"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("seat", "served", "needed"),
    [("US", ["EU:DE"], True), ("DE", ["EU:DE"], False), ("DE", ["EU:DE", "UK"], True), ("GB", ["UK"], False), ("GB", ["EU:IE"], True)],
)
def test_a_representative_may_be_none_only_where_the_operator_has_its_seat(seat: str, served: list[str], needed: bool) -> None:
    document = starter("thirty-days")
    document["operator"] |= {"seat": seat}
    promised(document)
    with override_settings(SERVED_JURISDICTIONS=served):
        describe(**CONTROLLER | {"representative": ""}, actor=OFFICER, at=clock.now())
        if needed:
            assert lacking() == {"GDPR/representative"}
        else:
            publish_notices(actor=OFFICER, at=clock.now())
            assert "Nobody else speaks for us: our own office is in Europe." in current_notice("face_scan").body


@pytest.mark.django_db
def test_a_data_protection_officer_that_was_not_named_is_stated_as_none() -> None:
    promised(starter("thirty-days"))
    describe(**CONTROLLER | {"data_protection_officer": ""}, actor=OFFICER, at=clock.now())
    publish_notices(actor=OFFICER, at=clock.now())
    notice = current_notice("face_scan")
    assert notice.elements["GDPR Art. 13(1)(b) officer"] == "We have not named a data protection officer." in notice.body


@pytest.mark.django_db
def test_data_that_stays_in_europe_needs_no_safeguard() -> None:
    document = starter("thirty-days")
    document["operator"] |= {"seat": "IE", "storage_regions": ["IE", "DE"]}
    promised(document)
    with override_settings(SERVED_JURISDICTIONS=["EU"]):
        describe(**CONTROLLER | {"transfers": ""}, actor=OFFICER, at=clock.now())
        # A recipient that nobody described may be anywhere.
        assert lacking() == {"GDPR/transfers"}


@pytest.mark.django_db
def test_every_published_notice_keeps_the_sentence_of_each_element_and_the_sentence_is_in_it(world: World) -> None:
    activated(starter("thirty-days"))
    notices = list(Notice.objects.all())
    assert {notice.locale for notice in notices} == set(LOCALES)
    for notice in notices:
        assert set(notice.elements) == {row.id for row in required(notice.purpose, [])}
        assert all(sentence in notice.body for sentence in notice.elements.values())


@pytest.mark.django_db
def test_describing_the_controller_twice_writes_once_and_a_change_keeps_who_and_why() -> None:
    at = clock.now()
    first = describe(**CONTROLLER, actor=OFFICER, at=at)
    describe(**CONTROLLER, actor=OFFICER, at=at)
    assert first.history.count() == 1
    describe(**CONTROLLER | {"address": "2 Other Street"}, actor=OFFICER, at=at, reason="moved house")
    assert [version.history_change_reason for version in Controller.objects.get().history.all()] == ["moved house", "described"]
