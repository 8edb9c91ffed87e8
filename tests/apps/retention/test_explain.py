"""`manage.py explain`: the whole trace of one artifact, and no name."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from compliance.artifacts.models import Artifact
from compliance.core import clock
from compliance.retention.actions import sweep
from tests import factories

pytestmark = pytest.mark.django_db


def told(*arguments: str) -> str:
    out = io.StringIO()
    call_command("explain", *arguments, stdout=out, no_color=True)
    return out.getvalue()


def test_every_rule_that_decides_over_an_artifact_is_said_and_nobody_is_named(settings: Any) -> None:
    settings.ANNOUNCE_WORK = ""
    factories.signed("usr_ana", name="Ana Example")
    factories.artifacts("usr_ana", [factories.item("up-1"), factories.item("emb-1", "embedding", derived_from="up-1")])
    before = told("demo-scan", "emb-1")
    for line in Artifact.objects.get(external_id="emb-1").due_why:
        assert line in before
    assert "original_upload up-1" in before
    assert "active, signed" in before
    assert "Orders\n  nothing" in before
    Artifact.objects.update(due_at=clock.now() - timedelta(days=1))
    sweep()
    after = told("demo-scan", "emb-1")
    assert "its time was up: Retention schedule" in after
    assert "not told yet" in after
    assert "usr_ana" not in before + after
    assert "Ana Example" not in before + after


def test_an_unknown_artifact_is_an_error_that_says_where_to_look() -> None:
    with pytest.raises(CommandError, match="violations in the admin"):
        told("demo-scan", "nobody")
