"""`POST /api/v1/uses`: what runs, jobs and disclosures did with faces."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.access.api.authentication import Caller
from compliance.access.api.serializers import OffsetDateTimeField, ReferenceField, StrictCharField, StrictSerializer
from compliance.access.api.views import WriteView
from compliance.access.models import Scope
from compliance.core.errors import FieldError, Invalid
from consent.actions.uses import Report, note_uses
from consent.models import Use
from consent.rules.exceptions import exemptions
from consent.rules.uses import EXPLAINED

CLOCK_SKEW = timedelta(minutes=5)


class UseSerializer(StrictSerializer):
    kind = serializers.ChoiceField(
        Use.UseKind.values, help_text="`run`: a person asked for it; `job`: in the background; `disclosure`: to a party"
    )
    subject = ReferenceField(help_text="Your reference of the person")
    purpose = StrictCharField(max_length=60, help_text="What it was for, such as `regenerate`")
    at = OffsetDateTimeField(help_text="When it happened: RFC 3339 with an offset")
    artifact = ReferenceField(required=False, help_text="What was used: its external id")
    recipient = serializers.RegexField(r"^[a-z0-9_-]{1,50}$", required=False, help_text="Who received it; needed for a disclosure")
    exception = serializers.ChoiceField(
        list(exemptions()), required=False, help_text="For a disclosure without consent: the section that allows it"
    )
    action_id = StrictCharField(max_length=200, required=False, help_text="For a run: the act of the person, as the check was told")
    piece = StrictCharField(max_length=200, required=False, help_text="For marketing: the piece")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        disclosure = attrs["kind"] == Use.UseKind.DISCLOSURE
        if disclosure and "recipient" not in attrs:
            raise serializers.ValidationError({"recipient": "Say who received it."})
        if not disclosure and "exception" in attrs:
            raise serializers.ValidationError({"exception": "The exceptions are for disclosures."})
        if attrs["kind"] != Use.UseKind.RUN and "action_id" in attrs:
            raise serializers.ValidationError({"action_id": "An act of a person starts a run."})
        party = attrs["purpose"].removeprefix("disclose:")
        if party != attrs["purpose"] and attrs.get("recipient") != party:
            raise serializers.ValidationError({"recipient": "The purpose names another party."})
        return attrs


class UsesSerializer(StrictSerializer):
    uses = serializers.ListField(child=UseSerializer(), min_length=1, max_length=1000)


class UseAnswerSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    explained = serializers.BooleanField(help_text="False: an officer was alerted")
    reason = serializers.CharField(help_text="`active`, `exempt`, or why nothing explains it")
    release = serializers.UUIDField(allow_null=True, help_text="The release it rests on")


class UsesAnswerSerializer(serializers.Serializer[Any]):
    uses = UseAnswerSerializer(many=True)


class UsesView(WriteView):
    """Report up to 1,000 uses. Each is compared with what the person allowed at that moment; all are kept, in this order."""

    scope: ClassVar[str] = Scope.TRAINING_WRITE
    serializer_class: ClassVar[type[StrictSerializer]] = UsesSerializer

    @extend_schema(operation_id="uses_report", request=UsesSerializer, responses={200: UsesAnswerSerializer})
    def post(self, request: Request) -> Response:
        return super().post(request)

    def act(self, *, caller: Caller, data: dict[str, Any], at: datetime) -> tuple[int, Any]:
        if early := [n for n, use in enumerate(data["uses"]) if use["at"] > at + CLOCK_SKEW]:
            where = [FieldError(f"/uses/{n}/at", "in the future") for n in early]
            raise Invalid("A use cannot lie in the future. Check the clock and send UTC.", where)
        rows = note_uses(reports=[Report(**use) for use in data["uses"]], system=caller.client.system, actor=caller.actor, at=at)
        return 200, {"uses": [as_json(row) for row in rows]}


def as_json(row: Use) -> dict[str, Any]:
    release = str(row.release_id) if row.release_id else None
    return {"id": str(row.pk), "explained": row.reason in EXPLAINED, "reason": row.reason, "release": release}
