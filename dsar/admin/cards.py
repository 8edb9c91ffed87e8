"""What the first page of the admin says about requests."""

from django.utils.translation import gettext_lazy as _

from compliance.access.admin_site import ENOUGH, Card
from dsar.admin.filters import late, soon
from dsar.models import Request

LIST = "admin:dsar_request_changelist"
MAY = "dsar.view_request"
State = Request.State


def waiting(state: State) -> int:
    return Request.objects.filter(state=state)[: ENOUGH + 1].count()


CARDS = (
    Card(
        _("Requests that are late"),
        MAY,
        lambda at: late(Request.objects.all(), at.date())[: ENOUGH + 1].count(),
        LIST,
        lambda _at: "?clock=late",
        True,
    ),
    Card(
        _("Requests due within 3 days"),
        MAY,
        lambda at: soon(Request.objects.all(), at.date())[: ENOUGH + 1].count(),
        LIST,
        lambda _at: "?clock=soon",
    ),
    Card(_("Requests ready to decide"), MAY, lambda _at: waiting(State.DECIDING), LIST, lambda _at: f"?state__exact={State.DECIDING}"),
    Card(_("Requests to verify"), MAY, lambda _at: waiting(State.VERIFYING), LIST, lambda _at: f"?state__exact={State.VERIFYING}"),
)
