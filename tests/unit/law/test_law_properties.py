"""What must hold for any date."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.law.arithmetic import add_months, end_of_local_day, length, local_date
from compliance.law.caps import cap
from compliance.law.deadlines import Deadline, deadline
from compliance.law.destruction import destruction

quick = settings(max_examples=40, deadline=None)
days = st.dates(date(2026, 1, 1), date(2035, 12, 31))
instants = st.datetimes(datetime(2026, 3, 1), datetime(2028, 12, 31), timezones=st.just(UTC))
LAWS = [
    ("GDPR_EU", "Europe/Berlin", "access"),
    ("UK_GDPR", "Europe/London", "erasure"),
    ("CCPA", "America/Los_Angeles", "delete"),
    ("CCPA", "America/Los_Angeles", "opt_out"),
    ("CO_CPA", "America/Denver", "appeal"),
    ("IA_CDPA", "America/Chicago", "delete"),
    ("QC_P39_1", "America/Toronto", "access"),
]


def asked(law: tuple[str, str, str], at: datetime, **events: str) -> Deadline:
    return deadline(law=law[0], request_type=law[2], received_at=at, tz=law[1], events=events)


@quick
@given(days, st.integers(0, 120))
def test_adding_months_never_leaves_the_month_and_never_passes_the_day(day: date, months: int) -> None:
    later = add_months(day, months)

    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@quick
@given(days)
def test_destruction_never_rolls_forward(day: date) -> None:
    found = {
        "IL_BIPA": ("last_interaction", "3y"),
        "TX_CUBI": ("purpose_expired", "1y"),
        "CO_CPA_1314": ("last_interaction", "24m"),
        "CCPA": ("delete_request", "45d"),
        "GDPR_EU": ("consent_withdrawn", "1m"),
    }
    for law, (event, offset) in found.items():
        span = length(offset)
        assert span is not None
        assert destruction(law=law, category="embedding", events={event: day}).destroy_by == span.after(day)


@quick
@given(days, days, days)
def test_the_earliest_of_several_laws_wins_and_a_further_law_never_makes_it_later(seen: date, ended: date, withdrawn: date) -> None:
    events = {"last_interaction": seen, "purpose_expired": ended, "consent_withdrawn": withdrawn}
    alone = [destruction(law=law, category="embedding", events=events).destroy_by for law in ("IL", "TX", "CO", "EU")]

    together = destruction(law="MULTI", category="embedding", events={**events, "subject_laws": "IL,TX,CO,EU"})

    assert together.destroy_by == min(due for due in alone if due)


@quick
@given(st.sampled_from(LAWS), instants)
def test_the_safe_date_is_never_after_the_legal_one(law: tuple[str, str, str], at: datetime) -> None:
    found = asked(law, at)

    for due, safe in (
        (found.ack_due, found.ack_due_safe),
        (found.respond_due, found.respond_due_safe),
        (found.extended_due, found.extended_due_safe),
    ):
        assert (due is None) == (safe is None)
        assert due is None or safe is None or safe <= due


@quick
@given(st.sampled_from(LAWS), instants)
def test_an_extension_counts_from_receipt_whenever_the_notice_was_sent(law: tuple[str, str, str], at: datetime) -> None:
    plain = asked(law, at)
    if plain.extension_notice_due is None:
        return
    first, last = plain.received_local_date, plain.extension_notice_due

    for sent in (first, last):
        assert asked(law, at, extended=sent.isoformat()).final_due == plain.extended_due
    assert asked(law, at, extended=(last + timedelta(days=1)).isoformat()).final_due == plain.respond_due


@quick
@given(st.sampled_from(LAWS), instants)
def test_late_begins_when_the_local_day_ends_summer_time_or_not(law: tuple[str, str, str], at: datetime) -> None:
    found = asked(law, at)

    assert found.respond_due is not None
    assert found.respond_due_excl_utc is not None
    assert local_date(found.respond_due_excl_utc, law[1]) == found.respond_due + timedelta(days=1)
    assert local_date(found.respond_due_excl_utc - timedelta(microseconds=1), law[1]) == found.respond_due


@quick
@given(instants, st.integers(0, 9), st.integers(0, 60))
def test_a_pause_moves_the_legal_date_and_never_the_safe_one(at: datetime, asked_after: int, answered_after: int) -> None:
    law = LAWS[0]
    plain = asked(law, at)
    first = plain.received_local_date + timedelta(days=asked_after)
    paused = asked(law, at, id_requested=str(first), id_received=str(first + timedelta(days=answered_after)))

    assert paused.respond_due_safe == plain.respond_due_safe
    assert paused.respond_due is not None
    assert plain.respond_due_safe is not None
    assert paused.respond_due >= plain.respond_due_safe + timedelta(days=answered_after)


@quick
@given(instants)
def test_a_cap_is_never_after_the_end_of_the_legal_day(seen: datetime) -> None:
    [capped] = cap(["IL"], True, {"last_interaction": seen})
    legal_day = add_months(local_date(seen, "America/Chicago"), 36)

    assert seen < capped.due < end_of_local_day(legal_day, "America/Chicago")
