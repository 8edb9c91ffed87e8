"""After the promise changed: a shorter window binds what is there, a longer one only what comes (capability B10)."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from compliance.artifacts.models import Artifact
from compliance.audit.actions import Fact, record_all
from compliance.core.actor import SERVICE
from compliance.core.clock import now, to_text
from compliance.delivery.actions import Again, Lease
from compliance.profiles.models import Profile
from compliance.profiles.rules import Due
from compliance.retention.actions.due import due_of
from compliance.retention.models import Recount
from consent.actions.change import change
from consent.models import Change

BATCH = 500
# Batches of one turn of a worker; then others have theirs.
TURN = 20
UNKEPT = "the profile no longer keeps this category: due at once"


def profile_activated(payload: Mapping[str, str], lease: Lease, at: datetime) -> Again | None:
    """A keeper of the outbox: look at every live artifact once, in batches that survive a crash."""
    profile = Profile.objects.get(pk=payload["profile"])
    with transaction.atomic():
        lease.guard()
        begin_again(profile, at)
    if profile.state != Profile.State.ACTIVE:
        # Another promise came after it, and looks at everything itself.
        return None
    for _ in range(TURN):
        with transaction.atomic():
            lease.guard()
            recount, _new = Recount.objects.select_for_update().get_or_create(pk=payload["activation"], defaults={"started_at": at})
            batch = live_after(recount.after)
            earlier = [(artifact, due) for artifact in batch if (due := shorter(profile, artifact, at))]
            move(earlier, at)
            recount.looked, recount.moved = recount.looked + len(batch), recount.moved + len(earlier)
            recount.after = batch[-1].pk if batch else recount.after
            recount.ended_at = None if batch else now()
            recount.save()
            if not batch:
                return None
    return Again(now())


def begin_again(profile: Profile, at: datetime) -> None:
    """Let every copy of decisions start over when this promise has another rule for minors than the one before. Once.

    Also for a promise that was replaced meanwhile: the next one is held against this one.
    """
    if profile.active_from is None:
        return
    told = Change.objects.filter(subject=None, purpose="", event=Change.Event.SUBJECT, at__gte=profile.active_from)
    before = Profile.objects.filter(active_from__lt=profile.active_from).order_by("-active_from").first()
    if minors(profile) != minors(before) and not told.exists():
        change(event=Change.Event.SUBJECT, at=max(at, profile.active_from))


def minors(profile: Profile | None) -> str:
    """The rule by which checks judge minors; `deny` where nothing is promised."""
    return str(profile.document.get("minors", "deny")) if profile else "deny"


def live_after(after: UUID | None) -> list[Artifact]:
    """The next live artifacts by id, locked, with the people they are about and what they were made from."""
    rows = Artifact.objects.select_for_update(of=("self",)).select_related("subject", "derived_from").filter(gone_at__isnull=True)
    return list((rows.filter(pk__gt=after) if after else rows).order_by("pk")[:BATCH])


def shorter(profile: Profile, artifact: Artifact, at: datetime) -> Due | None:
    """The due date under this promise when it is sooner than the one it has; None when that one stays.

    What it was made from may be looked at later than it: its parents' new dates are worked out here, too.
    """
    parent = artifact.derived_from
    if parent is not None:
        parent.subject = artifact.subject
        sooner = shorter(profile, parent, at)
        parent.due_at = sooner.at if sooner else parent.due_at
    found = due_of(
        document=profile.document,
        category=artifact.category,
        biometric=artifact.biometric,
        created_at=artifact.created_at,
        parent=artifact.derived_from,
        subject=artifact.subject,
    ) or Due(at, (UNKEPT,))
    return found if found.at < artifact.due_at else None


def move(earlier: list[tuple[Artifact, Due]], at: datetime) -> None:
    """Give artifacts their sooner dates; the line about the old one stays in the trace."""
    facts = []
    for artifact, due in earlier:
        before = f"before {to_text(at)}: {to_text(artifact.due_at)}"
        artifact.due_at, artifact.due_why = due.at, [*due.trace, before]
        facts.append(Fact("retention:artifact:sooner", str(artifact.pk), {"due_at": to_text(due.at), "why": due.trace[0]}))
    Artifact.objects.bulk_update([artifact for artifact, _due in earlier], ["due_at", "due_why"])
    record_all(facts, actor=SERVICE, at=at)
