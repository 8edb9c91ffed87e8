"""`POST /api/v1/deletions`: delete one thing now. `GET /api/v1/deletions/{id}`: what became of it."""

from datetime import datetime
from typing import Any, ClassVar, cast
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.access.api.authentication import Caller
from compliance.access.api.serializers import ReferenceField, StrictSerializer
from compliance.access.api.views import WriteView
from compliance.access.models import Scope
from compliance.core.clock import to_text
from compliance.core.errors import NotFound
from compliance.erasure.models import Order, Outcome, Rung
from compliance.retention.actions.delete_now import delete_now
from compliance.subjects.queries import by_reference

UNKNOWN = "There is no such order of your system."


class DeletionSerializer(StrictSerializer):
    subject = ReferenceField(help_text="Your reference of the person")
    artifact = ReferenceField(help_text="Your own id of the thing; what was made from it goes too")


class OutcomeSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    category = serializers.CharField()
    state = serializers.ChoiceField(Rung.choices)
    absent_at = serializers.DateTimeField(allow_null=True, help_text="When we read back that it is not there")
    purged_at = serializers.DateTimeField(allow_null=True)
    backups_until = serializers.DateField(allow_null=True)


class DeletionAnswerSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(Order.State.choices)
    ordered_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    certificate = serializers.CharField(allow_null=True, help_text="The number of the certificate of destruction, once it is sealed")
    artifacts = OutcomeSerializer(many=True)


class DeletionsView(WriteView):
    """Order one artifact destroyed now, and everything made from it. The rest of the person's data stays."""

    scope: ClassVar[str] = Scope.ARTIFACTS_WRITE
    serializer_class: ClassVar[type[StrictSerializer]] = DeletionSerializer

    @extend_schema(operation_id="deletion_create", request=DeletionSerializer, responses={202: DeletionAnswerSerializer})
    def post(self, request: Request) -> Response:
        return super().post(request)

    def act(self, *, caller: Caller, data: dict[str, Any], at: datetime) -> tuple[int, Any]:
        subject = by_reference(data["subject"])
        if subject is None:
            raise NotFound("This person has no such artifact at your system.")
        system = caller.client.system
        made = delete_now(subject=subject, system=system, external_id=data["artifact"], actor=caller.actor, at=at)
        return 202, as_json(made, system)


class DeletionView(APIView):
    """What became of each artifact of your system in one order."""

    scope: ClassVar[str] = Scope.ARTIFACTS_WRITE

    @extend_schema(operation_id="deletion_read", responses={200: DeletionAnswerSerializer})
    def get(self, request: Request, order_id: UUID) -> Response:
        system = cast(Caller, request.user).client.system
        found = Order.objects.select_related("certificate").filter(pk=order_id).first()
        if found is None or not found.outcomes.filter(artifact__system=system).exists():
            raise NotFound(UNKNOWN)
        return Response(as_json(found, system))


def as_json(made: Order, system: str) -> dict[str, Any]:
    """An order as one system may see it: its own artifacts alone."""
    outcomes = made.outcomes.select_related("artifact").filter(artifact__system=system).order_by("artifact__created_at", "pk")
    return {
        "id": str(made.pk),
        "state": made.state,
        "ordered_at": to_text(made.ordered_at),
        "completed_at": to_text(made.completed_at) if made.completed_at else None,
        "certificate": str(made.certificate_id) if made.certificate_id else None,
        "artifacts": [outcome_json(outcome) for outcome in outcomes],
    }


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.artifact.external_id,
        "category": outcome.artifact.category,
        "state": outcome.rung,
        "absent_at": to_text(outcome.absent_at) if outcome.absent_at else None,
        "purged_at": to_text(outcome.purged_at) if outcome.purged_at else None,
        "backups_until": outcome.backups_until.isoformat() if outcome.backups_until else None,
    }
