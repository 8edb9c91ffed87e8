"""The command and what it does with bad rows."""

import io
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from compliance.law.destruction import destruction
from compliance.law.destruction_csv import answer
from compliance.law.errors import LawInputError
from compliance.law.facts import parse_events
from compliance.retention.management.commands.law_destruction import Command

HEAD = "id,law,category,events\n"
GOOD = "A,IL_BIPA,embedding,purpose_satisfied=2026-03-15\n"
GOOD_OUT = "id,controlling_trigger,destroy_by,next_action\nA,purpose_satisfied,2026-03-15,\n"


def run(path: Path) -> tuple[str, str, bool]:
    out, err = io.StringIO(), io.StringIO()
    try:
        Command(stdout=out, stderr=err).handle(file=path)
    except CommandError as error:
        return out.getvalue(), err.getvalue() + str(error), True
    return out.getvalue(), err.getvalue(), False


def test_a_good_file_is_answered_and_other_columns_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text("\ufeffrule,events,id,category,law\nx,purpose_satisfied=2026-03-15,A,embedding,IL_BIPA\n", encoding="utf8")

    assert run(file) == (GOOD_OUT, "", False)


def test_a_bad_row_is_named_and_the_others_are_answered(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text(f"{HEAD}BAD,IL_BIPA,embedding,purpose_satisfied=2026-02-30\n{GOOD}", encoding="utf8")

    out, err, failed = run(file)

    assert (out, failed) == (GOOD_OUT, True)
    assert "row BAD: events: purpose_satisfied=2026-02-30 is not a date" in err
    assert "1 row(s)" in err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("B,ZZ_LAW,embedding,purpose_satisfied=2026-01-01", "“ZZ_LAW” is not known"),
        ("B,,embedding,purpose_satisfied=2026-01-01", "law: is empty"),
        ("B,IL_BIPA,,purpose_satisfied=2026-01-01", "category: is empty"),
        ("B,IL_BIPA,embedding,", "no fact here starts a clock"),
        ("B,IL_BIPA,embedding", "ends too early"),
        ("B,IL_BIPA,embedding,purpose_satisfed=2026-01-01", "“purpose_satisfed” is not known"),
        ("B,IL_BIPA,embedding,purpose_satisfied", "not of the form name=value"),
        ("B,IL_BIPA,embedding,last_interaction=2026-01-01;last_interaction=2026-02-01", "given twice"),
        ("B,IL_BIPA,embedding,last_interaction=9999-01-01", "outside the calendar"),
        ("B,IL_BIPA,embedding,training_opt_in=maybe", "yes or no"),
        ("B,TX_CUBI,embedding,terminated=2026-01-01", "terminated (with employer_security_purpose=yes)"),
        ("B,GDPR_EU,backup_copy,live_erasure=2026-01-01", "backup_rotation_days=N"),
        ("B,GDPR_EU,backup_copy,live_erasure=2026-01-01;backup_rotation_days=-3", "whole number"),
        ("B,MULTI,embedding,last_interaction=2026-01-01", "subject_laws"),
        ('B,MULTI,embedding,"last_interaction=2026-01-01;subject_laws=IL,ZZ"', "“ZZ” is not known"),
        ("B,IL_BIPA,embedding,last_interaction=2026-01-01;court_subpoena=2026-03-01;subpoena_released=2026-02-01", "is before"),
    ],
)
def test_each_kind_of_mistake_says_what_to_mend(line: str, said: str) -> None:
    answered = answer(f"{HEAD}{line}\n{GOOD}")

    assert answered.csv_text == GOOD_OUT
    assert len(answered.problems) == 1
    assert answered.problems[0].startswith("line 2, row B: ")
    assert said in answered.problems[0]


@pytest.mark.parametrize("text", ["", "id,law\nA,IL_BIPA\n", 'id,law,category,events\nA,"IL'])
def test_what_is_no_such_table_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(LawInputError):
        answer(text)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00bad", b"id,law\n"])
def test_a_file_that_cannot_be_read_is_one_sentence_and_no_traceback(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "cases.csv"
    if content is not None:
        file.write_bytes(content)

    out, err, failed = run(file)

    assert (out, failed) == ("", True)
    assert str(file) in err


def test_an_answer_says_in_words_which_leg_won_and_what_the_others_would_have_said() -> None:
    found = destruction(
        law="IL_BIPA",
        category="embedding",
        events=parse_events("purpose_satisfied=2026-03-15;last_interaction=2026-02-01;training_opt_in=yes"),
    )

    assert [line.split(" (")[0] for line in found.trace] == [
        "IL_BIPA: purpose_satisfied 2026-03-15 gives 2026-03-15",
        "IL_BIPA: last_interaction 2026-02-01 gives 2029-02-01",
        "An opt-in to training is a purpose of its own: it does not keep what was collected for another purpose.",
    ]
