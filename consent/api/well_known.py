"""What anybody may read: where to ask, and the keys that verify decisions and snapshots offline."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from compliance.access.api.problems import Problem
from compliance.access.middleware import problem_response
from compliance.evidence.token_keys import KeyMissing
from consent.actions.tokens import public_keys

ENDPOINTS = {
    "access_evaluation_endpoint": "evaluation",
    "access_evaluations_endpoint": "evaluations",
    "search_subject_endpoint": "search/subject",
    "search_resource_endpoint": "search/resource",
    "search_action_endpoint": "search/action",
}
# A verifier that meets a key it does not know asks again at once; one that knows it may keep it this long.
KEEP = "public, max-age=300"


@csrf_exempt
@require_safe
def configuration(_request: HttpRequest) -> HttpResponse:
    """`GET /.well-known/authzen-configuration`."""
    places = {name: f"{settings.BASE_URL}/access/v1/{path}" for name, path in ENDPOINTS.items()}
    return JsonResponse({"policy_decision_point": settings.BASE_URL, **places})


@csrf_exempt
@require_safe
def jwks(_request: HttpRequest) -> HttpResponse:
    """`GET /.well-known/jwks.json`: every key that ever signed, newest first (RFC 7517)."""
    try:
        keys = public_keys()
    except KeyMissing:
        return problem_response(Problem(503, "unavailable", "There is no key", "An officer must run: manage.py make_keys."))
    response = JsonResponse(keys, content_type="application/jwk-set+json")
    response["Cache-Control"] = KEEP
    return response
