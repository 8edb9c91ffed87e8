"""What the README tells people to type exists, and what it links to is there."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_every_make_word_in_the_readme_is_a_target() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    said = set(re.findall(r"`?\bmake ([a-z]+)\b", README)) - {"it", "sure"}
    assert said
    assert said <= targets, said - targets


def test_every_manage_command_in_readme_and_docs_exists() -> None:
    said = {word for page in PAGES for word in re.findall(r"manage\.py ([a-z_]+)", page.read_text())}
    assert {"migrate", "verify_ledger", "verify_document", "make_keys"} <= said
    assert said <= set(get_commands()), said - set(get_commands())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_local_link_leads_somewhere(page: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", page.read_text()) if "://" not in link]
    missing = [link for link in links if not (page.parent / link).exists()]
    assert missing == []
