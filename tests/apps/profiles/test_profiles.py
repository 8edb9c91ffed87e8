"""Profiles: the starters can be activated, what is vague cannot, and a version never changes."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.core.errors import Invalid
from compliance.profiles.actions import activate, store
from compliance.profiles.management.commands.profile import STARTERS
from compliance.profiles.models import Profile
from compliance.profiles.queries import active
from compliance.profiles.rules import refusals

REFUSED = Path(__file__).resolve().parents[4] / "shared" / "profiles" / "refused.yaml"


def starter(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((STARTERS / f"{name}.yaml").read_text())
    return document


@pytest.mark.parametrize("path", sorted(STARTERS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_starter_can_be_activated(path: Path) -> None:
    assert refusals(yaml.safe_load(path.read_text())) == []


@pytest.mark.skipif(not REFUSED.exists(), reason="the refused shapes are kept beside the project")
def test_b1_every_refused_shape_is_refused_with_the_rule_it_names() -> None:
    for shape in yaml.safe_load(REFUSED.read_text()):
        document, why = starter("thirty-days"), shape.pop("why")
        for key, value in shape.items():
            merge = isinstance(value, dict) and value and isinstance(document.get(key), dict)
            document[key] = {**document[key], **value} if merge else value
        assert set(why) <= {refusal.rule for refusal in refusals(document)}, document["profile"]


def test_all_refusals_come_at_once_each_with_place_and_remedy() -> None:
    document = starter("thirty-days")
    document["sharing"]["sale"] = "allowed"
    document["contact"] = {}
    document["artifacts"]["embedding"] = {"purposes": ["fraud"], "until": ["uploaded + P30D"]}
    found = refusals(document)
    assert {(r.where, r.rule) for r in found} == {("/sharing/sale", 5), ("/contact", 7), ("/artifacts/embedding", 6)}
    assert all(r.says and r.remedy for r in found)


@pytest.mark.parametrize(
    "change",
    [
        {"colour": "red"},
        {"artifacts": {"soul": {"purposes": ["face_scan"], "until": ["uploaded + P1D"]}}},
        {"artifacts": {"original_upload": {"purposes": ["face_scan"], "until": ["full_moon + P1D"]}}},
        {"artifacts": {"original_upload": {"purposes": ["face_scan"], "until": ["uploaded + P-1D"]}}},
        {"artifacts": {"original_upload": {"purposes": ["face_scan"], "same_as": "original_upload"}}},
        {
            "artifacts": {
                "original_upload": {"purposes": ["face_scan"], "same_as": "thumbnail"},
                "thumbnail": {"purposes": ["face_scan"], "same_as": "original_upload"},
            }
        },
        {"artifacts": []},
        {"mode": "UNSTATED"},
    ],
    ids=["unknown key", "unknown category", "unknown trigger", "negative", "same as itself", "circle", "a list", "no mode"],
)
def test_what_is_not_the_format_is_refused(change: dict[str, Any]) -> None:
    assert refusals({**starter("thirty-days"), **change})


@pytest.mark.django_db
def test_a_refused_profile_is_not_activated_and_the_old_promise_stays() -> None:
    first = activate(
        profile=store(document=starter("thirty-days"), actor=SERVICE, at=clock.now()), actor=SERVICE, at=clock.now(), reason="a"
    )
    bad = copy.deepcopy(starter("thirty-days"))
    bad["backups"] = {}
    second = store(document=bad, actor=SERVICE, at=clock.now())
    assert second.version == 2
    with pytest.raises(Invalid) as refused:
        activate(profile=second, actor=SERVICE, at=clock.now(), reason="b")
    assert [error.pointer for error in refused.value.errors] == ["/backups/max_age"]
    assert active() == first


@pytest.mark.django_db
def test_a_new_version_replaces_the_old_one_and_the_history_names_both() -> None:
    call_command("profile", "load", verbosity=0)
    assert Profile.objects.count() == 6
    call_command("profile", "load", verbosity=0)
    assert Profile.objects.count() == 6
    one = activate(profile=Profile.objects.get(slug="thirty-days"), actor=SERVICE, at=clock.now(), reason="first")
    two = activate(profile=Profile.objects.get(slug="fixed-window"), actor=SERVICE, at=clock.now(), reason="second")
    one.refresh_from_db()
    assert (one.state, two.state, active()) == ("retired", "active", two)
    assert one.history.first().history_change_reason.startswith("replaced by")


def test_lint_profile_prints_json_lines_and_exits_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = starter("thirty-days")
    document["sharing"]["sale"] = "allowed"
    path = tmp_path / "p.yaml"
    path.write_text(yaml.safe_dump(document))
    with pytest.raises(SystemExit) as left:
        call_command("lint_profile", str(path))
    assert left.value.code == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["where"], line["rule"]) for line in lines] == [("/sharing/sale", 5)]
