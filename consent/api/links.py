"""`POST /api/v1/release-links`: a one-time hosted page where a person reads and signs."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from compliance.access.api.authentication import Caller
from compliance.access.api.serializers import ReferenceField, StrictEmailField, StrictSerializer
from compliance.access.api.views import WriteView
from compliance.core import clock
from compliance.subjects.models import Subject
from consent.actions import offer
from consent.api.fields import PieceField, PurposeField
from consent.rules.texts import LOCALES


class ReleaseLinkSerializer(StrictSerializer):
    """Whom to ask, for which purpose, in which language, and where a copy goes."""

    subject = ReferenceField(help_text="The id your product uses for this person")
    purpose = PurposeField(
        help_text="`face_scan`, `marketing` with a `piece`, or `disclose:<party>`. Others are separate boxes on the page of the scan"
    )
    piece = PieceField()
    kind = serializers.ChoiceField(
        choices=Subject.SubjectKind.choices,
        required=False,
        help_text="`depicted`: somebody else uploaded the picture. Give the address to the person in it, not to the uploader",
    )
    language = serializers.ChoiceField(
        choices=list(LOCALES), required=False, help_text="The language to ask in; the page offers the others"
    )
    email = StrictEmailField(required=False, help_text="Filed for this person; the signed text is mailed there")


class ReleaseLinkAnswer(serializers.Serializer[Any]):
    url = serializers.URLField(help_text="Give it to this person only: it is their signing page")
    expires_at = serializers.DateTimeField()


class ReleaseLinksView(WriteView):
    """Make a one-time page at which one person reads the notice and signs."""

    scope = "consent:write"
    serializer_class = ReleaseLinkSerializer

    @extend_schema(operation_id="release_link_create", request=ReleaseLinkSerializer, responses={201: ReleaseLinkAnswer})
    def post(self, request: Any) -> Any:
        return super().post(request)

    def act(self, *, caller: Caller, data: dict[str, Any], at: datetime) -> tuple[int, Any]:
        link, url = offer(
            reference=data["subject"],
            purpose=data["purpose"],
            system=caller.client.system,
            email=data.get("email"),
            kind=data.get("kind"),
            language=data.get("language", "en"),
            piece=data.get("piece", ""),
            actor=caller.actor,
            at=at,
        )
        return 201, {"url": url, "expires_at": clock.to_text(link.expires_at)}
