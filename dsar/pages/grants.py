"""Which requests this browser session may see: granted by a used link or by the status code."""

from django.http import HttpRequest

from dsar.models import Request

SEES = "dsar_sees"
FRESH = "dsar_fresh"
# Enough for a family at one table; the oldest drops out.
KEPT = 5


def grant(http: HttpRequest, request: Request, *, fresh: bool = False) -> None:
    """Let this session see a request, under a new session id. `fresh`: the status code is shown on the next page, once."""
    http.session.cycle_key()
    seen = [key for key in http.session.get(SEES, []) if key != str(request.pk)]
    http.session[SEES] = [*seen, str(request.pk)][-KEPT:]
    if fresh:
        http.session[FRESH] = str(request.pk)


def granted(http: HttpRequest, code: str) -> Request | None:
    """The request with this code, if this session may see it."""
    request = Request.objects.select_related("order", "requester").filter(code=code).first()
    return request if request and str(request.pk) in http.session.get(SEES, []) else None


def take_fresh(http: HttpRequest, request: Request) -> bool:
    """Whether the status code is still to be shown; true once."""
    if http.session.get(FRESH) != str(request.pk):
        return False
    del http.session[FRESH]
    return True
