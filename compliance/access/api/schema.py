"""How our views describe themselves in the OpenAPI document."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

PROBLEMS = {
    "400": "The body is not the JSON that this address takes",
    "401": "No valid API key",
    "403": "The key does not carry the scope",
    "404": "Not found",
    "409": "The first call with this Idempotency-Key still runs, or the state moved on",
    "413": "The body is too large",
    "415": "The body is not `application/json`",
    "422": "A field is wrong; `errors` names each",
    "429": "Too many calls; see `Retry-After`",
}
PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}


class FieldProblemSerializer(serializers.Serializer[Any]):
    pointer = serializers.CharField(help_text="JSON pointer (RFC 6901) to the field")
    detail = serializers.CharField(help_text="What is wrong with it and what to do")


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        """`errors` is a name that a serializer has for itself, so it cannot stand above as a field."""
        return {**super().get_fields(), "errors": FieldProblemSerializer(many=True, required=False)}


class Schema(AutoSchema):
    """Adds the problems, the scope and the `Idempotency-Key` header to every operation."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        self.resolve_serializer(ProblemSerializer, "response")
        content = {"application/problem+json": {"schema": PROBLEM_REF}}
        for status, words in PROBLEMS.items():
            operation["responses"].setdefault(status, {"description": words, "content": content})
        if scope := getattr(self.view, "scope", None):
            operation["description"] = f"{operation.get('description', '')}\n\nScope: `{scope}`.".strip()
        return operation

    def get_override_parameters(self) -> list[Any]:
        if self.method not in {"POST", "PUT"} or not getattr(self.view, "idempotent", False):
            return []
        return [
            OpenApiParameter(
                "Idempotency-Key",
                {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
                OpenApiParameter.HEADER,
                required=True,
                description="The same key and body gets the stored answer again; another body is 422.",
            )
        ]


class StrictExtension(OpenApiSerializerExtension):
    """Says of every strict serializer what it does: an unknown field is refused."""

    target_class = "compliance.access.api.serializers.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        return {**auto_schema._map_serializer(self.target, direction, bypass_extensions=True), "additionalProperties": False}


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = "compliance.access.api.authentication.KeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "efk_<prefix>_<secret>"}
