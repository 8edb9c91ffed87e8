"""The tables themselves: whatever a row says must be readable, cited and about something that exists."""

from zoneinfo import ZoneInfo

from compliance.law import regimes
from compliance.law.clocks import clocks, event_notes
from compliance.law.legs import legs
from compliance.law.tables import rows
from compliance.law.verification import verifications

STATUSES = {"VERIFIED_PRIMARY", "VERIFIED_SECONDARY", "FROM_MEMORY"}
TWENTY_STATES = "CA CO CT DE FL IN IA KY MD MN MT NE NH NJ OR RI TN TX UT VA"


def test_every_rule_carries_its_citation_and_how_well_it_was_checked() -> None:
    cited = [
        *((law.citation, law.source_status) for law in regimes.laws().values()),
        *((clock.citation, clock.source_status) for clock in clocks()),
        *((leg.citation, leg.source_status) for leg in legs()),
        *((row.citation, row.source_status) for row in verifications()),
    ]

    assert [(citation, status) for citation, status in cited if not citation or status not in STATUSES] == []


def test_every_place_names_laws_that_exist_and_a_zone_that_exists() -> None:
    places = regimes.jurisdictions().values()

    assert {law for place in places for law in (*place.request_laws, *place.destruction_laws)} <= set(regimes.laws())
    assert all(ZoneInfo(place.tz) for place in places)


def test_every_clock_leg_and_note_belongs_to_a_law_that_exists() -> None:
    named = {clock.law for clock in clocks()} | {leg.law for leg in legs()} | {note.law for note in event_notes()}

    assert named <= set(regimes.laws())


def test_every_law_with_request_rights_has_clocks_and_no_other_has() -> None:
    own = {law.code for law in regimes.laws().values() if law.requests == "own"}

    assert {clock.law for clock in clocks()} == own


def test_every_leg_starts_from_an_event_that_the_reader_knows() -> None:
    assert {leg.event for leg in legs() if not leg.for_caps_only} <= {row["event"] for row in rows("destruction_events")}


def test_the_twenty_states_with_a_privacy_act_in_force_have_one_here() -> None:
    with_rights = {
        place.code
        for place in regimes.jurisdictions().values()
        if ":" not in place.code and any(regimes.laws()[law].requests == "own" for law in place.request_laws)
    }

    assert with_rights == {*TWENTY_STATES.split()} | {"WA", "EU", "UK", "QC"}
