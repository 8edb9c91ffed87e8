"""The decision of a check, over every combination of what the database can say, against a second reading of the rules."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from compliance.core.taxonomy import OperationalPurpose, Purpose
from consent.rules.blocks import blocked, blocks
from consent.rules.decisions import Reason, Standing, decide, no_training, without_asking

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SERVED = ["IL", "TX", "CO"]

PURPOSES = ("face_scan", "train_shared_model", "marketing", "disclose:gpu-host")
PLACES: tuple[tuple[str, ...], ...] = (("IL",), ("TX",), ("CO",), ("MD",), ())
AGES = (("adult", None), ("unknown", None), ("minor", "deny"), ("minor", "guardian"), ("minor", None))
RELEASES = (None, "active", "withdrawn", "expired", "stale", "superseded", "refused")
SIGNERS = ("self", "parent", "guardian", "representative")
ENDS = (NOW + DAY, NOW)
CONTACTS = (NOW - DAY, datetime(2024, 5, 1, tzinfo=UTC))
REACHES = ((2, 2), (1, 2))
RECIPIENTS = (None, "gpu-host", "stranger")


def standing(**said: Any) -> Standing:
    """Ana, of whom everything is in order, but for what is said."""
    made: dict[str, Any] = {
        "subject_id": UUID(int=1),
        "purpose": "face_scan",
        "erasing": False,
        "trainings": [],
        "other_purpose": False,
        "age": "adult",
        "jurisdictions": ["IL"],
        "last_interaction_at": NOW - DAY,
        "minors": None,
        "now": NOW,
        "release_id": UUID(int=2),
        "state": "active",
        "signed_at": NOW - DAY,
        "expires_at": NOW + DAY,
        "recipients": ["gpu-host"],
        "signer_role": "self",
        "notice_version": 1,
        "reach": 1,
        "greatest_reach": 1,
    }
    return Standing(**made | said)


def second_reading(found: Standing, recipient: str | None) -> str:
    """The rules once more, as sentences of consent-check.md and of the law, without a look at the code that is tested."""
    places = set(found.jurisdictions) or {"IL", "TX", "CO"}
    sentences = [
        (found.erasing, "erasure_pending"),
        ("TX" in places and found.purpose.startswith("disclose:"), "jurisdiction_blocked"),
        ("MD" in places and found.purpose == "train_shared_model", "jurisdiction_blocked"),
        (found.age == "minor" and found.minors != "guardian", "minor"),
        (found.age == "minor" and found.state is not None and found.signer_role == "self", "minor"),
        (found.state is None and found.other_purpose and found.purpose != "marketing", "purpose_not_granted"),
        (found.state is None, "no_release"),
        (found.state != "active", str(found.state)),
        (found.expires_at is not None and found.expires_at <= found.now, "expired"),
        ("CO" in places and found.last_interaction_at < datetime(2024, 6, 1, tzinfo=UTC), "stale"),
        (found.reach != found.greatest_reach, "superseded"),
        (found.age != "minor" and found.signer_role in ("parent", "guardian"), "superseded"),
        (recipient == "stranger", "recipient_not_named"),
    ]
    return next((reason for holds, reason in sentences if holds), "active")


def combinations() -> list[tuple[Standing, str | None]]:
    rows = []
    axes = (PURPOSES, PLACES, AGES, RELEASES, SIGNERS, ENDS, CONTACTS, REACHES, RECIPIENTS)
    for number, (purpose, places, (age, minors), state, signer, ends, contact, (reach, greatest), recipient) in enumerate(product(*axes)):
        none: dict[str, Any] = {"release_id": None, "expires_at": None, "signer_role": None, "reach": None, "greatest_reach": None}
        found = standing(
            **{
                "purpose": purpose,
                "jurisdictions": list(places),
                "age": age,
                "minors": minors,
                "state": state,
                "signer_role": signer,
                "expires_at": ends,
                "last_interaction_at": contact,
                "reach": reach,
                "greatest_reach": greatest,
                "erasing": number % 11 == 0,
                "other_purpose": number % 2 == 0,
            }
            | (none if state is None else {})
        )
        rows.append((found, recipient))
    return rows


def test_c2_10k_decision_table(settings: Any) -> None:
    settings.SERVED_JURISDICTIONS = SERVED
    rows = combinations()
    assert len(rows) >= 10_000
    wrong = [
        (found, recipient) for found, recipient in rows if decide(found, recipient=recipient).value != second_reading(found, recipient)
    ]
    assert wrong == []
    reasons = {decide(found, recipient=recipient).value for found, recipient in rows}
    without_database = {"unknown_subject", "unknown_purpose", "not_consentable", "action_not_bound", "internal_error"}
    assert reasons == {reason.value for reason in Reason} - without_database, "every reason was met"


def test_c2_nothing_allows_but_an_active_release_that_is_in_order(settings: Any) -> None:
    """The other way round: whatever the order of the reasons, each of these alone forbids."""
    settings.SERVED_JURISDICTIONS = SERVED
    allowed = [(found, recipient) for found, recipient in combinations() if decide(found, recipient=recipient) == Reason.ACTIVE]
    assert allowed
    for found, recipient in allowed:
        assert not found.erasing
        assert (found.state, found.reach) == ("active", found.greatest_reach)
        assert found.expires_at is not None
        assert found.expires_at > found.now
        assert found.age != "minor" or (found.minors == "guardian" and found.signer_role in ("parent", "guardian", "representative"))
        assert found.age == "minor" or found.signer_role in ("self", "representative")
        assert recipient in (None, "gpu-host")
    assert decide(None) == Reason.UNKNOWN_SUBJECT


@pytest.mark.parametrize(
    ("age", "minors", "signer", "expected"),
    [
        ("adult", "deny", "self", "active"),
        ("adult", None, "representative", "active"),
        ("unknown", None, "self", "active"),
        ("unknown", "deny", "guardian", "superseded"),
        ("unknown", "guardian", "parent", "superseded"),
        ("adult", "guardian", "parent", "superseded"),
        ("adult", None, "agent", "superseded"),
        ("minor", "deny", "self", "minor"),
        ("minor", "deny", "parent", "minor"),
        ("minor", "guardian", "self", "minor"),
        ("minor", "guardian", "representative", "active"),
        ("minor", "guardian", "agent", "minor"),
        ("minor", "guardian", "parent", "active"),
        ("minor", "guardian", "guardian", "active"),
        ("minor", None, "guardian", "minor"),
        ("minor", "sometimes", "guardian", "minor"),
        ("an age nobody knows", None, "self", "minor"),
    ],
)
def test_c9_who_may_sign_for_whom_is_a_table(age: str, minors: str | None, signer: str, expected: str) -> None:
    assert decide(standing(age=age, minors=minors, signer_role=signer)).value == expected


def test_c9_a_minor_whom_nobody_signed_for_has_no_release_yet_and_never_gets_one_where_the_profile_says_no() -> None:
    nothing: dict[str, Any] = {"state": None, "release_id": None, "expires_at": None, "signer_role": None}
    assert decide(standing(age="minor", minors="guardian", **nothing)) == Reason.NO_RELEASE
    assert decide(standing(age="minor", minors="deny", **nothing)) == Reason.MINOR


def test_every_block_has_its_section_and_covers_what_it_says() -> None:
    assert {block.id for block in blocks()} >= {"A-TX-03", "A-MD-01"}
    assert all(block.cite and block.why and block.source in {"read", "secondary", "interpretation"} for block in blocks())
    assert blocked("disclose:gpu-host", ["TX"], []) is not None
    assert blocked("disclose:gpu-host", ["IL"], ["TX"]) is None
    assert blocked("face_scan", ["TX", "MD"], []) is None
    assert blocked("train_shared_model", ["MD"], []) is not None
    assert blocked("train_personal_model", ["MD"], []) is None
    # Not known where: the strictest of those served; a place we know nothing of is no way out.
    assert blocked("disclose:gpu-host", [], ["IL"]) is None
    assert blocked("disclose:gpu-host", [], ["IL", "TX"]) is not None
    assert blocked("disclose:gpu-host", ["Atlantis"], ["TX"]) is not None


def test_a_consent_in_colorado_ends_by_itself_two_years_after_the_last_contact(settings: Any) -> None:
    settings.SERVED_JURISDICTIONS = SERVED
    ana = standing(jurisdictions=["CO"], last_interaction_at=datetime(2024, 6, 1, 12, 0, 1, tzinfo=UTC), expires_at=NOW + 90 * DAY)
    assert decide(ana) == Reason.ACTIVE
    assert ana.not_after == datetime(2026, 6, 1, 12, 0, 1, tzinfo=UTC)
    assert decide(ana._replace(last_interaction_at=datetime(2024, 6, 1, 12, tzinfo=UTC))) == Reason.STALE
    assert decide(ana._replace(jurisdictions=["IL"], last_interaction_at=datetime(2020, 1, 1, tzinfo=UTC))) == Reason.ACTIVE


def test_d1_an_allowance_forbids_training_unless_training_itself_would_be_allowed(settings: Any) -> None:
    settings.SERVED_JURISDICTIONS = SERVED
    ana = standing()
    assert no_training(ana, Reason.ACTIVE)
    assert no_training(None, Reason.UNKNOWN_SUBJECT)
    trains = ana._replace(trainings=["train_shared_model"])
    assert not no_training(trains, Reason.ACTIVE)
    assert no_training(trains._replace(erasing=True), Reason.ERASURE_PENDING)
    assert no_training(trains._replace(jurisdictions=["MD"]), Reason.ACTIVE)
    assert no_training(trains._replace(age="minor"), Reason.ACTIVE)
    assert not no_training(ana._replace(age="minor", purpose="train_personal_model"), Reason.ACTIVE)


def test_e2_sale_and_operational_purposes_cannot_be_consented_to() -> None:
    for name in ("sale", "lease", "trade", "profit", *OperationalPurpose):
        assert without_asking(name) == Reason.NOT_CONSENTABLE
    for name in ("face_scan ", "FACE_SCAN", "disclose:", "disclose:A", "disclose:a b", "sale:x", "", "train"):
        assert without_asking(name) == Reason.UNKNOWN_PURPOSE
    assert all(without_asking(purpose) is None for purpose in (*Purpose, "disclose:gpu-host"))
