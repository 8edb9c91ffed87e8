"""`GET /api/v1/changes`: follow what changes for checks, to keep a copy of decisions."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.access.api.schema import PROBLEM_REF
from compliance.access.models import Scope
from compliance.core import clock
from compliance.core.errors import FieldError, Invalid
from consent.models import Change
from consent.queries.changes import page_after
from consent.rules.decisions import Reason

PAGE, MOST = 500, 1_000


class CopiedDecisionSerializer(serializers.Serializer[Any]):
    """What a check of this purpose answers now."""

    purpose = serializers.CharField()
    allowed = serializers.BooleanField()
    reason = serializers.ChoiceField([reason.value for reason in Reason])
    not_after = serializers.DateTimeField(allow_null=True, help_text="From this moment on it is no longer allowed")
    recipients = serializers.ListField(child=serializers.CharField(), help_text="Nobody else may receive it")
    reach = serializers.IntegerField(allow_null=True, help_text="No longer allowed once the purpose reaches further than this")
    release_id = serializers.UUIDField(allow_null=True)


class ChangeSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="Also a consistency token")
    at = serializers.DateTimeField()
    event = serializers.ChoiceField(Change.Event.values)
    purpose = serializers.CharField(
        allow_null=True, help_text="null: every purpose, forget those that `decisions` does not name; with no subject either: start over"
    )
    subject = serializers.UUIDField(allow_null=True, help_text="Stays the same for one person; null: for all, a notice changed")
    references = serializers.ListField(
        child=serializers.CharField(), help_text="All ids that your systems use for this person; none after an erasure"
    )
    reach = serializers.IntegerField(allow_null=True, help_text="For a notice: what was allowed at a smaller reach no longer is")
    decisions = CopiedDecisionSerializer(many=True)


class ChangesSerializer(serializers.Serializer[Any]):
    changes = ChangeSerializer(many=True)
    cursor = serializers.CharField(help_text="Opaque. Pass it as `after`")
    more = serializers.BooleanField(help_text="Ask again at once")
    as_of = serializers.DateTimeField(help_text="Once `more` is false: everything committed before this moment was delivered")


class ChangesView(APIView):
    """Every change of what a check would answer, with what it answers now. Late commits are never missed.

    A copy allows no longer than the caller's bound after the last `as_of`, and denies what it does not know.
    """

    scope: ClassVar[str] = Scope.CHANGES_READ

    @extend_schema(
        operation_id="changes_list",
        parameters=[
            OpenApiParameter("after", {"type": "string", "minLength": 1, "maxLength": 8000}, description="A `cursor`; none: the beginning"),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE}),
        ],
        responses={
            200: ChangesSerializer,
            410: OpenApiResponse({"type": "object", **PROBLEM_REF}, description="The cursor leads nowhere any more: start again"),
        },
    )
    def get(self, request: Request) -> Response:
        page = page_after(request.query_params.get("after"), _limit(request.query_params.get("limit", str(PAGE))))
        return Response({"changes": page.items, "cursor": page.cursor, "more": page.more, "as_of": clock.to_text(page.as_of)})


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MOST):
        raise Invalid("The limit is not as it must be.", [FieldError("/limit", f"a whole number from 1 to {MOST}")])
    return int(text)
