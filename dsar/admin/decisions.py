"""The pages that decide: each says what will happen and how much of it, asks for a reason, and does it by POST."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from compliance.audit.with_reason import officer as actor_of_officer
from compliance.core import clock
from compliance.core.errors import EffaceError
from dsar import actions
from dsar.admin.forms import ReasonForm, RefuseForm, VerifyForm
from dsar.models import Request
from dsar.queries.officer import live_count
from dsar.rules.arrows import ARROWS

if TYPE_CHECKING:
    from dsar.admin.requests import RequestAdmin

State = Request.State
gate = require_http_methods(["GET", "HEAD", "POST"])


@gate
def verify(http: HttpRequest, key: UUID, model_admin: "RequestAdmin") -> HttpResponse:
    effect = _("You state that the person who asks is the person the record is about. The request is then ready to decide.")
    return decide(
        http,
        key,
        model_admin,
        VerifyForm,
        actions.verify,
        to=State.DECIDING,
        title=_("Accept the identity"),
        effect=effect,
        done=_("Identity accepted."),
    )


@gate
def approve(http: HttpRequest, key: UUID, model_admin: "RequestAdmin") -> HttpResponse:
    found = get_object_or_404(Request, pk=key)
    count = live_count(found)
    effect = ngettext(
        "This destroys %(count)d registered artifact, and whatever else the connected systems hold of this person. "
        "Every release ends, and the consent check denies at once. It cannot be undone.",
        "This destroys %(count)d registered artifacts, and whatever else the connected systems hold of this person. "
        "Every release ends, and the consent check denies at once. It cannot be undone.",
        count,
    ) % {"count": count}
    return decide(
        http,
        key,
        model_admin,
        ReasonForm,
        actions.approve,
        to=State.RUNNING,
        title=_("Approve and destroy"),
        effect=effect,
        done=_("Approved. Destruction is ordered."),
    )


@gate
def refuse(http: HttpRequest, key: UUID, model_admin: "RequestAdmin") -> HttpResponse:
    effect = _(
        "Nothing is destroyed. The person gets a mail with your grounds and how to complain. It cannot be undone; they can ask again."
    )
    return decide(
        http,
        key,
        model_admin,
        RefuseForm,
        actions.refuse,
        to=State.REFUSED,
        title=_("Refuse"),
        effect=effect,
        done=_("Refused. The mail is on its way."),
    )


def decide(
    http: HttpRequest,
    key: UUID,
    model_admin: "RequestAdmin",
    form_class: type[ReasonForm],
    act: Callable[..., Request],
    *,
    to: Request.State,
    title: str,
    effect: str,
    done: str,
) -> HttpResponse:
    """Show the form, or do it and go back to the request. Raises `PermissionDenied` without the right to decide.

    No form is shown for a decision that leads nowhere in the present state; one sent from an old page is refused by the action.
    """
    if not http.user.has_perm("dsar.decide_request"):
        raise PermissionDenied
    found = get_object_or_404(Request, pk=key)
    if http.method != "POST" and to not in ARROWS[State(found.state)]:
        state = found.get_state_display()
        messages.warning(http, _("This request is “%(state)s”. That decision is not possible now; nothing was changed.") % {"state": state})
        return redirect("admin:dsar_request_change", found.pk)
    form = form_class(http.POST or None, law=found.law)
    if http.method == "POST" and form.is_valid() and carried_out(http, form, act, found):
        messages.success(http, done)
        return redirect("admin:dsar_request_change", found.pk)
    response = model_admin.page(http, "decide", found, title=title, effect=effect, form=form, button=title)
    response.status_code = 422 if form.errors else 200
    return response


def carried_out(http: HttpRequest, form: ReasonForm, act: Callable[..., Request], found: Request) -> bool:
    """Do it; what the action refuses becomes an error of the form."""
    try:
        act(request_id=found.pk, actor=actor_of_officer(http), at=clock.now(), **form.cleaned_data)
    except EffaceError as error:
        form.add_error(None, error.detail)
        return False
    return True
