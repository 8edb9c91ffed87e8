"""Datasets and their snapshots: `POST /api/v1/datasets`, `GET /api/v1/datasets/{id}`, `POST /api/v1/datasets/{id}/snapshots`,
`GET /api/v1/snapshots/{id}`."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, cast
from uuid import UUID

from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.access.actions import remembered
from compliance.access.api.authentication import Caller
from compliance.access.api.parsers import StrictJSONParser
from compliance.access.api.problems import Problem
from compliance.access.api.serializers import StrictSerializer
from compliance.access.api.views import KEY, WriteView
from compliance.access.models import Scope
from compliance.core import clock
from compliance.core.clock import to_text
from compliance.core.errors import FieldError, Invalid, NotFound
from consent.actions.datasets import make_dataset
from consent.actions.snapshots import take_snapshot
from consent.api.ndjson import Lines, NdjsonParser, candidate, candidate_of
from consent.models import REUSES, Dataset, Snapshot
from consent.queries.snapshots import lines, snapshot_of

NDJSON = "application/x-ndjson"
MOST = 100_000
EITHER = "The signed head, then one line for each member: `id` and the `release` that allows it."
STREAM = OpenApiResponse(OpenApiTypes.STR, description=EITHER)


class DatasetSerializer(StrictSerializer):
    name = serializers.SlugField(max_length=60, help_text="Your own name for it: letters, digits, hyphens")
    purpose = serializers.ChoiceField(REUSES, help_text="What its members are used for. It stays as it is.")


class SnapshotInListSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    asked = serializers.IntegerField()
    allowed = serializers.IntegerField()
    manifest_sha256 = serializers.CharField()


class DatasetAnswerSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    purpose = serializers.CharField()
    made_at = serializers.DateTimeField()
    snapshots = SnapshotInListSerializer(many=True, help_text="The newest 100")


class CandidatesSerializer(StrictSerializer):
    candidates = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=MOST, help_text="External ids of artifacts of your system"
    )


class DatasetsView(WriteView):
    """Name a dataset and the one purpose of its members."""

    scope: ClassVar[str] = Scope.TRAINING_WRITE
    serializer_class: ClassVar[type[StrictSerializer]] = DatasetSerializer

    @extend_schema(operation_id="dataset_create", request=DatasetSerializer, responses={201: DatasetAnswerSerializer})
    def post(self, request: Request) -> Response:
        return super().post(request)

    def act(self, *, caller: Caller, data: dict[str, Any], at: datetime) -> tuple[int, Any]:
        made = make_dataset(name=data["name"], purpose=data["purpose"], system=caller.client.system, actor=caller.actor, at=at)
        return 201, as_json(made)


class DatasetView(APIView):
    """A dataset and its snapshots, for the system that made it; to any other it does not exist."""

    scope: ClassVar[str] = Scope.TRAINING_WRITE

    @extend_schema(operation_id="dataset_read", responses={200: DatasetAnswerSerializer})
    def get(self, request: Request, dataset_id: UUID) -> Response:
        return Response(as_json(dataset_of(dataset_id, request)))


class IgnoreAccept(DefaultContentNegotiation):
    """The answer is a stream of lines, whatever a client says it accepts."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class SnapshotsView(APIView):
    """Ask which of up to 100,000 candidates may be used now. The answer is the allowed subset, signed; keep it with the model.

    Send one id a line as `application/x-ndjson` (24 MB at most), or `{"candidates": [...]}` as `application/json` (1 MB at most).
    """

    scope: ClassVar[str] = Scope.TRAINING_WRITE
    idempotent: ClassVar[bool] = True
    parser_classes = (NdjsonParser, StrictJSONParser)
    content_negotiation_class = IgnoreAccept

    @extend_schema(
        operation_id="snapshot_create",
        request={"application/json": CandidatesSerializer, NDJSON: OpenApiTypes.STR},
        responses={(201, NDJSON): STREAM},
    )
    def post(self, request: Request, dataset_id: UUID) -> HttpResponseBase:
        key = request.headers.get("Idempotency-Key", "")
        if not KEY.fullmatch(key):
            words = "Send a header Idempotency-Key of 1 to 200 visible characters."
            raise Problem(400, "idempotency-key-missing", "A write needs an Idempotency-Key", words)
        dataset, caller, at = dataset_of(dataset_id, request), cast(Caller, request.user), clock.now()
        ids, digest = candidates_of(request.data)

        def act() -> tuple[int, Any]:
            taken = take_snapshot(dataset=dataset, candidates=ids, actor=caller.actor, at=at)
            return 201, {"snapshot": str(taken.pk)}

        call = json.dumps([request.method, request.path, digest]).encode()
        status, body = remembered(client=caller.client, key=key, call=call, at=at, act=act)
        return streamed(Snapshot.objects.select_related("dataset").get(pk=body["snapshot"]), status)


class SnapshotView(APIView):
    """The same answer again: head, signature and members."""

    scope: ClassVar[str] = Scope.TRAINING_WRITE
    content_negotiation_class = IgnoreAccept

    @extend_schema(operation_id="snapshot_read", responses={(200, NDJSON): STREAM})
    def get(self, request: Request, snapshot_id: UUID) -> HttpResponseBase:
        found = snapshot_of(snapshot_id, cast(Caller, request.user).client.system)
        if found is None:
            raise NotFound("This system has no such snapshot.")
        return streamed(found, 200)


def streamed(snapshot: Snapshot, status: int) -> StreamingHttpResponse:
    return StreamingHttpResponse(lines(snapshot), status=status, content_type=NDJSON)


def candidates_of(body: Any) -> tuple[list[str], str]:
    """The ids of a body, each once, and a digest of what was sent. Raises `Invalid` naming the line or the place."""
    ids: dict[str, None] = {}
    if isinstance(body, Lines):
        for number, line in body:
            ids[candidate(number, line)] = None
            _not_too_many(ids)
        return _some(ids), body.digest.hexdigest()
    given = body.get("candidates") if isinstance(body, Mapping) and set(body) == {"candidates"} else None
    if not isinstance(given, list):
        raise Invalid("Name the candidates.", [FieldError("/candidates", "a list of ids, and nothing else beside it")])
    for number, value in enumerate(given):
        ids[candidate_of(value, f"candidate {number}", f"/candidates/{number}")] = None
        _not_too_many(ids)
    return _some(ids), json.dumps(given)


def _not_too_many(ids: Mapping[str, None]) -> None:
    if len(ids) > MOST:
        raise Invalid(f"More than {MOST:,} candidates. Take several snapshots; a model may have seen several.")


def _some(ids: Mapping[str, None]) -> list[str]:
    if not ids:
        raise Invalid("There is no candidate.", [FieldError("/candidates", "at least one id")])
    return list(ids)


def dataset_of(dataset_id: UUID, request: Request) -> Dataset:
    """A dataset of the caller's system. Raises `NotFound`."""
    found = Dataset.objects.filter(pk=dataset_id, system=cast(Caller, request.user).client.system).first()
    if found is None:
        raise NotFound("This system has no such dataset.")
    return found


def as_json(dataset: Dataset) -> dict[str, Any]:
    newest = dataset.snapshots.order_by("-at")[:100]
    return {
        "id": str(dataset.pk),
        "name": dataset.name,
        "purpose": dataset.purpose,
        "made_at": to_text(dataset.made_at),
        "snapshots": [
            {"id": str(s.pk), "at": to_text(s.at), "asked": s.asked, "allowed": s.allowed, "manifest_sha256": s.manifest_sha256}
            for s in newest
        ],
    }
