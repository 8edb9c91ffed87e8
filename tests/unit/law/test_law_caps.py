"""The latest moment that a face artifact may exist, and the windows that no profile may promise."""

from datetime import UTC, datetime, timedelta

from compliance.law.caps import cap, longest_allowed


def at(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def moments(
    codes: list[str], facts: dict[str, datetime], *, biometric: bool = True, served: tuple[str, ...] = ()
) -> list[tuple[str, datetime]]:
    return [(one.law, one.due) for one in cap(codes, biometric, facts, served)]


def test_ana_of_illinois_uploaded_once_and_three_years_later_it_must_be_gone() -> None:
    assert moments(["IL"], {"uploaded": at(2024, 2, 29)}) == [("IL_BIPA", at(2027, 2, 28))]


def test_a_later_visit_moves_the_three_years_but_not_the_end_of_the_purpose() -> None:
    facts = {"uploaded": at(2026, 1, 1), "last_interaction": at(2026, 5, 1), "purpose_satisfied": at(2026, 1, 2)}

    assert moments(["IL"], facts) == [("IL_BIPA", at(2026, 1, 2)), ("IL_BIPA", at(2029, 5, 1))]


def test_ben_withdrew_and_each_law_has_its_own_last_moment() -> None:
    withdrew = {"consent_withdrawn": at(2026, 3, 31)}

    assert moments(["TX", "EU:DE", "IL", "CO"], withdrew) == [
        ("IL_BIPA", at(2026, 3, 31)),
        ("CO_CPA_1314", at(2026, 3, 31)),
        ("GDPR_EU", at(2026, 4, 30)),
        ("TX_CUBI", at(2027, 3, 31)),
    ]


def test_what_is_no_biometric_identifier_is_capped_only_by_laws_on_personal_data() -> None:
    facts = {"uploaded": at(2026, 1, 1), "user_request": at(2026, 2, 1)}

    assert moments(["IL", "CA", "EU:DE"], facts, biometric=False) == [("GDPR_EU", at(2026, 3, 1)), ("CCPA", at(2026, 3, 18))]


def test_cy_whose_place_nobody_knows_is_capped_as_everywhere_the_operator_serves() -> None:
    facts = {"uploaded": at(2026, 1, 1)}

    assert moments([], facts, served=("IL", "CO")) == moments(["CO", "IL"], facts)


def test_a_state_without_such_a_law_sets_no_cap() -> None:
    assert moments(["NV"], {"uploaded": at(2026, 1, 1)}) == []


def test_each_cap_says_in_words_why() -> None:
    [one] = cap(["CO"], True, {"last_interaction": at(2022, 3, 1)})

    assert one.due == datetime(2025, 7, 1, tzinfo=UTC)
    assert "24 months after the last interaction" in one.rule
    assert "moved to the day the law took effect" in one.rule
    assert one.citation.startswith("C.R.S.")


def window_is_refused(place: str, trigger: str, *, months: int = 0, length: timedelta = timedelta()) -> bool:
    limits = [limit for limit in longest_allowed(place) if trigger in limit.triggers]
    return any(limit.is_exceeded_by(months=months, length=length) for limit in limits)


def test_four_years_after_the_last_visit_are_refused_in_illinois_and_three_are_not() -> None:
    assert window_is_refused("IL", "last_interaction", months=48)
    assert window_is_refused("IL", "uploaded", months=48)
    assert not window_is_refused("IL", "last_interaction", months=36)
    assert window_is_refused("IL", "last_interaction", months=36, length=timedelta(seconds=1))


def test_colorado_allows_730_days_and_not_731() -> None:
    assert not window_is_refused("CO", "last_interaction", length=timedelta(days=730))
    assert window_is_refused("CO", "last_interaction", length=timedelta(days=731))
    assert not window_is_refused("CO", "last_interaction", months=24)


def test_texas_gives_a_year_after_the_purpose_and_illinois_nothing() -> None:
    assert not window_is_refused("TX", "purpose_satisfied", months=12)
    assert window_is_refused("TX", "purpose_satisfied", months=13)
    assert window_is_refused("IL", "purpose_satisfied", length=timedelta(hours=1))


def test_a_window_from_a_place_without_a_cap_is_never_refused() -> None:
    assert longest_allowed("NV") == []
