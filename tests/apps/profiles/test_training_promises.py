"""What a profile may promise about training, and what is remarked on: silence is never a yes."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import override_settings

from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.core.errors import Invalid
from compliance.profiles.actions import activate, read_yaml, store
from compliance.profiles.management.commands.profile import STARTERS
from compliance.profiles.models import Profile
from compliance.profiles.rules import Remark, refusals, remarks

USES = ("personal_model", "shared_model", "quality", "benchmark")
# Written release, explicit consent, opt-in, strictly necessary, and a place whose law would be content with an opt-out.
PLACES: tuple[list[str], ...] = (
    ["IL"],
    ["TX"],
    ["CO"],
    ["WA"],
    ["EU:DE"],
    ["UK"],
    ["QC"],
    ["CA"],
    ["MD"],
    ["IA"],
    ["UT"],
    ["IL", "EU:FR", "UK"],
    [],
)


def starter(**changes: Any) -> dict[str, Any]:
    return {**read_yaml(STARTERS / "thirty-days.yaml"), **changes}


def opted_out(use: str, **changes: Any) -> dict[str, Any]:
    document = starter(**changes)
    document["training"] = {**document["training"], use: "opt_out"}
    return document


@pytest.mark.django_db
@pytest.mark.parametrize("use", USES)
def test_d2_training_until_somebody_says_no_can_be_written_down_as_what_others_do(use: str) -> None:
    seen = store(document=opted_out(use, mode="observed"), actor=SERVICE, at=clock.now())
    assert Profile.objects.get().document["training"][use] == "opt_out"
    with pytest.raises(Invalid):
        activate(profile=seen, actor=SERVICE, at=clock.now(), reason="test")
    assert Profile.objects.get().state == Profile.State.STORED


@pytest.mark.django_db
@pytest.mark.parametrize("served", PLACES, ids=lambda served: "+".join(served) or "every place")
def test_d2_wherever_the_operator_serves_people_opt_out_training_is_never_activated(served: list[str]) -> None:
    with override_settings(SERVED_JURISDICTIONS=served):
        assert refusals(starter(), served) == []
        for use in USES:
            stored = store(document=opted_out(use, profile=f"out-{use.replace('_', '-')}"), actor=SERVICE, at=clock.now())
            with pytest.raises(Invalid) as refused:
                activate(profile=stored, actor=SERVICE, at=clock.now(), reason="test")
            [error] = refused.value.errors
            assert error.pointer == f"/training/{use}"
            assert error.detail == f"Training ({use}) is on until somebody says no. Write forbidden or opt_in. (rule 5)"
    assert not Profile.objects.filter(state=Profile.State.ACTIVE).exists()


@pytest.mark.parametrize("value", ["allowed", "default", "UNSTATED", None, True])
def test_d1_training_that_is_neither_forbidden_nor_opt_in_is_refused(value: Any) -> None:
    document = starter()
    document["training"] = {**document["training"], "shared_model": value}
    [refusal] = refusals(document)
    assert (refusal.where, refusal.rule, refusal.says) == (
        "/training/shared_model",
        5,
        "Training (shared_model) is neither forbidden nor opt-in.",
    )


def test_h6_an_account_wall_is_remarked_on_and_stops_nothing(tmp_path: Path) -> None:
    walled = starter(identity={"account": "required", "guest": False, "output_before_account": False})
    assert refusals(walled) == []
    assert [remark.where for remark in remarks(walled)] == ["/identity/account", "/identity/output_before_account"]
    assert remarks(starter(identity={"account": "optional", "guest": True, "output_before_account": True})) == []
    file = tmp_path / "walled.yaml"
    file.write_text(yaml.safe_dump(walled))
    printed = StringIO()
    call_command("lint_profile", str(file), stdout=printed)
    lines = [json.loads(line) for line in printed.getvalue().splitlines()]
    assert all(line.pop("remark") for line in lines)
    assert [Remark(**line) for line in lines] == remarks(walled)


def test_the_starter_with_a_model_of_one_person_keeps_the_photos_for_the_scan_that_needs_them() -> None:
    artifacts = read_yaml(STARTERS / "personal-model.yaml")["artifacts"]
    assert all("face_scan" in artifacts[name]["purposes"] for name in ("original_upload", "all_derived", "personal_model"))
