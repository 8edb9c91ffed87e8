"""The legal deadline of a person whom several laws protect, or none, or nobody knows which."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from compliance.law import regimes
from compliance.law.deadlines import deadline, earliest, for_request
from compliance.law.errors import LawInputError

EVENING = datetime(2026, 7, 2, 23, 0, tzinfo=UTC)


def dates(codes: list[str], kind: str = "delete", served: tuple[str, ...] = ()) -> list[tuple[str, str, date | None]]:
    return [(one.jurisdiction, one.law, one.final_due) for one in for_request(codes, kind, EVENING, served)]


def test_ana_of_berlin_and_california_gets_both_dates_with_the_earlier_first() -> None:
    found = for_request(["CA", "EU:DE"], "delete", EVENING)

    assert [(one.law, one.final_due) for one in found] == [("GDPR_EU", date(2026, 8, 3)), ("CCPA", date(2026, 8, 16))]
    assert earliest(found) == found[0]


def test_ben_of_illinois_alone_has_no_date_by_law_and_none_is_made_up() -> None:
    found = for_request(["IL"], "delete", EVENING)

    assert [(one.law, one.final_due, one.respond_due) for one in found] == [("IL_BIPA", None, None)]
    assert earliest(found) is None
    assert "no legal date" in found[0].trace[-1]


def test_cy_of_nowhere_known_gets_the_earliest_of_all_places_the_operator_serves() -> None:
    assert dates([], served=("CA", "UK")) == dates(["UK", "CA"])
    assert dates(["XX"], served=("CA", "UK")) == dates(["UK", "CA"])
    assert dates(["CA", "XX"], served=("CA", "UK")) == dates(["CA", "UK"])


def test_a_place_we_do_not_know_and_an_operator_who_named_none_gets_the_earliest_of_all() -> None:
    first = earliest(for_request([], "delete", EVENING))

    assert first is not None
    assert first.final_due == min(one.final_due for one in for_request(list(regimes.jurisdictions()), "delete", EVENING) if one.final_due)


def test_a_known_place_is_not_widened_by_what_the_operator_serves() -> None:
    assert dates(["CA"], served=("CA", "EU:DE", "UK")) == [("CA", "CCPA", date(2026, 8, 16))]


def test_texas_lists_the_law_without_a_clock_last() -> None:
    assert dates(["TX"]) == [("TX", "TX_TDPSA", date(2026, 8, 16)), ("TX", "TX_CUBI", None)]


def test_a_complaint_in_the_united_kingdom_has_its_own_law() -> None:
    found = earliest(for_request(["UK"], "complaint", EVENING))

    assert found is not None
    assert (found.law, found.ack_due, found.ack_due_safe) == ("UK_DPA2018", date(2026, 8, 2), date(2026, 8, 1))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("delete", "erasure"), ("know", "access"), ("correct", "rectification"), ("restrict", "restriction"), ("object", "objection")],
)
def test_our_word_and_the_laws_word_mean_the_same(ours: str, theirs: str) -> None:
    assert dates(["EU:DE"], ours) == dates(["EU:DE"], theirs)


def test_every_request_type_of_the_service_is_known_to_the_tables() -> None:
    kinds = "know access portability delete correct restrict object opt_out limit withdraw appeal complaint"

    assert all(for_request(["EU:DE", "CA", "UK", "IL"], kind, EVENING) for kind in kinds.split())


def test_a_state_act_is_known_by_any_name_that_starts_with_its_state() -> None:
    def due(law: str) -> date | None:
        return deadline(law=law, request_type="appeal", received_at=EVENING, tz="America/Denver").final_due

    assert due("MT_MCDPA") == due("MT_CDPA") == date(2026, 8, 31)


def test_a_country_without_rows_of_holidays_counts_weekends_only_and_says_so() -> None:
    found = earliest(for_request(["EU:ES"], "delete", datetime(2026, 4, 1, 9, tzinfo=UTC)))

    assert found is not None
    assert found.final_due == date(2026, 5, 1), "1 May is a holiday in Spain, but we hold no list for it: the earlier date"
    assert any("only weekends" in line for line in found.trace)


def test_a_year_beyond_the_rows_counts_weekends_only_and_says_so() -> None:
    found = deadline(law="GDPR_EU", request_type="access", received_at=datetime(2031, 3, 1, 9, tzinfo=UTC), tz="Europe/Berlin")

    assert found.respond_due == date(2031, 4, 1)
    assert any("2031" in line and "only weekends" in line for line in found.trace)


def test_a_fact_nobody_knows_changes_nothing_and_is_named() -> None:
    plain = deadline(law="CCPA", request_type="delete", received_at=EVENING, tz="America/Los_Angeles")
    odd = deadline(law="CCPA", request_type="delete", received_at=EVENING, tz="America/Los_Angeles", events={"paused": "2026-07-05"})

    assert odd.final_due == plain.final_due
    assert "“paused”" in " ".join(odd.trace)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"law": "ZZ_ACT"}, "ZZ_ACT"),
        ({"request_type": "sing"}, "sing"),
        ({"tz": "Mars/Olympus"}, "Mars/Olympus"),
        ({"received_at": datetime(2026, 7, 2)}, "no offset"),
        ({"events": {"extended": "soon"}}, "extended=soon"),
        ({"events": {"extended": "2026-06-01"}}, "before the request arrived"),
        ({"events": {"id_requested": "2026-07-09", "id_received": "2026-07-08"}}, "id_received=2026-07-08"),
    ],
)
def test_what_cannot_be_read_is_named_with_a_way_to_mend_it(change: dict[str, Any], said: str) -> None:
    asked: dict[str, Any] = {"law": "GDPR_EU", "request_type": "access", "received_at": EVENING, "tz": "Europe/Berlin"}

    with pytest.raises(LawInputError, match=said):
        deadline(**(asked | change))


def test_strictest_is_the_place_that_asks_most_before_a_scan() -> None:
    assert regimes.strictest(["CA", "IL", "EU:DE"]).code == "IL"
    assert regimes.strictest([], ["CA", "EU:DE"]).code == "EU:DE"
