"""Adds to the OpenAPI document what is not a DRF view: the consent check and its searches, plain views for their speed.

The names are those of the OpenID AuthZEN Authorization API 1.0.
"""

from typing import Any

from compliance.access.api.schema import PROBLEM_REF

TEXT = {"type": "string", "minLength": 1}
MAYBE_TEXT = {"type": ["string", "null"]}
ENTITY = {"type": "object", "required": ["type", "id"], "properties": {"type": TEXT, "id": TEXT}}
REASONS = (
    "active", "no_release", "refused", "withdrawn", "expired", "stale", "superseded", "purpose_not_granted", "recipient_not_named",
    "erasure_pending", "minor", "jurisdiction_blocked", "unknown_subject", "unknown_purpose", "not_consentable",
    "action_not_bound", "internal_error",
)  # fmt: skip  # a closed list of words (design: consent check)

CONTEXT = {
    "type": "object",
    "properties": {
        **{name: MAYBE_TEXT for name in ("system", "recipient", "piece", "at_least_as_fresh")},
        "action_id": {"type": ["string", "null"], "minLength": 1, "maxLength": 200},
    },
    "description": "`recipient`: who gets the face. `piece`: for marketing. `action_id`: the act of the person that starts a run of "
    "`regenerate` or `match`; it starts one. `at_least_as_fresh`: the token of a write; no answer comes from an older state.",
}
SEARCH_CONTEXT = {"type": "object", "properties": {name: MAYBE_TEXT for name in ("system", "recipient", "piece")}}
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
        "context": CONTEXT,
    },
}
# What is wrong with one question of many denies it inside a 200: so nothing is said here of how each must be.
QUESTIONS = {
    "type": "object",
    "required": ["evaluations"],
    "properties": {
        "evaluations": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1000,
            "items": {},
            "description": "Questions; what one leaves out is taken from `subject`, `action`, `resource` and `context` beside this list.",
        },
        "options": {
            "type": "object",
            "description": "`decision_tokens`: true for a signed token with each allowance.",
            "properties": {"evaluations_semantic": {"enum": ["execute_all", "deny_on_first_deny", "permit_on_first_permit"]}},
        },
    },
}
TYPED = {"type": "object", "required": ["type"], "properties": {"type": TEXT}}
NAMED = {"type": "object", "required": ["name"], "properties": {"name": TEXT}}
PAGE = {
    "type": "object",
    "properties": {"limit": {"type": ["integer", "null"], "minimum": 1}},
    "description": "`limit`: how many at most, 1,000 or fewer. `token`: the `next_token` of the answer before.",
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
                "consistency_token": {"type": "string"},
                "decision_token": {"type": "string", "description": "A JWS (EdDSA), for 300 s at most; only with an allowance"},
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
ENDPOINTS = (
    "policy_decision_point", "access_evaluation_endpoint", "access_evaluations_endpoint", "search_subject_endpoint",
    "search_resource_endpoint", "search_action_endpoint",
)  # fmt: skip  # names of the standard
METADATA = {
    "type": "object",
    "required": list(ENDPOINTS),
    "properties": {name: {"type": "string", "format": "uri"} for name in ENDPOINTS},
}
KEYS = {"type": "object", "required": ["keys"], "properties": {"keys": {"type": "array", "items": {"type": "object"}}}}


def json_body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def asked(name: str, summary: str, description: str, body: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """An operation that a program asks with POST."""
    problems = {
        status: {"description": words, "content": {"application/problem+json": {"schema": PROBLEM_REF}}}
        for status, words in PROBLEMS.items()
    }
    return {
        "operationId": f"access_{name}",
        "summary": summary,
        "description": f"{description} (OpenID AuthZEN Authorization API 1.0). Unknown fields are ignored.\n\nScope: `check`.",
        "tags": ["access"],
        "security": [{"apiKey": []}],
        "requestBody": {"required": True, "content": json_body(body)},
        "responses": {"200": {"description": "The answer", "content": json_body(answer)}, **problems},
    }


def search(kind: str, summary: str, **parts: dict[str, Any]) -> dict[str, Any]:
    """A search, with the parts that it needs."""
    body = {"type": "object", "required": list(parts), "properties": {**parts, "context": SEARCH_CONTEXT, "page": PAGE}}
    found = {"type": "object", "required": ["next_token"], "properties": {"next_token": {"type": "string"}, "count": {"type": "integer"}}}
    result = NAMED if kind == "action" else ENTITY
    answer = {
        "type": "object",
        "required": ["results", "page"],
        "properties": {"results": {"type": "array", "items": result}, "page": found},
    }
    words = "Somebody or something unknown finds nothing; an empty `next_token` is the end"
    return asked(f"search_{kind}", summary, words, body, answer)


def public(name: str, summary: str, kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A document that anybody may read."""
    return {
        "operationId": name,
        "summary": summary,
        "description": f"{summary}. Public.",
        "tags": ["access"],
        "security": [],
        "responses": {"200": {"description": summary, "content": {kind: {"schema": schema}}}},
    }


def operations() -> dict[str, dict[str, Any]]:
    """The plain views: address, method and what it does."""
    many = {"type": "object", "required": ["evaluations"], "properties": {"evaluations": {"type": "array", "items": ANSWER}}}
    return {
        "/access/v1/evaluation": {
            "post": asked("evaluation", "May this happen now?", "The consent check; a denial is 200", QUESTION, ANSWER)
        },
        "/access/v1/evaluations": {
            "post": asked("evaluations", "May these happen now?", "Up to 1,000 checks, answered from one moment", QUESTIONS, many)
        },
        "/access/v1/search/subject": {"post": search("subject", "Who allows this?", subject=TYPED, action=NAMED, resource=ENTITY)},
        "/access/v1/search/resource": {
            "post": search("resource", "What may be used for this?", subject=ENTITY, action=NAMED, resource=TYPED)
        },
        "/access/v1/search/action": {"post": search("action", "What does this person allow?", subject=ENTITY, resource=ENTITY)},
        "/.well-known/authzen-configuration": {
            "get": public("authzen_configuration", "Metadata of the AuthZEN decision point", "application/json", METADATA)
        },
        "/.well-known/jwks.json": {
            "get": public("decision_keys", "Keys that verify decision tokens and snapshots (RFC 7517)", "application/jwk-set+json", KEYS)
        },
    }


def add_plain_views(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing hook of drf-spectacular (`POSTPROCESSING_HOOKS`)."""
    result["paths"].update(operations())
    result["paths"] = dict(sorted(result["paths"].items()))
    return result
