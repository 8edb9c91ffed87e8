"""What a signing link still opens, and what its page shows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compliance.access.actions.keys import hash_secret
from compliance.core.taxonomy import TRAINING_PURPOSES, Purpose
from consent.models import Notice, Release, ReleaseLink
from consent.queries.notices import current_notice, training_offered

# Training that an older profile offered may still be in force: it is shown, and can be stopped.
ON_THE_PAGE = TRAINING_PURPOSES | {Purpose.FACE_SCAN}


@dataclass(frozen=True)
class Page:
    """What one person sees at one link now. `notice` and `training_notice` are None where there is nothing to sign.

    `trainings` are the training releases in force: one for each kind of training at most.
    """

    link: ReleaseLink
    release: Release | None
    notice: Notice | None
    trainings: tuple[Release, ...]
    training_notice: Notice | None


def find_link(secret: str) -> ReleaseLink | None:
    """The link behind a secret, or None. Found by hash: the secret itself is not stored."""
    return ReleaseLink.objects.filter(secret_hash=hash_secret(secret)).first()


def is_open(link: ReleaseLink, at: datetime) -> bool:
    """Whether the link's own purpose can still be signed (or refused) with it."""
    return link.used_at is None and at < link.expires_at


def active_releases(subject_id: UUID, at: datetime) -> dict[str, Release]:
    """The releases of a subject that hold at `at`, by purpose."""
    rows = Release.objects.select_related("notice").filter(subject_id=subject_id, state=Release.State.ACTIVE, expires_at__gt=at)
    return {row.purpose: row for row in rows}


def holds(link: ReleaseLink, at: datetime) -> bool:
    """Whether anything that can be signed on this page is in force: then the link shows it and takes it back."""
    return not active_releases(link.subject_id, at).keys().isdisjoint(ON_THE_PAGE)


def page_of(link: ReleaseLink, at: datetime) -> Page | None:
    """What the link shows: the text to sign while it is open; afterwards what was signed, until that ends. None when it ended."""
    held = active_releases(link.subject_id, at)
    open_now = is_open(link, at)
    if not open_now and held.keys().isdisjoint(ON_THE_PAGE):
        return None
    offered = training_offered()
    return Page(
        link=link,
        release=held.get(link.purpose),
        notice=current_notice(Purpose(link.purpose)) if open_now else None,
        trainings=tuple(held[purpose] for purpose in sorted(TRAINING_PURPOSES) if purpose in held),
        training_notice=current_notice(offered) if offered and offered not in held else None,
    )
