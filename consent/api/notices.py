"""`GET /api/v1/notices`: the text a product must show before it records a release of its own."""

from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.access.models import Scope
from compliance.core.clock import to_text
from compliance.core.errors import FieldError, Invalid
from compliance.core.taxonomy import Purpose
from consent.models import Notice
from consent.queries import current_notice
from consent.rules.decisions import DISCLOSE
from consent.rules.notices import intent
from consent.rules.texts import LOCALES

LOCALE = OpenApiParameter("locale", OpenApiTypes.STR, enum=LOCALES, description="English where it is left out")
PURPOSE = OpenApiParameter("purpose", OpenApiTypes.STR, required=True, description="Such as face_scan, or disclose:partner-lab")


class NoticeAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    purpose = serializers.CharField()
    locale = serializers.CharField(help_text="Such as de")
    version = serializers.IntegerField()
    title = serializers.CharField()
    text = serializers.CharField(help_text="Show title and text to the character; sections are separated by an empty line")
    text_sha256 = serializers.CharField(help_text="Over title, an empty line and the text, in UTF-8")
    intent = serializers.CharField(help_text="The words beside the empty box, to the character")
    recipients = serializers.ListField(child=serializers.CharField())
    term = serializers.CharField(help_text="ISO 8601 duration")
    published_at = serializers.DateTimeField()


class NoticesView(APIView):
    """The current text of one purpose in one language, with everything that `POST /api/v1/releases` asks for."""

    scope: ClassVar[str] = Scope.CONSENT_WRITE

    @extend_schema(operation_id="notice_read", parameters=[PURPOSE, LOCALE], responses={200: NoticeAnswer})
    def get(self, request: Request) -> Response:
        purpose, locale = request.query_params.get("purpose", ""), request.query_params.get("locale", LOCALES[0])
        wrong = []
        if purpose not in set(Purpose) and not DISCLOSE.fullmatch(purpose):
            wrong.append(FieldError("/purpose", f"one of {', '.join(Purpose)}, or disclose:<party>"))
        if locale not in LOCALES:
            wrong.append(FieldError("/locale", f"one of {', '.join(LOCALES)}"))
        if wrong:
            raise Invalid("There is no such text.", wrong)
        return Response(as_json(current_notice(purpose, locale)))


def as_json(notice: Notice) -> dict[str, Any]:
    return {
        "id": str(notice.pk),
        "purpose": notice.purpose,
        "locale": notice.locale,
        "version": notice.version,
        "title": notice.title,
        "text": notice.body,
        "text_sha256": notice.hash,
        "intent": intent(notice.purpose, notice.locale),
        "recipients": list(notice.recipients),
        "term": notice.term,
        "published_at": to_text(notice.published_at) if notice.published_at else None,
    }
