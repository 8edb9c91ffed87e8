"""What a signing link still opens, and what its page shows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from compliance.access.actions.keys import hash_secret
from compliance.core.taxonomy import Purpose
from compliance.profiles.queries import active
from compliance.subjects.models import Subject
from consent.models import Notice, Release, ReleaseLink
from consent.queries.notices import NotPublished, current_notice, offered
from consent.rules.decisions import GROWN
from consent.rules.roles import MinorCannotSign, signers


@dataclass(frozen=True)
class Box:
    """One more purpose on the page: what is in force for it, and the text to sign for it now. Never ticked for anybody."""

    purpose: str
    release: Release | None
    notice: Notice | None


@dataclass(frozen=True)
class Page:
    """What one person sees at one link now. `notice` is None where there is nothing to sign.

    `boxes`: one for each purpose that may be asked for beside the scan, and one for each other release in force.
    `roles`: who may sign here. `depicted`: somebody else uploaded the picture, and this is the person in it.
    """

    link: ReleaseLink
    release: Release | None
    notice: Notice | None
    boxes: tuple[Box, ...] = ()
    minors: str = "deny"
    roles: tuple[str, ...] = ("self",)
    depicted: bool = False


def find_link(secret: str) -> ReleaseLink | None:
    """The link behind a secret, or None. Found by hash: the secret itself is not stored."""
    return ReleaseLink.objects.select_related("subject").filter(secret_hash=hash_secret(secret)).first()


def owner_of(link: ReleaseLink) -> UUID:
    """Whose link it is now: that of a guest who became an account belongs to the account."""
    subject: Subject = link.subject
    while subject.merged_into is not None:
        subject = subject.merged_into
    return subject.pk


def is_open(link: ReleaseLink, at: datetime) -> bool:
    """Whether the link's own purpose can still be signed (or refused) with it."""
    return link.used_at is None and at < link.expires_at


def in_force(subject_id: UUID, at: datetime, *, purpose: str | None = None) -> QuerySet[Release]:
    """The releases of a subject that hold at `at`, the newest first."""
    rows = Release.objects.select_related("notice", "subject").filter(subject_id=subject_id, state=Release.State.ACTIVE, expires_at__gt=at)
    return (rows.filter(purpose=purpose) if purpose else rows).order_by("-signed_at")


def active_releases(subject_id: UUID, at: datetime) -> dict[str, Release]:
    """The releases of a subject that hold at `at`, by purpose; of several for one purpose (marketing of named pieces) the newest."""
    return {row.purpose: row for row in reversed(in_force(subject_id, at))}


def outgrown(release: Release) -> bool:
    """Whether people are asked again: today's notice reaches further than the one that was signed, or a minor came of age meanwhile."""
    if release.subject.age != "minor" and release.signer_role not in GROWN:
        return True
    greatest = Notice.objects.filter(purpose=release.purpose).aggregate(reach=Max("reach"))["reach"]
    return greatest is not None and release.notice.reach < greatest


def may_be_boxed(link: ReleaseLink, purpose: str) -> bool:
    """Whether a purpose that is not the link's own may be signed on its page: beside the scan alone, and only what is offered."""
    return link.purpose == Purpose.FACE_SCAN and purpose in offered()


def holds(link: ReleaseLink, at: datetime) -> bool:
    """Whether anything that this page shows is in force: then the link shows it and takes it back."""
    return bool(_shown_of(link, at))


def page_of(link: ReleaseLink, at: datetime, locale: str = "en") -> Page | None:
    """What the link shows: the text to sign while it is open; afterwards what was signed, until that ends. None when it ended.

    Raises `NotPublished` when the link's own text is not published, `MinorCannotSign` when nobody may sign for this person
    and nothing of theirs is in force.
    """
    held = _shown_of(link, at)
    open_now = is_open(link, at)
    if not open_now and not held:
        return None
    subject = Subject.objects.get(pk=owner_of(link))
    rule = _minors()
    roles = signers(subject.age, rule)
    if not roles and not held:
        raise MinorCannotSign(_("This service is for adults. Nobody can sign for a person under age here."))
    own = next((release for release in held if (release.purpose, release.piece) == (link.purpose, link.piece)), None)
    return Page(
        link=link,
        release=own,
        notice=current_notice(link.purpose, locale) if open_now and roles else None,
        boxes=tuple(_boxes(link, held, locale, askable=bool(roles))),
        minors=rule,
        roles=roles,
        depicted=subject.kind == Subject.SubjectKind.DEPICTED,
    )


def _shown_of(link: ReleaseLink, at: datetime) -> list[Release]:
    """What is in force and belongs on the page: everything beside the scan, else the link's own purpose and piece."""
    held = in_force(owner_of(link), at)
    if link.purpose != Purpose.FACE_SCAN:
        held = held.filter(purpose=link.purpose, piece=link.piece)
    return list(held)


def _boxes(link: ReleaseLink, held: list[Release], locale: str, *, askable: bool) -> list[Box]:
    if link.purpose != Purpose.FACE_SCAN:
        return []
    asked = [purpose for purpose in offered() if purpose != link.purpose]
    boxes = []
    for purpose in asked:
        release = next((row for row in held if row.purpose == purpose), None)
        wanted = askable and (release is None or outgrown(release))
        notice = _published(purpose, locale) if wanted else None
        if release or notice:
            boxes.append(Box(purpose, release, notice))
    rest = [row for row in held if row.purpose not in (link.purpose, *asked)]
    return [*boxes, *(Box(row.purpose, row, None) for row in sorted(rest, key=lambda row: (row.purpose, row.piece)))]


def _published(purpose: str, locale: str) -> Notice | None:
    """The text for a box. One that is not published yet leaves the box out; it does not close the page of the scan."""
    try:
        return current_notice(purpose, locale)
    except NotPublished:
        return None


def _minors() -> str:
    profile = active()
    return str(profile.document.get("minors", "deny")) if profile else "deny"
