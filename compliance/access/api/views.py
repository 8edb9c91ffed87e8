"""The base of every write of the API: a scope, a strict body, an `Idempotency-Key`, one transaction."""

import json
import re
from datetime import datetime
from typing import Any, ClassVar, cast

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.access.actions import remembered
from compliance.access.api.authentication import Caller
from compliance.access.api.problems import Problem
from compliance.access.api.serializers import StrictSerializer
from compliance.core import clock

KEY = re.compile(r"[!-~]{1,200}")


class WriteView(APIView):
    """Subclasses name `scope` and `serializer_class`, and write `act`. The answer of `act` must be plain JSON."""

    scope: ClassVar[str]
    serializer_class: ClassVar[type[StrictSerializer]]
    idempotent: ClassVar[bool] = True

    def post(self, request: Request) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        if not KEY.fullmatch(key):
            raise Problem(
                400,
                "idempotency-key-missing",
                "A write needs an Idempotency-Key",
                "Send a header Idempotency-Key of 1 to 200 visible characters.",
            )
        serializer = self.serializer_class(data=request.data)
        serializer.is_valid(raise_exception=True)
        caller = cast(Caller, request.user)
        at = clock.now()
        status, body = remembered(
            client=caller.client,
            key=key,
            call=json.dumps([request.method, request.path, request.data], sort_keys=True).encode(),
            at=at,
            act=lambda: self.act(caller=caller, data=serializer.validated_data, at=at),
        )
        return Response(body, status=status)

    def act(self, *, caller: Caller, data: dict[str, Any], at: datetime) -> tuple[int, Any]:
        """Do it, inside a transaction; returns the HTTP status and the JSON answer."""
        raise NotImplementedError
