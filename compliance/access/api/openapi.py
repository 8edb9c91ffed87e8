"""Adds to the OpenAPI document what is not a DRF view: the consent check, which is a plain view for its speed.

The names are those of the OpenID AuthZEN Authorization API 1.0.
"""

from typing import Any

from compliance.access.api.schema import PROBLEM_REF

TEXT = {"type": "string", "minLength": 1}
MAYBE_TEXT = {"type": ["string", "null"]}
ENTITY = {"type": "object", "required": ["type", "id"], "properties": {"type": TEXT, "id": TEXT}}
REASONS = (
    "active", "no_release", "refused", "withdrawn", "expired", "stale", "superseded", "purpose_not_granted", "recipient_not_named",
    "erasure_pending", "minor", "jurisdiction_blocked", "unknown_subject", "unknown_purpose", "not_consentable", "internal_error",
)  # fmt: skip  # a closed list of words (design: consent check)

QUESTION = {
    "type": "object",
    "required": ["subject", "action", "resource"],
    "properties": {
        "subject": {**ENTITY, "description": "`type` is `data_subject`, `id` the reference of the person."},
        "action": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {**TEXT, "description": "A purpose, such as `face_scan`."}},
        },
        "resource": ENTITY,
        "context": {"type": "object", "properties": {"system": MAYBE_TEXT, "recipient": MAYBE_TEXT}},
    },
}
NULLABLE_TIME = {"type": ["string", "null"], "format": "date-time"}
OBLIGATION = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "string"}, "at": {"type": "string", "format": "date-time"}},
}
ANSWER = {
    "type": "object",
    "required": ["decision"],
    "properties": {
        "decision": {"type": "boolean", "description": "Only true allows. Anything else, any other status too, denies."},
        "context": {
            "type": "object",
            "properties": {
                "reason": {"type": "string", "enum": list(REASONS)},
                "release_id": {"type": ["string", "null"]},
                "notice_version": {"type": ["string", "integer", "null"]},
                "expires_at": NULLABLE_TIME,
                "obligations": {"type": "array", "items": OBLIGATION},
            },
        },
    },
}
PROBLEMS = {
    "400": "The body is malformed, or not `application/json`",
    "401": "No valid API key",
    "403": "The key does not carry the scope",
    "405": "Another method than POST",
    "413": "The body is too large",
    "422": "A picture or a vector was sent",
    "503": "The check cannot be answered: deny",
}
METADATA = {
    "type": "object",
    "required": ["policy_decision_point", "access_evaluation_endpoint"],
    "properties": {name: {"type": "string", "format": "uri"} for name in ("policy_decision_point", "access_evaluation_endpoint")},
}


def json_body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def evaluation() -> dict[str, Any]:
    """The operation of the consent check."""
    problems = {
        status: {"description": words, "content": {"application/problem+json": {"schema": PROBLEM_REF}}}
        for status, words in PROBLEMS.items()
    }
    return {
        "operationId": "access_evaluation",
        "summary": "May this happen now?",
        "description": "The consent check (OpenID AuthZEN Authorization API 1.0). A denial is 200. Unknown fields are ignored.\n\n"
        "Scope: `check`.",
        "tags": ["access"],
        "security": [{"apiKey": []}],
        "requestBody": {"required": True, "content": json_body(QUESTION)},
        "responses": {"200": {"description": "The decision", "content": json_body(ANSWER)}, **problems},
    }


def configuration() -> dict[str, Any]:
    """The operation of the metadata document."""
    return {
        "operationId": "authzen_configuration",
        "summary": "Where the decision point is",
        "description": "Metadata of the AuthZEN decision point. Public.",
        "tags": ["access"],
        "security": [],
        "responses": {"200": {"description": "The metadata", "content": json_body(METADATA)}},
    }


def add_plain_views(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing hook of drf-spectacular (`POSTPROCESSING_HOOKS`)."""
    result["paths"]["/access/v1/evaluation"] = {"post": evaluation()}
    result["paths"]["/.well-known/authzen-configuration"] = {"get": configuration()}
    result["paths"] = dict(sorted(result["paths"].items()))
    return result
