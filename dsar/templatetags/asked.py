"""For pages of lower floors: that everything was asked to be deleted, said where it would else be offered again."""

from typing import Any
from uuid import UUID

from django import template

from dsar.queries.asked import deletion_asked

register = template.Library()


@register.inclusion_tag("dsar/_asked_card.html")
def deletion_asked_of(subject_id: UUID) -> dict[str, Any]:
    """A card about the open request of this person; nothing where there is none."""
    return {"asked": deletion_asked(subject_id)}
