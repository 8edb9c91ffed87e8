"""Models: what was trained on which snapshots, what was destroyed, and what became of ended opt-ins in each."""

from datetime import datetime
from typing import Any, ClassVar, cast
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.access.api.authentication import Caller
from compliance.access.api.serializers import OffsetDateTimeField, ReferenceField, StrictCharField, StrictSerializer
from compliance.access.api.views import WriteView
from compliance.access.models import Scope
from compliance.core import clock
from compliance.core.clock import to_text
from compliance.core.errors import FieldError, Invalid, NotFound
from compliance.subjects.queries import by_reference
from consent.actions.models import NewModel, model_of, note_destroyed, note_model
from consent.actions.remediation import Claim, ended_optins, remediate
from consent.models import ModelVersion, Release, Remediation
from consent.queries.training import counts, destroyed_at, training_of
from consent.queries.uses import disclosures_of


class ModelSerializer(StrictSerializer):
    name = StrictCharField(max_length=100)
    version = StrictCharField(max_length=60)
    kind = serializers.ChoiceField(
        ModelVersion.ModelKind.choices, help_text="`shared` serves many people; `personal` was made for one person"
    )
    snapshots = serializers.ListField(child=serializers.UUIDField(), max_length=1000, help_text="Every snapshot that it saw")
    trained_at = OffsetDateTimeField(help_text="RFC 3339 with an offset")
    artifact = ReferenceField(required=False, help_text="For a personal model: its external id, registered as personal_model")
    replaces = serializers.UUIDField(required=False, help_text="The earlier model that this one takes the place of")


class ModelAnswerSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    version = serializers.CharField()
    kind = serializers.CharField()
    snapshots = serializers.ListField(child=serializers.UUIDField())
    trained_at = serializers.DateTimeField()
    destroyed_at = serializers.DateTimeField(allow_null=True)
    replaces = serializers.UUIDField(allow_null=True)
    people = serializers.IntegerField(help_text="How many people it saw")
    withdrew = serializers.IntegerField(help_text="How many of them ended their opt-in since")
    remediation = serializers.DictField(child=serializers.IntegerField(), help_text="Ended opt-ins by state")


class NothingSerializer(StrictSerializer):
    """An empty object."""


class RemediationSerializer(StrictSerializer):
    release = serializers.UUIDField(required=False, help_text="The ended opt-in; or name the `subject`")
    subject = ReferenceField(required=False, help_text="The person: all of their ended opt-ins that this model saw")
    state = serializers.ChoiceField(Remediation.RemediationState.values)
    method = StrictCharField(max_length=200, required=False, default="")
    metric = StrictCharField(max_length=200, required=False, default="")
    attested_by = StrictCharField(max_length=200, required=False, default="", help_text="Who vouches for it")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("release" in attrs) == ("subject" in attrs):
            raise serializers.ValidationError({"release": "Name either a release or a subject."})
        return attrs


class RemediationRowSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    release = serializers.UUIDField()
    state = serializers.CharField()


class RemediationAnswerSerializer(serializers.Serializer[Any]):
    remediations = RemediationRowSerializer(many=True)


class PersonSerializer(StrictSerializer):
    subject = ReferenceField(help_text="Your reference of the person")


class ModelsView(WriteView):
    """Record a trained model with every snapshot that it saw. A model of one person is a registered artifact of its own."""

    scope: ClassVar[str] = Scope.TRAINING_WRITE
    serializer_class: ClassVar[type[StrictSerializer]] = ModelSerializer

    @extend_schema(operation_id="model_create", request=ModelSerializer, responses={201: ModelAnswerSerializer})
    def post(self, request: Request) -> Response:
        return super().post(request)

    def act(self, *, caller: Caller, data: dict[str, Any], at: datetime) -> tuple[int, Any]:
        new = NewModel(**{**data, "snapshots": tuple(data["snapshots"])})
        return 201, as_json(note_model(new=new, system=caller.client.system, actor=caller.actor, at=at), at)


class ModelView(APIView):
    """A model, how many people it saw, and how many of them ended their opt-in since."""

    scope: ClassVar[str] = Scope.TRAINING_WRITE

    @extend_schema(operation_id="model_read", responses={200: ModelAnswerSerializer})
    def get(self, request: Request, model_id: UUID) -> Response:
        return Response(as_json(model_of(model_id, cast(Caller, request.user).client.system), clock.now()))


