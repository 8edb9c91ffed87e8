"""O12, X35: the promise changes by two officers' word, from a moment on; and B10: what it ends sooner is due sooner."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client

from compliance.artifacts.models import Artifact
from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.actor import SERVICE, Actor
from compliance.core.errors import ArrowRefused, Forbidden, Invalid
from compliance.delivery.actions import drain
from compliance.delivery.models import Promise
from compliance.profiles.actions import activate_due, approve_activation, propose_activation, read_text, reject_activation, store
from compliance.profiles.models import Activation, Profile
from compliance.profiles.queries import active
from compliance.profiles.rules.changes import as_yaml, compared
from compliance.retention.actions import profile_activated, recompute
from compliance.retention.models import Recount
from tests import factories

pytestmark = pytest.mark.django_db
OLGA, PAT = Actor("Olga Officer", "officer"), Actor("Pat Privacy", "officer")


@pytest.fixture(autouse=True)
def quiet(settings: Any) -> None:
    settings.ANNOUNCE_WORK = ""


def changed(**windows: list[str]) -> Profile:
    """A new version of the active promise, with other windows for some categories."""
    document = dict(factories.profile().document)
    document["artifacts"] = {name: dict(entry) for name, entry in document["artifacts"].items()}
    for name, until in windows.items():
        document["artifacts"][name]["until"] = until
    return store(document=document, actor=SERVICE, at=clock.now())


def proposed(profile: Profile, **later: Any) -> Activation:
    at = clock.now()
    return propose_activation(profile=profile, effective_at=at + timedelta(**later), why="a shorter window", actor=OLGA, at=at)


def keep_promises() -> None:
    Promise.objects.exclude(topic="profiles.activated").update(state="kept")
    drain({"profiles.activated": profile_activated})


def test_x35_whoever_proposed_a_promise_cannot_approve_it_and_the_database_refuses_it_too() -> None:
    made = proposed(changed(original_upload=["uploaded + P7D"]))
    before = active()
    with pytest.raises(Forbidden, match="second person"):
        approve_activation(activation_id=made.pk, actor=OLGA, at=clock.now())
    assert active() == before
    with pytest.raises(IntegrityError):
        Activation.objects.filter(pk=made.pk).update(state="approved", decided_by=OLGA.name)


def test_an_approved_promise_takes_effect_at_its_moment_and_not_before() -> None:
    new = changed(original_upload=["uploaded + P7D"])
    made = proposed(new, hours=2)
    approve_activation(activation_id=made.pk, actor=PAT, at=clock.now())
    assert (activate_due(at=clock.now()), active() == new) == (0, False)
    assert activate_due(at=clock.now() + timedelta(hours=3)) == 1
    assert active() == new
    assert activate_due(at=clock.now() + timedelta(hours=3)) == 0
    kinds = Entry.objects.filter(object_id=str(made.pk)).order_by("id").values_list("kind", flat=True)
    assert [kind.rsplit(":", 1)[1] for kind in kinds] == ["proposed", "approved", "done"]


def test_a_rejected_promise_never_takes_effect_and_a_refused_one_is_not_even_proposed() -> None:
    made = proposed(changed(original_upload=["uploaded + P7D"]))
    reject_activation(activation_id=made.pk, actor=OLGA, at=clock.now())
    with pytest.raises(ArrowRefused):
        approve_activation(activation_id=made.pk, actor=PAT, at=clock.now())
    with pytest.raises(Invalid, match="cannot be activated"):
        proposed(changed(original_upload=["user_request + PT0S"]))
    assert Activation.objects.count() == 1


def test_b10_a_shorter_window_binds_what_is_there_and_a_longer_one_only_what_comes() -> None:
    factories.signed("usr_ana")
    (old,) = factories.artifacts("usr_ana", [factories.item("up-1")])
    first = old.due_at

    approve_activation(activation_id=proposed(changed(original_upload=["uploaded + P1D"])).pk, actor=PAT, at=clock.now())
    keep_promises()
    shorter = Artifact.objects.get(pk=old.pk)
    assert shorter.due_at - shorter.created_at == timedelta(days=1) < first - shorter.created_at
    assert any("1 day after uploaded" in line for line in shorter.due_why)
    assert shorter.due_why[-1].startswith("before ")
    assert Entry.objects.filter(kind="retention:artifact:sooner", object_id=str(old.pk)).count() == 1

    approve_activation(activation_id=proposed(changed(original_upload=["uploaded + P20D"])).pk, actor=PAT, at=clock.now())
    keep_promises()
    assert Artifact.objects.get(pk=old.pk).due_at == shorter.due_at
    # The text grew, so Ana is asked again before anything new is kept.
    factories.signed("usr_ana")
    (new,) = factories.artifacts("usr_ana", [factories.item("up-2")])
    assert new.due_at - new.created_at == timedelta(days=20)
    assert set(Recount.objects.values_list("looked", "moved")) == {(1, 1), (1, 0)}


def test_a_category_that_the_new_promise_no_longer_keeps_is_due_at_once() -> None:
    factories.signed("usr_ana")
    factories.artifacts("usr_ana", [factories.item("up-1")])
    document = dict(factories.profile().document)
    document["artifacts"] = {name: entry for name, entry in document["artifacts"].items() if name != "result_report"}
    Artifact.objects.update(category="result_report")
    made = proposed(store(document=document, actor=SERVICE, at=clock.now()))
    approve_activation(activation_id=made.pk, actor=PAT, at=clock.now())
    keep_promises()
    found = Artifact.objects.get()
    if "all_derived" not in document["artifacts"]:
        assert found.due_at <= clock.now()
        assert "no longer keeps" in found.due_why[0]


def test_the_comparison_says_every_line_that_is_new_or_gone_and_the_text_comes_back_as_it_was() -> None:
    before = {"profile": "a", "artifacts": {"embedding": {"until": ["uploaded + P1D"]}}}
    after = {"profile": "a", "artifacts": {"embedding": {"until": ["uploaded + P2D"]}}}
    lines = [(line.kind, line.text.strip()) for line in compared(before, after) if line.kind != "same"]
    assert lines == [("removed", "- uploaded + P1D"), ("added", "- uploaded + P2D")]
    assert read_text(as_yaml(after)) == after


def test_o12_two_officers_change_the_promise_on_the_admins_pages(client: Client) -> None:
    now = factories.profile()
    client.force_login(factories.officer("olga"))
    page = client.get("/admin/profiles/profile/add/").content.decode()
    assert "original_upload" in page
    broken = client.post("/admin/profiles/profile/add/", {"text": "profile: [\n"})
    assert "look at line" in broken.content.decode()
    text = as_yaml(now.document).replace(now.title, "A shorter promise")
    client.post("/admin/profiles/profile/add/", {"text": text})
    new = Profile.objects.get(title="A shorter promise")
    shown = client.get(f"/admin/profiles/profile/{new.pk}/change/").content.decode()
    assert "A shorter promise" in shown
    assert 'class="added"' in shown
    client.post(f"/admin/profiles/profile/{new.pk}/propose/", {"effective_at": "2026-01-01T00:00", "why": "shorter"})
    made = Activation.objects.get()
    client.post(f"/admin/profiles/activation/{made.pk}/approve/")
    assert active() == now
    # Of the same name, and somebody else.
    client.force_login(factories.officer("pat"))
    client.post(f"/admin/profiles/activation/{made.pk}/approve/")
    assert active() == new
    client.force_login(factories.officer("vic", "viewer"))
    assert client.get("/admin/profiles/profile/add/").status_code == 403
    assert client.post(f"/admin/profiles/profile/{new.pk}/propose/", {}).status_code == 403


def test_b10_what_was_made_from_an_upload_follows_its_sooner_date_whatever_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.signed("usr_ana")
    upload, crop = factories.artifacts("usr_ana", [factories.item("up-1"), factories.item("c-1", "face_crop", derived_from="up-1")])
    if crop.pk > upload.pk:
        # The one that was made from the other is looked at first.
        live = recompute.live_after
        monkeypatch.setattr(recompute, "live_after", lambda after: sorted(live(after), key=lambda one: one.pk == upload.pk))
    approve_activation(activation_id=proposed(changed(original_upload=["uploaded + PT1H"])).pk, actor=PAT, at=clock.now())
    keep_promises()
    after = {one.external_id: one.due_at for one in Artifact.objects.all()}
    assert after["c-1"] <= after["up-1"] == upload.created_at + timedelta(hours=1)


def test_b10_a_promise_that_comes_back_looks_at_everything_again() -> None:
    factories.signed("usr_ana")
    long, short = factories.profile(), changed(original_upload=["uploaded + P1D"])
    factories.artifacts("usr_ana", [factories.item("up-1")])
    approve_activation(activation_id=proposed(short).pk, actor=PAT, at=clock.now())
    keep_promises()
    approve_activation(activation_id=proposed(long).pk, actor=PAT, at=clock.now())
    keep_promises()
    factories.signed("usr_ana")
    (new,) = factories.artifacts("usr_ana", [factories.item("up-2")])
    approve_activation(activation_id=proposed(Profile.objects.get(pk=short.pk)).pk, actor=PAT, at=clock.now())
    keep_promises()
    assert Artifact.objects.get(pk=new.pk).due_at == new.created_at + timedelta(days=1)
