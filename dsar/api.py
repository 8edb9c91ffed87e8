"""`POST /api/v1/requests`: the delete button in the product. `GET /api/v1/requests/{id}`: where it stands."""

from datetime import datetime
from typing import Any, ClassVar, cast
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.access.api.authentication import Caller
from compliance.access.api.serializers import ReferenceField, StrictEmailField, StrictSerializer
from compliance.access.api.views import WriteView
from compliance.access.models import Scope
from compliance.core.errors import NotFound
from dsar.actions import receive_from_system
from dsar.models import Request


class NewRequestSerializer(StrictSerializer):
    subject = ReferenceField(help_text="The reference of the person who is signed in, as the product knows it.")
    kind = serializers.ChoiceField(choices=Request.RequestKind.choices)
    email = StrictEmailField(
        required=False,
        help_text="Where the answer goes; without it, to the address on file for the subject, if there is one.",
    )


class RequestSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    reference = serializers.CharField(help_text="What the person quotes; opens nothing alone.")
    state = serializers.ChoiceField(choices=Request.State.choices)
    due = serializers.DateField(allow_null=True, help_text="The last day the law allows; null where no law sets one.")
    status_url = serializers.URLField(help_text="The status page; it asks for the status code.")


class ReceivedSerializer(RequestSerializer):
    status_code = serializers.CharField(help_text="Opens the status page. Show it to the person, once; do not store it.")


class RequestsView(WriteView):
    """Hand in a request of a person who is signed in to the product: it is verified by that, and ready to decide.

    The same request while one is open is one request: the answer names the first one.
    """

    scope: ClassVar[str] = Scope.REQUESTS_WRITE
    serializer_class: ClassVar[type[StrictSerializer]] = NewRequestSerializer

    @extend_schema(operation_id="requests_create", request=NewRequestSerializer, responses={201: ReceivedSerializer})
    def post(self, request: HttpRequest) -> Response:
        return super().post(request)

    def act(self, *, caller: Caller, data: dict[str, Any], at: datetime) -> tuple[int, Any]:
        received = receive_from_system(
            reference=data["subject"],
            email=data.get("email", ""),
            system=caller.client.system,
            language="en",
            at=at,
            actor=caller.actor,
        )
        return 201, {**as_json(received.request), "status_code": received.status_code}


class RequestView(APIView):
    """Where a request stands, for the system that handed it in; to any other it does not exist."""

    scope: ClassVar[str] = Scope.REQUESTS_WRITE

    @extend_schema(operation_id="requests_read", responses={200: RequestSerializer})
    def get(self, request: HttpRequest, request_id: UUID) -> Response:
        caller = cast(Caller, request.user)
        found = Request.objects.filter(pk=request_id, channel=Request.Channel.API, system=caller.client.system).first()
        if found is None:
            raise NotFound("There is no such request of this system.")
        return Response(as_json(found))


def as_json(request: Request) -> dict[str, Any]:
    """A request as the API shows it."""
    return {
        "id": str(request.pk),
        "reference": request.code,
        "state": request.state,
        "due": request.due.isoformat() if request.due else None,
        "status_url": settings.BASE_URL + reverse("dsar:status", args=[request.code]),
    }
