"""The certificates of an order."""

from uuid import UUID

from django.db.models import QuerySet

from compliance.evidence.models import Document


def certificates(order_id: UUID) -> QuerySet[Document]:
    """Newest first, without their files: a download loads the one it sends, a page that names them loads none."""
    found = Document.objects.filter(kind=Document.DocumentKind.CERTIFICATE, object_id=str(order_id))
    return found.defer("twin", "pdf").order_by("-version")