class PathView(WriteView):
    """A write on the model that the address names."""

    @property
    def model_id(self) -> UUID:
        return cast(UUID, self.kwargs["model_id"])


class ModelDestroyedView(PathView):
    """Say that a model no longer exists. A personal model is destroyed through `POST /api/v1/deletions`, with proof, first."""

    scope: ClassVar[str] = Scope.TRAINING_WRITE
    serializer_class: ClassVar[type[StrictSerializer]] = NothingSerializer

    @extend_schema(operation_id="model_destroyed", request=NothingSerializer, responses={200: ModelAnswerSerializer})
    def post(self, request: Request, model_id: UUID | None = None) -> Response:
        return super().post(request)

    def act(self, *, caller: Caller, data: dict[str, Any], at: datetime) -> tuple[int, Any]:
        return 200, as_json(note_destroyed(model_id=self.model_id, system=caller.client.system, actor=caller.actor, at=at), at)


class RemediationsView(PathView):
    """Record what became of a person's ended opt-in in a model. A state that the records contradict is refused."""

    scope: ClassVar[str] = Scope.TRAINING_WRITE
    serializer_class: ClassVar[type[StrictSerializer]] = RemediationSerializer

    @extend_schema(operation_id="remediation_create", request=RemediationSerializer, responses={201: RemediationAnswerSerializer})
    def post(self, request: Request, model_id: UUID | None = None) -> Response:
        return super().post(request)

    def act(self, *, caller: Caller, data: dict[str, Any], at: datetime) -> tuple[int, Any]:
        model = model_of(self.model_id, caller.client.system)
        claim = Claim(data["state"], data["method"], data["metric"], data["attested_by"])
        rows = remediate(model=model, releases=_releases(model, data, at), claim=claim, actor=caller.actor, at=at)
        return 201, {"remediations": [{"id": str(r.pk), "release": str(r.release_id), "state": r.state} for r in rows]}


class SubjectReadView(APIView):
    """A question about one person. By POST, so that their reference stands in no address and no log."""

    scope: ClassVar[str] = Scope.TRAINING_WRITE

    def subject(self, request: Request) -> UUID:
        serializer = PersonSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        found = by_reference(serializer.validated_data["subject"])
        if found is None:
            raise NotFound("There is nobody by this reference.")
        return found.pk


class SubjectTrainingView(SubjectReadView):
    """Only to deliver, or also to train? With dates, datasets, models, and what became of each ended opt-in."""

    @extend_schema(operation_id="subject_training", request=PersonSerializer, responses={200: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        return Response(training_of(self.subject(request), clock.now()).as_json())


class SubjectDisclosuresView(SubjectReadView):
    """Who received what of one person, when, and on which ground."""

    @extend_schema(operation_id="subject_disclosures", request=PersonSerializer, responses={200: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        return Response({"disclosures": [row.as_json() for row in disclosures_of(self.subject(request))]})


def _releases(model: ModelVersion, data: dict[str, Any], at: datetime) -> list[Release]:
    """The releases that a claim is about. Raises `NotFound` for a person or release that is not known."""
    if "release" in data:
        return list(Release.objects.filter(pk=data["release"]))
    subject = by_reference(data["subject"])
    if subject is None:
        raise Invalid("There is nobody by this reference.", [FieldError("/subject", "the reference that you check with")])
    return ended_optins(model, subject.pk, data["state"], at)


def as_json(model: ModelVersion, at: datetime) -> dict[str, Any]:
    people, withdrew, states = counts(model, at)
    end = destroyed_at(model)
    return {
        "id": str(model.pk),
        "name": model.name,
        "version": model.version,
        "kind": model.kind,
        "snapshots": sorted(str(pk) for pk in model.snapshots.values_list("pk", flat=True)),
        "trained_at": to_text(model.trained_at),
        "destroyed_at": to_text(end) if end else None,
        "replaces": str(model.replaces_id) if model.replaces_id else None,
        "people": people,
        "withdrew": withdrew,
        "remediation": states,
    }
