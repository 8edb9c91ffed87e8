"""Look-ups of documents."""

from uuid import UUID

from compliance.evidence.models import Document


def newest(*, kind: str, object_id: str) -> Document | None:
    """The newest version of what documents `object_id`, or None."""
    return Document.objects.filter(kind=kind, object_id=object_id).order_by("-version").first()


def by_number(text: str) -> Document | None:
    """The document with this number, without its files; None for a number nobody gave out and for what is no number."""
    try:
        number = UUID(text)
    except ValueError:
        return None
    if str(number) != text.lower():
        return None
    return Document.objects.defer("twin", "pdf").filter(pk=number).first()


def successor(document: Document) -> Document | None:
    """The newer version that superseded this one, or None while it is the newest."""
    return Document.objects.defer("twin", "pdf").filter(supersedes=document).first()
