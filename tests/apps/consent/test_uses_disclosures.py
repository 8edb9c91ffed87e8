"""C10, E5: who received what of a person, on which ground: their consent, a section of their own law, or an alert."""

from datetime import timedelta
from typing import Any

import pytest

from compliance.core import clock
from compliance.core.clock import to_text
from consent.queries.uses import disclosures_of
from consent.rules.exceptions import exempt, exemptions
from tests.apps.consent.training_cast import Trainer, allowed, person, promise, reasons, report, thing, use

pytestmark = pytest.mark.django_db


@pytest.fixture
def trainer(db: None) -> Trainer:
    promise()
    return Trainer()


def test_c10_a_disclosure_needs_a_release_for_the_party_or_one_that_names_it(trainer: Trainer) -> None:
    scan = allowed("ana", "face_scan")
    own = allowed("ben", "disclose:lab")
    rows = report(
        trainer,
        use("ana", kind="disclosure", recipient="gpu-host"),
        use("ana", kind="disclosure", recipient="lab"),
        use("ben", "disclose:lab", kind="disclosure", recipient="lab"),
        use("ben", "face_scan", kind="disclosure", recipient="lab"),
        use("ana", "disclose:lab", kind="disclosure", recipient="lab"),
    )
    assert [(r["reason"], r["release"]) for r in rows] == [
        ("active", str(scan.pk)),
        ("recipient_not_named", None),
        ("active", str(own.pk)),
        ("active", str(own.pk)),
        ("purpose_not_granted", None),
    ]


def test_c10_without_consent_a_section_of_the_persons_own_law_may_allow_it(trainer: Trainer) -> None:
    allowed("ana", "face_scan")
    tex = person("tex")
    tex.jurisdictions = ["TX"]
    tex.save()

    def claim(who: str, code: str) -> dict[str, Any]:
        return use(who, "disclose:police", kind="disclosure", recipient="police", exception=code)

    assert reasons(trainer, claim("ana", "BIPA_15d4"), claim("ana", "CUBI_c1D"), claim("ana", "BIPA_15d1"), claim("tex", "CUBI_c1D")) == [
        "exempt",
        "purpose_not_granted",
        "purpose_not_granted",
        "exempt",
    ]
    assert trainer.post("uses", {"uses": [claim("ana", "because we say so")]}).status_code == 422


def test_c10_texas_lets_no_ordinary_consent_stand_for_a_disclosure(trainer: Trainer) -> None:
    allowed("tex", "disclose:lab")
    tex = person("tex")
    tex.jurisdictions = ["TX"]
    tex.save()
    assert reasons(trainer, use("tex", "disclose:lab", kind="disclosure", recipient="lab")) == ["jurisdiction_blocked"]


@pytest.mark.parametrize(
    ("code", "places", "good"),
    [
        ("BIPA_15d4", ["IL"], True),
        ("BIPA_15d4", ["TX"], False),
        ("BIPA_15d1", ["IL"], False),
        ("BIPA_15d4", ["IL", "TX"], True),
        ("CUBI_c1A", ["IL", "TX"], False),
        ("CPA_1314_processor", ["CO"], True),
        ("CPA_1314_processor", ["CO", "IL"], False),
        ("GDPR_9_2_f", ["EU:DE"], True),
        ("GDPR_9_2_f", ["UK"], True),
        ("BIPA_15d4", ["FL"], False),
        ("BIPA_15d4", [], True),
        ("CPA_1314_processor", [], False),
        ("", ["IL"], False),
    ],
)
def test_c10_the_table_of_exceptions(code: str, places: list[str], good: bool) -> None:
    assert exempt(code, places, ["IL", "TX"]) is good


def test_c10_every_exception_has_its_section_and_a_sentence() -> None:
    assert {"BIPA_15d1", "BIPA_15d2", "BIPA_15d3", "BIPA_15d4", "CUBI_c1A", "CUBI_c1B", "CUBI_c1C", "CUBI_c1D"} <= set(exemptions())
    for row in exemptions().values():
        assert len(row.code) <= 40
        assert row.cite
        assert row.words.endswith(".")
        assert row.source in {"read", "secondary", "memory", "interpretation"}


def test_e5_the_log_of_one_person_says_who_received_what_when_and_on_which_ground(trainer: Trainer) -> None:
    release = allowed("ana", "face_scan")
    thing("ana", "a-1")
    at = [clock.now() - timedelta(minutes=n) for n in (30, 20, 10)]
    report(
        trainer,
        use("ana", kind="disclosure", recipient="gpu-host", artifact="a-1", at=at[0]),
        use("ana", kind="disclosure", recipient="court", exception="BIPA_15d4", at=at[1]),
        use("ana", kind="disclosure", recipient="lab", at=at[2]),
        use("ana"),
        use("ben", kind="disclosure", recipient="lab"),
    )
    told = trainer.post("subjects/disclosures", {"subject": "ana"}).json()["disclosures"]
    assert [(r["recipient"], r["artifact"], r["release"], r["exception"], r["explained"]) for r in told] == [
        ("gpu-host", "a-1", str(release.pk), None, True),
        ("court", None, None, "BIPA_15d4", True),
        ("lab", None, None, None, False),
    ]
    assert [r["at"] for r in told] == [to_text(moment) for moment in at]
    assert told[1]["basis"].startswith("740 ILCS 14/15(d)(4): ")
    assert told[2]["basis"] == "Nothing explains it: the release does not name this party."
    assert [row.as_json() for row in disclosures_of(person("ana").pk)] == told
    # Consent, an exception, or an alert: no row has none of them.
    assert all(r["release"] or r["exception"] or not r["explained"] for r in told)
