"""A whole policy: what it leaves unsaid is a finding of its own; and the command that says so without a database."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from compliance.profiles.rules.policy import lint

COMPLETE = (Path(__file__).parent / "complete.md").read_text(encoding="utf-8")


def found(text: str) -> list[str]:
    return [finding.finding for finding in lint(text)]


def without(*parts: str) -> str:
    """The complete policy without the paragraphs that hold one of these words."""
    assert all(part in COMPLETE for part in parts)
    paragraphs = [paragraph for paragraph in COMPLETE.split("\n\n") if not any(part in paragraph for part in parts)]
    return "\n\n".join(paragraphs)


def test_a_policy_that_says_everything_is_clean() -> None:
    assert found(COMPLETE) == []
    assert found(COMPLETE.replace("\n", "\r\n")) == []


@pytest.mark.parametrize(
    ("parts", "missing"),
    [
        (["| What |", "for 12 months"], ["no_backups_statement", "no_retention_period"]),
        (["## Training", "opt in separately"], ["silent_on_training"]),
        (["We never:", "sell, lease", "Two companies"], ["no_recipients", "no_sharing_prohibition"]),
        (["We never:", "sell, lease"], ["no_sharing_prohibition"]),
        (["One button"], ["no_deletion_control"]),
        (["withdraw your consent", "opt in separately"], ["no_withdrawal", "silent_on_training"]),
        (["privacy officer", "One button"], ["no_contact", "no_deletion_control"]),
        (["encrypted in transit"], ["no_breach_rule", "no_security_basics"]),
        (["seated in Illinois"], ["no_jurisdiction"]),
        (["embedding", "face crop", "opt in separately"], ["silent_on_derived_data", "silent_on_training"]),
    ],
)
def test_what_a_whole_policy_leaves_out_is_found(parts: list[str], missing: list[str]) -> None:
    left = set(found(without(*parts)))

    assert left >= set(missing)
    assert left <= {*missing, "silent_on_models", "no_backups_statement", "no_deletion_control", "no_sharing_prohibition"}


def test_an_excerpt_is_not_blamed_for_what_it_leaves_out_unless_it_is_said_to_be_whole() -> None:
    text = "We never sell your photos."

    assert lint(text) == []
    assert {"no_retention_period", "no_contact", "silent_on_training"} <= {finding.finding for finding in lint(text, whole=True)}
    assert [lint(without("encrypted in transit"), whole=False)] == [[]]


def test_a_title_makes_a_short_text_a_whole_policy() -> None:
    assert "no_contact" in found("# Privacy policy\n\nWe like photos. We never sell photos. We never share photos.")


def run(file: str, text: str = "") -> tuple[int, list[dict[str, object]]]:
    """The command's exit code and its lines."""
    out = StringIO()
    try:
        call_command("lint_policy", file, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), [json.loads(line) for line in out.getvalue().splitlines()]
    return 0, [json.loads(line) for line in out.getvalue().splitlines()]


def test_the_command_prints_a_json_line_for_each_finding_and_exits_1(tmp_path: Path) -> None:
    file = tmp_path / "policy.txt"
    file.write_bytes("Grüße.\r\nWe may sell your photos.".encode())

    code, [line] = run(str(file))

    assert code == 1
    assert {key: line[key] for key in ("finding", "start", "end", "span", "line", "text", "severity")} == {
        "finding": "sale",
        "start": 8,
        "end": 32,
        "span": [8, 32],
        "line": 2,
        "text": "We may sell your photos.",
        "severity": "high",
    }
    assert "Illinois" in str(line["remedy"])
    assert "740 ILCS 14/15(c)" in str(line["cite"])


def test_the_command_exits_0_for_a_clean_text(tmp_path: Path) -> None:
    file = tmp_path / "policy.md"
    file.write_text(COMPLETE, encoding="utf-8")

    assert run(str(file)) == (0, [])


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"], ids=["no such file", "not a text"])
def test_the_command_exits_2_for_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "policy.txt"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(CommandError, match="cannot be read") as refused:
        call_command("lint_policy", str(file))

    assert refused.value.returncode == 2
