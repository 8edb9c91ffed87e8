"""`PUT /api/v1/subjects`: what a product knows of a person that decides what may be asked of them."""

from datetime import datetime
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from compliance.access.api.authentication import Caller
from compliance.access.api.serializers import OffsetDateTimeField, ReferenceField, StrictCharField, StrictSerializer
from compliance.access.api.views import WriteView
from compliance.access.models import Scope
from compliance.core import clock
from compliance.subjects.models import Subject
from consent.actions.subject_facts import describe_subject


class SubjectSerializer(StrictSerializer):
    """What is left out stays as it is."""

    subject = ReferenceField(help_text="The id your product uses for this person; for a guest an unguessable handle of the session")
    kind = serializers.ChoiceField(choices=Subject.SubjectKind.choices, required=False)
    age = serializers.ChoiceField(choices=Subject.Age.choices, required=False, help_text="As your product knows it; it is never asked for")
    jurisdictions = serializers.ListField(
        child=StrictCharField(max_length=10),
        max_length=20,
        required=False,
        help_text="Such as IL, CO, EU:DE. Empty: not known, then the strictest of those you serve apply",
    )
    last_interaction_at = OffsetDateTimeField(required=False, help_text="RFC 3339 with an offset. It never moves backwards")


class SubjectAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="Our own id of the person, for addresses such as merge")
    kind = serializers.ChoiceField(choices=Subject.SubjectKind.choices)
    age = serializers.ChoiceField(choices=Subject.Age.choices)
    jurisdictions = serializers.ListField(child=serializers.CharField())
    last_interaction_at = serializers.DateTimeField()


class SubjectsView(WriteView):
    """Say what you know of a person. A new reference makes a new record; a known one is brought up to date."""

    scope: ClassVar[str] = Scope.SUBJECTS_WRITE
    serializer_class = SubjectSerializer
    http_method_names = ("put", "options")

    @extend_schema(operation_id="subject_describe", request=SubjectSerializer, responses={200: SubjectAnswer})
    def put(self, request: Any) -> Any:
        return super().post(request)

    def act(self, *, caller: Caller, data: dict[str, Any], at: datetime) -> tuple[int, Any]:
        subject = describe_subject(
            reference=data["subject"],
            kind=data.get("kind"),
            age=data.get("age"),
            jurisdictions=data.get("jurisdictions"),
            last_interaction_at=data.get("last_interaction_at"),
            actor=caller.actor,
            at=at,
        )
        return 200, {
            "id": str(subject.pk),
            "kind": subject.kind,
            "age": subject.age,
            "jurisdictions": subject.jurisdictions,
            "last_interaction_at": clock.to_text(subject.last_interaction_at),
        }
