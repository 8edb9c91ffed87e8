"""H3, for any history of two records: no release, clock or artifact is lost, and no denied purpose comes back."""

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.artifacts.models import Artifact
from compliance.core import clock
from compliance.subjects.models import Subject
from compliance.subjects.queries import by_reference, sealer
from consent.actions.change import change
from consent.models import Change, Notice, Release
from tests.apps.consent.consent_cast import World, artifact
from tests.apps.consent.test_merge import clocks, join, person

pytestmark = pytest.mark.django_db
PURPOSES = ("face_scan", "regenerate", "train_shared_model")


@dataclass(frozen=True)
class Deed:
    """Something that happened on one of the two records: hours after the start."""

    record: str
    purpose: str
    what: str
    hour: int


deeds = st.lists(
    st.builds(
        Deed,
        record=st.sampled_from(["guest_1", "usr_ana"]),
        purpose=st.sampled_from(PURPOSES),
        what=st.sampled_from(["signed", "withdrew", "refused", "kept"]),
        hour=st.integers(0, 400),
    ),
    max_size=14,
    unique_by=lambda deed: deed.hour,
)


@dataclass
class Told:
    """What the two records were told, to compare with afterwards: (purpose, the record that a no spares, when)."""

    denials: list[tuple[str, Subject | None, datetime]] = field(default_factory=list)

    def denied(self, release: Release) -> bool:
        return any(
            purpose == release.purpose and at >= release.signed_at and (spared is None or spared.pk != release.subject_id)
            for purpose, spared, at in self.denials
        )


def live_through(deeds: list[Deed], start: datetime) -> Told:
    """Let the deeds happen, in their order, as rows; actions are tested elsewhere."""
    told = Told()
    for deed in sorted(deeds, key=lambda deed: deed.hour):
        at, subject = start + timedelta(hours=deed.hour), by_reference(deed.record)
        assert subject is not None
        mine = Release.objects.filter(subject=subject, purpose=deed.purpose, state="active")
        if deed.what == "signed":
            mine.update(state="superseded", ended_at=at)
            row(subject, deed.purpose, at, "active")
        elif deed.what == "kept":
            artifact(subject.pk, deed.purpose)
        elif deed.what == "refused":
            row(subject, deed.purpose, at, "refused")
            # "Saying no above does not end the older one."
            told.denials.append((deed.purpose, subject, at))
        else:
            if not mine.update(state="withdrawn", ended_at=at):
                change(event=Change.Event.WITHDRAWN, at=at, subject_id=subject.pk, purpose=deed.purpose)
            told.denials.append((deed.purpose, None, at))
    return told


def row(subject: Subject, purpose: str, at: datetime, state: str) -> Release:
    notice, key = Notice.objects.filter(purpose="face_scan", locale="en").latest("version"), uuid.uuid4()
    return Release.objects.create(
        pk=key,
        subject=subject,
        purpose=purpose,
        notice=notice,
        state=state,
        text_hash=notice.hash,
        signer_role="self",
        method="typed_name" if state == "active" else "button",
        evidence_sealed=sealer(subject.pk).seal(f"consent.release.evidence:{key}", "{}"),
        shown_at=at,
        signed_at=at,
        expires_at=at + timedelta(days=365),
        ended_at=None if state == "active" else at,
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds)
def test_h3_whatever_happened_no_release_clock_or_artifact_is_lost_and_no_denied_purpose_comes_back(
    world: World, happened: list[Deed]
) -> None:
    start = clock.now() - timedelta(days=20)
    with transaction.atomic():
        account, guest = person("usr_ana", "account"), person("guest_1", "guest")
        told = live_through(happened, start)
        both = [account.pk, guest.pk]
        releases = Counter(clocks(one) for one in Release.objects.filter(subject__in=both))
        things = Counter(Artifact.objects.filter(subject__in=both).values_list("pk", "category", "purpose", "created_at", "due_at"))
        ended = dict(Release.objects.filter(subject__in=both).exclude(state="active").values_list("pk", "ended_at"))
        held = Release.objects.filter(subject__in=both, state="active").order_by("signed_at")
        # The latest signature that no later denial met stands, and nothing else.
        stands = {release.purpose: release.pk for release in held if not told.denied(release)}
        join(account)
        assert Counter(clocks(one) for one in Release.objects.filter(subject=account)) == releases
        found = Artifact.objects.filter(subject=account).values_list("pk", "category", "purpose", "created_at", "due_at")
        assert Counter(found) == things
        assert not Release.objects.filter(subject=guest).exists()
        # What had ended before, ended when it did.
        assert dict(Release.objects.filter(pk__in=ended).values_list("pk", "ended_at")) == ended
        assert dict(Release.objects.filter(subject=account, state="active").values_list("purpose", "pk")) == stands
        transaction.set_rollback(True)
