"""`POST /api/v1/restores`: a store came back from a backup; it may serve when the answer says so."""

from datetime import datetime
from typing import Any, ClassVar, cast
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.access.api.authentication import Caller
from compliance.access.api.serializers import OffsetDateTimeField, StrictCharField, StrictSerializer
from compliance.access.api.views import WriteView
from compliance.access.models import Scope
from compliance.backend.models import System
from compliance.core.clock import to_text
from compliance.core.errors import FieldError, Invalid, NotFound
from compliance.retention.actions import declare_restore
from compliance.retention.models import CameBack, Restore


class RestoreSerializer(StrictSerializer):
    """Which store of the caller's system came back, and from when."""

    store = StrictCharField(max_length=100, required=False, default="", help_text="As your description names it; nothing: every store")
    restored_to = OffsetDateTimeField(help_text="The moment whose data came back: RFC 3339 with an offset")


class RestoreAnswerSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(Restore.State.choices)
    may_serve = serializers.BooleanField(help_text="Do not serve from the store before this is true")
    asked = serializers.IntegerField(help_text="How many destroyed things were asked for so far")
    delete_again = serializers.ListField(child=serializers.CharField(), help_text="Came back, not yet read back as absent; at most 1,000")
    cleared_at = serializers.DateTimeField(allow_null=True)


class RestoresView(WriteView):
    """Say that a store was restored. Everything destroyed since that moment is asked for, ordered again and read back."""

    scope: ClassVar[str] = Scope.RESTORES_WRITE
    serializer_class: ClassVar[type[StrictSerializer]] = RestoreSerializer

    @extend_schema(operation_id="restore_declare", request=RestoreSerializer, responses={202: RestoreAnswerSerializer})
    def post(self, request: Request) -> Response:
        return super().post(request)

    def act(self, *, caller: Caller, data: dict[str, Any], at: datetime) -> tuple[int, Any]:
        system = System.objects.select_related("condition").filter(pk=caller.client.system).first()
        if system is None:
            raise Invalid("Your system is not connected.", [FieldError("/", "an officer must connect it first")])
        made = declare_restore(
            system=system, store=data["store"], restored_to=data["restored_to"], how="declared", actor=caller.actor, at=at
        )
        return 202, as_json(made)


class RestoreView(APIView):
    """Whether the store may serve yet, and what must go first."""

    scope: ClassVar[str] = Scope.RESTORES_WRITE

    @extend_schema(operation_id="restore_read", responses={200: RestoreAnswerSerializer})
    def get(self, request: Request, restore_id: UUID) -> Response:
        system = cast(Caller, request.user).client.system
        found = Restore.objects.filter(pk=restore_id, system=system).first()
        if found is None:
            raise NotFound("There is no such restore of your system.")
        return Response(as_json(found))


def as_json(restore: Restore) -> dict[str, Any]:
    waiting = CameBack.objects.filter(restore=restore, artifact__gone_at__isnull=True).order_by("pk")
    return {
        "id": str(restore.pk),
        "state": restore.state,
        "may_serve": restore.state == Restore.State.CLEAR,
        "asked": restore.asked,
        "delete_again": list(waiting.values_list("artifact__external_id", flat=True)[:1000]),
        "cleared_at": to_text(restore.cleared_at) if restore.cleared_at else None,
    }
