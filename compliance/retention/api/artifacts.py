"""`POST /api/v1/artifacts`: a scan backend says what it stored, and learns when each thing must be gone."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.access.api.authentication import Caller
from compliance.access.api.serializers import (
    OffsetDateTimeField,
    ReferenceField,
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
    StrictSerializer,
)
from compliance.access.api.views import WriteView
from compliance.access.models import Scope
from compliance.core.clock import to_text
from compliance.core.errors import FieldError, Forbidden
from compliance.core.taxonomy import OperationalPurpose, Purpose
from compliance.retention.actions import Item, Registered, register_all
from compliance.subjects.actions import know


class ArtifactSerializer(StrictSerializer):
    id = ReferenceField(help_text="Your own id of the thing; opaque")
    category = StrictCharField(max_length=60, help_text="A category of the taxonomy, such as `embedding`")
    store = StrictCharField(max_length=100, help_text="The store it lies in, as your description names it")
    created_at = OffsetDateTimeField(help_text="RFC 3339 with an offset; 2000 to 2199")
    derived_from = ReferenceField(required=False, allow_null=True, help_text="The id of the artifact it was made from")
    biometric = StrictBooleanField(help_text="Whether it is or holds a biometric identifier")
    size = StrictIntegerField(required=False, allow_null=True, min_value=0, max_value=2**50, help_text="Bytes")


class RegistrationSerializer(StrictSerializer):
    system = serializers.SlugField(max_length=60, help_text="The connected system this key speaks for")
    subject = ReferenceField(help_text="Your reference of the person")
    purpose = serializers.ChoiceField([*Purpose, *OperationalPurpose], help_text="What it is kept for")
    artifacts = serializers.ListField(child=ArtifactSerializer(), min_length=1, max_length=1000)
    attested = StrictBooleanField(
        required=False,
        default=False,
        help_text="The uploader states that the depicted person agreed or that they may act for them; must be true for kind `depicted`",
    )


class RegisteredSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    status = serializers.ChoiceField(["registered", "known", "quarantined", "refused"])
    due_at = serializers.DateTimeField(allow_null=True)
    why = serializers.ListField(child=serializers.CharField())


class RegistrationAnswerSerializer(serializers.Serializer[Any]):
    artifacts = RegisteredSerializer(many=True)


class ArtifactsView(WriteView):
    """Register up to 1,000 artifacts of one person. Answers each with its due date and why; one bad item does not sink the rest."""

    scope = Scope.ARTIFACTS_WRITE
    serializer_class = RegistrationSerializer

    @extend_schema(request=RegistrationSerializer, responses={200: RegistrationAnswerSerializer}, operation_id="register_artifacts")
    def post(self, request: Request) -> Response:
        return super().post(request)

    def act(self, *, caller: Caller, data: dict[str, Any], at: datetime) -> tuple[int, Any]:
        if data["system"] != caller.client.system:
            raise Forbidden("This key speaks for another system.", [FieldError("/system", f"must be “{caller.client.system}”")])
        subject = know(reference=data["subject"], actor=caller.actor, at=at)
        items = [Item(**item) for item in data["artifacts"]]
        answers = register_all(
            subject=subject,
            system=data["system"],
            purpose=data["purpose"],
            items=items,
            attested=data["attested"],
            actor=caller.actor,
            at=at,
        )
        return 200, {"artifacts": [as_json(answer) for answer in answers]}


def as_json(answer: Registered) -> dict[str, Any]:
    due_at = to_text(answer.due_at) if answer.due_at else None
    return {"id": answer.id, "status": answer.status, "due_at": due_at, "why": list(answer.why)}
