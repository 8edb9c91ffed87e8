"""`POST /api/v1/withdrawals`: consent taken back in the product."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from compliance.access.api.authentication import Caller
from compliance.access.api.serializers import ReferenceField, StrictSerializer
from compliance.access.api.views import WriteView
from compliance.core import clock
from compliance.subjects.actions import know
from compliance.subjects.models import Subject
from consent.actions import withdraw
from consent.api.fields import PieceField, PurposeField


class WithdrawalSerializer(StrictSerializer):
    """Who takes back which purpose. No proof of who asks: what finds the record is enough."""

    subject = ReferenceField(help_text="The id your product uses for this person")
    purpose = PurposeField()
    piece = PieceField()


class WithdrawalAnswer(serializers.Serializer[Any]):
    withdrawn = serializers.IntegerField(
        help_text="How many releases ended; 0 when there was none: then a release signed earlier that arrives later is refused"
    )
    effective_at = serializers.DateTimeField(help_text="No check from this moment on allows")
    consistency_token = serializers.UUIDField(help_text="Pass it to a check as `at_least_as_fresh`: it is never answered from before")


class WithdrawalsView(WriteView):
    """Take back a release. It works at once, and what nothing else keeps is ordered to be destroyed. A receipt goes to the person."""

    scope = "consent:write"
    serializer_class = WithdrawalSerializer

    @extend_schema(operation_id="withdrawal_create", request=WithdrawalSerializer, responses={200: WithdrawalAnswer})
    def post(self, request: Any) -> Any:
        return super().post(request)

    def act(self, *, caller: Caller, data: dict[str, Any], at: datetime) -> tuple[int, Any]:
        # Somebody of whom nothing arrived yet is remembered: a release that was signed before this and arrives later does not stand.
        # As a guest, which is the least that can be said of them, and may become an account.
        subject = know(reference=data["subject"], kind=Subject.SubjectKind.GUEST, actor=caller.actor, at=at)
        taken = withdraw(
            subject_id=subject.pk, purpose=data["purpose"], piece=data.get("piece"), actor=caller.actor, at=at, how="in the product"
        )
        return 200, {
            "withdrawn": taken.withdrawn,
            "effective_at": clock.to_text(taken.effective_at),
            "consistency_token": str(taken.token),
        }
