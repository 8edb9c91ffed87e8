"""Whether a person asked for everything to be deleted, for the pages that would else offer it again."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from dsar.models import Request
from dsar.rules.arrows import OPEN
from dsar.rules.places import zone
from dsar.rules.words import day, moment


@dataclass(frozen=True)
class Asked:
    """A request in the words of the page's language: its reference (opens nothing alone), when it came, and by when we answer."""

    reference: str
    received: str
    due: str
    status_page: str


def deletion_asked(subject_id: UUID) -> Asked | None:
    """The oldest open request of this person themself. What others asked about pictures is never shown to who uploaded them (H5)."""
    mine = Request.objects.filter(subject_id=subject_id, kind=Request.RequestKind.DELETE, about=Request.About.SELF, state__in=OPEN)
    request = mine.order_by("received_at", "pk").first()
    return asked(request) if request else None


def asked(request: Request) -> Asked:
    return Asked(
        reference=request.code,
        received=moment(request.received_at, zone(request.residence)),
        due=day(request.due or request.due_safe),
        status_page=reverse("dsar:find"),
    )
