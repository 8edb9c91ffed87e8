"""Global Privacy Control: `Sec-GPC: 1` is heard, noted for the person, and kept to.

It opts out of sale and sharing (Cal. Civ. Code 1798.135; 11 CCR 7025; C.R.S. 6-1-1306(1)(a)(IV)). It is no request to delete.
Sale does not exist here; what could be shared is asked for one party or piece at a time, and a page with the signal asks neither.
"""

from datetime import datetime

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from compliance.core.actor import PERSON
from compliance.subjects.actions.gpc import note_gpc
from compliance.subjects.models import Subject

# The day on which this service began to honour the signal.
LAST_UPDATE = "2026-11-20"


def sent(request: HttpRequest) -> bool:
    """Whether the browser sends the signal: exactly `1`; anything else is no signal."""
    return bool(request.META.get("HTTP_SEC_GPC") == "1")


def note(request: HttpRequest, subject: Subject, at: datetime) -> bool:
    """Note the signal of a known person whose page is opened with it, once; returns whether it holds for them, from now or before."""
    if sent(request) and subject.gpc_at is None:
        note_gpc(subject_id=subject.pk, actor=PERSON, at=at)
        return True
    return sent(request) or subject.gpc_at is not None


@require_safe
def well_known(_request: HttpRequest) -> JsonResponse:
    """`/.well-known/gpc.json`: that this site keeps to the signal."""
    response = JsonResponse({"gpc": True, "lastUpdate": LAST_UPDATE})
    response["Cache-Control"] = "public, max-age=86400"
    return response
