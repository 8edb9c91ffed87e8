"""The officers' own pages about training: the ledger, one person, and the form that records what became of a withdrawal."""

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.audit.with_reason import officer, reason_field
from compliance.core import clock
from compliance.core.errors import EffaceError
from consent.actions.remediation import Claim, remediate
from consent.models import ModelVersion, Release, Remediation
from consent.queries.ledger import PAGE, Place, optins, person_behind, withdrawals
from consent.queries.training import report_section, training_of
from consent.queries.uses import basis, uses_of

if TYPE_CHECKING:
    Page = ModelAdmin[Any]

USES = 100
ATTESTED = gettext_lazy("For approximate unlearning: all three are needed, and all three are printed wherever it is named.")


class RemediationForm(forms.Form):
    """What became of it, and why the officer writes it down."""

    state = forms.ChoiceField(
        choices=Remediation.RemediationState.choices, widget=forms.RadioSelect, label=gettext_lazy("What became of it in this model")
    )
    method = forms.CharField(max_length=200, required=False, label=gettext_lazy("Method"), help_text=ATTESTED)
    metric = forms.CharField(max_length=200, required=False, label=gettext_lazy("Metric and its result"))
    attested_by = forms.CharField(max_length=200, required=False, label=gettext_lazy("Who attests it"))
    reason = reason_field()


def ledger(request: HttpRequest, page: "Page") -> HttpResponse:
    """Opt-ins or withdrawals, the newest first, with the models that saw each."""
    _look(request)
    if "number" in request.GET:
        return _found(request)
    at, after = clock.now(), _place(request.GET.get("after", ""))
    ended = request.GET.get("what") != "optins"
    rows = withdrawals(after, at) if ended else optins(after, at)
    last = rows[-1].release if len(rows) == PAGE else None
    moment = (last.ended_at if ended else last.signed_at) if last else None
    older = f"{moment.isoformat()}/{last.pk}" if last and moment else ""
    return _page(request, page, "ledger", title=_("Training ledger"), rows=rows, ended=ended, older=older)


def person(request: HttpRequest, page: "Page", number: UUID) -> HttpResponse:
    """Everything about training, uses and disclosures of one person, by their number or that of one of their releases."""
    _look(request)
    subject = person_behind(number)
    if subject is None:
        raise Http404
    at = clock.now()
    told = training_of(subject, at)
    around = {
        "told": told,
        "uses": [(use, basis(use)) for use in uses_of(subject)[:USES]],
        "may_record": request.user.has_perm("consent.add_remediation"),
        "shown": USES,
        "section": json.dumps(report_section(subject, at), ensure_ascii=False, indent=2),
    }
    return _page(request, page, "person", title=_("Training: one person"), **around)


def record(request: HttpRequest, page: "Page", model_id: UUID, release_id: UUID) -> HttpResponse:
    """The form of one ended opt-in in one model."""
    if not request.user.has_perm("consent.add_remediation"):
        raise PermissionDenied
    model, release = get_object_or_404(ModelVersion, pk=model_id), get_object_or_404(Release, pk=release_id)
    form = RemediationForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _recorded(request, form, model, release):
        messages.success(request, _("Recorded. The newest record holds."))
        return redirect("admin:consent_training_person", release.subject_id)
    effect = _("This is what the person, and everybody who asks, is told about the model “%(model)s”. It stays in the ledger.")
    title, button = _("Record what became of it"), _("Record")
    return _page(request, page, "record", title=title, form=form, effect=effect % {"model": model}, button=button, release=release)


def _recorded(request: HttpRequest, form: RemediationForm, model: ModelVersion, release: Release) -> bool:
    """Do it; or put what is wrong beside its field."""
    given = form.cleaned_data
    claim = Claim(given["state"], given["method"], given["metric"], given["attested_by"])
    try:
        remediate(model=model, releases=[release], claim=claim, actor=officer(request), at=clock.now(), reason=given["reason"])
    except EffaceError as error:
        form.add_error(None, error.detail)
        for one in error.errors:
            name = one.pointer.strip("/")
            if name in form.fields:
                form.add_error(name, one.detail)
        return False
    return True


def _found(request: HttpRequest) -> HttpResponse:
    """From a number in the search box to the person's page. Numbers are random: an address may hold them."""
    try:
        subject = person_behind(UUID(request.GET["number"].strip()))
    except ValueError:
        subject = None
    if subject is None:
        messages.warning(request, _("There is no person and no release with this number."))
        return redirect(reverse("admin:consent_training"))
    return redirect("admin:consent_training_person", subject)


def _place(text: str) -> Place | None:
    """Where the page before ended, as its link names it; None, the newest page, for anything else."""
    moment, _slash, number = text.partition("/")
    try:
        found, release = parse_datetime(moment), UUID(number)
    except ValueError:
        return None
    return (found, release) if found and found.tzinfo else None


def _look(request: HttpRequest) -> None:
    if not request.user.has_perm("consent.view_remediation") or request.method not in {"GET", "HEAD"}:
        raise PermissionDenied


def _page(request: HttpRequest, page: "Page", name: str, **context: Any) -> HttpResponse:
    around = {**page.admin_site.each_context(request), "opts": page.model._meta}
    return TemplateResponse(request, f"admin/consent/training/{name}.html", {**around, **context})
