"""How surely a person must be known."""

import pytest

from compliance.law.verification import Level, required


@pytest.mark.parametrize("kind", ["opt_out", "limit", "withdraw", "complaint"])
@pytest.mark.parametrize("place", ["CA", "EU:DE", "IL", "NV"])
def test_opting_out_limiting_withdrawing_and_complaining_need_no_check_anywhere(kind: str, place: str) -> None:
    assert required([place], kind).level is Level.NONE


def test_deleting_a_face_in_california_asks_for_more_than_in_germany() -> None:
    assert required(["CA"], "delete").level is Level.REASONABLY_HIGH
    assert required(["EU:DE"], "delete").level is Level.REASONABLE


def test_of_several_laws_the_highest_level_counts() -> None:
    assert required(["EU:DE", "CA"], "access").law == "CCPA"


def test_state_acts_share_a_row_and_a_place_without_a_right_still_asks_for_something() -> None:
    assert required(["CO"], "delete").law == "US"
    assert required(["IL"], "delete").level is Level.REASONABLE


def test_nobody_is_asked_for_a_new_face_scan() -> None:
    assert "Never ask for a new face scan" in required(["CA"], "delete").words
