"""What a certificate may claim, without a database."""

import pytest

from compliance.evidence import rules
from compliance.evidence.rules import Standing
from tests.apps.evidence.samples import artifact, content


def things(*rungs: str) -> list[dict[str, object]]:
    return [artifact(number, rung=rung) for number, rung in enumerate(rungs)]


@pytest.mark.parametrize(
    ("rungs", "standing", "gone"),
    [
        ((), Standing.NOTHING, 0),
        (("planned", "called"), Standing.NONE_GONE, 0),
        (("acknowledged", "held"), Standing.NONE_GONE, 0),
        (("absent", "reappeared"), Standing.SOME_GONE, 1),
        (("purged", "refused", "unreachable"), Standing.SOME_GONE, 1),
        (("absent", "purged", "backups_expired"), Standing.ALL_GONE, 3),
        (("backups_expired", "backups_expired"), Standing.FINAL, 2),
    ],
)
def test_the_headline_claims_no_more_than_the_rungs_show(rungs: tuple[str, ...], standing: Standing, gone: int) -> None:
    assert rules.standing(things(*rungs)) is standing
    assert rules.gone(things(*rungs)) == gone


def test_the_ladder_counts_who_reached_each_rung() -> None:
    artifacts = [
        artifact(0, rung="purged"),
        artifact(1, rung="absent", absent_at="2026-11-20T10:00:00.000Z"),
        artifact(2, rung="refused", acknowledged_at=None, absent_at=None),
    ]
    steps = rules.ladder(content("ana", artifacts=artifacts))
    assert [(step.rung, step.reached, step.state, step.last_at, step.by) for step in steps] == [
        ("called", 3, "done", "2026-11-20T09:30:01.000Z", None),
        ("acknowledged", 2, "part", "2026-11-20T09:30:02.000Z", None),
        ("absent", 2, "part", "2026-11-20T10:00:00.000Z", None),
        ("purged", 1, "part", "2026-11-20T09:30:05.000Z", None),
        ("backups_expired", 0, "open", None, "2026-12-04"),
    ]


def test_other_companies_are_a_step_only_where_there_are_some() -> None:
    asked = [{"what": "parties_confirmed", "by": None, "words": "Each company that got a copy confirms."}]
    facts = content("ana", parties=[{"name": "Print shop", "state": "told"}], still_to_come=asked)
    assert "parties_confirmed" in [step.rung for step in rules.ladder(facts)]


def test_groups_keep_every_number_once_and_part_what_differs() -> None:
    artifacts = [artifact(n) for n in range(100)] + [artifact(100, rung="refused")]
    groups = rules.groups(artifacts)
    assert sorted(number for group in groups for number in group.ids) == sorted(one["id"] for one in artifacts)
    assert [group.like["rung"] for group in groups].count("refused") == 1
    assert len(groups) == 8
