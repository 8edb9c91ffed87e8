"""`POST /api/v1/subjects/{id}/merge`: a guest signed up."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from compliance.access.api.authentication import Caller
from compliance.access.api.serializers import ReferenceField, StrictSerializer
from compliance.access.api.views import WriteView
from compliance.access.models import Scope
from consent.actions.merge import merge


class MergeSerializer(StrictSerializer):
    guest = ReferenceField(help_text="The reference under which the guest's session is known")


class MergeAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="The account; the guest's reference leads to it from now on")
    guest = serializers.UUIDField(help_text="The record that is now part of the account")
    releases = serializers.IntegerField(help_text="How many releases moved, with their history and clocks")
    artifacts = serializers.IntegerField(help_text="How many artifacts moved, with their due dates")
    withdrawn = serializers.IntegerField(help_text="Releases that ended because the person had denied that purpose later, on either record")
    superseded = serializers.IntegerField(help_text="Releases that ended because the other record holds a later one for the same purpose")


class MergeView(WriteView):
    """Join a guest's record to an account. No consent and no clock is lost, and nothing the person denied comes back."""

    scope: ClassVar[str] = Scope.SUBJECTS_WRITE
    serializer_class: ClassVar[type[StrictSerializer]] = MergeSerializer

    @extend_schema(operation_id="subject_merge", request=MergeSerializer, responses={200: MergeAnswer})
    def post(self, request: Any, subject_id: UUID | None = None) -> Any:
        return super().post(request)

    def act(self, *, caller: Caller, data: dict[str, Any], at: datetime) -> tuple[int, Any]:
        merged = merge(account_id=self.kwargs["subject_id"], guest_reference=data["guest"], actor=caller.actor, at=at)
        return 200, {
            "id": str(merged.account),
            "guest": str(merged.guest),
            "releases": merged.releases,
            "artifacts": merged.artifacts,
            "withdrawn": merged.withdrawn,
            "superseded": merged.superseded,
        }
