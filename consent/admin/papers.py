"""The officers' own pages about releases: add a paper, write down a withdrawal, download a paper. Each asks why, and acts by POST."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.audit.with_reason import officer
from compliance.core import clock
from compliance.core.errors import EffaceError
from consent.actions import withdraw
from consent.actions.paper import OnPaper, open_paper, record_paper
from consent.admin.forms import PaperForm, WhyForm, WithdrawForm
from consent.models import Paper, Release

if TYPE_CHECKING:
    Page = ModelAdmin[Any]

ADD = gettext_lazy("Add a release signed on paper")
EFFECT = gettext_lazy("The release counts at once. The paper is kept sealed under the person’s key; the ledger says who added it.")
TAKEN_BACK = gettext_lazy("This ends the release at once, for good. What nothing else keeps is destroyed, and the person gets a receipt.")
OPENED = gettext_lazy("The file comes as a download, never inside a page. That you opened it goes into the ledger.")


def link(paper: Paper) -> SafeString:
    """The way to a paper's own page, with what it is."""
    return format_html(
        '<a href="{}">{}</a>', reverse("admin:consent_paper_change", args=[paper.pk]), paper.what or paper.get_kind_display()
    )


def add_paper(request: HttpRequest, page: "Page") -> HttpResponse:
    _allowed(request, "consent.record_release")
    form = PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and (release := _recorded(request, form)):
        messages.success(request, _("The release is stored, and the paper with it."))
        return redirect("admin:consent_release_change", release.pk)
    return _page(request, page, form, title=ADD, effect=EFFECT, button=_("Add this release"), multipart=True)


def withdraw_release(request: HttpRequest, key: UUID, page: "Page") -> HttpResponse:
    _allowed(request, "consent.record_release")
    release = get_object_or_404(Release, pk=key)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        how = f"{form.cleaned_data['channel']}: {form.cleaned_data['reason']}"
        taken = withdraw(
            subject_id=release.subject_id, purpose=release.purpose, piece=release.piece, actor=officer(request), at=clock.now(), how=how
        )
        messages.success(request, _("The release has ended.") if taken.withdrawn else _("It had ended before. Nothing was changed."))
        return redirect("admin:consent_release_change", release.pk)
    return _page(request, page, form, title=_("Write down that it was taken back"), effect=TAKEN_BACK, button=_("End this release"))


def download(request: HttpRequest, key: UUID, page: "Page") -> HttpResponse:
    _allowed(request, "consent.view_paper")
    paper = get_object_or_404(Paper, pk=key)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            content = open_paper(paper=paper, reason=form.cleaned_data["reason"], actor=officer(request), at=clock.now())
        except EffaceError as error:
            form.add_error(None, error.detail)
        else:
            return as_download(paper, content)
    return _page(request, page, form, title=_("Download a paper"), effect=OPENED, button=_("Download"))


def as_download(paper: Paper, content: bytes) -> HttpResponse:
    """A stranger's file, as bytes to be saved: no browser draws it, guesses its kind, or gives it our address to run at."""
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{paper.kind}-{paper.pk}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    # Instead of the policy of our pages: whatever opens it has no origin, no script and no form.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _recorded(request: HttpRequest, form: PaperForm) -> Release | None:
    """Store it; what the action refuses becomes an error of its field."""
    data = form.cleaned_data
    paper = OnPaper(
        notice_id=data["notice"].pk,
        role=data["role"],
        name=data["name"],
        signed_on=data["signed_on"],
        content=data["content"].read(),
        piece=data["piece"],
        authority=data["authority"].read() if data["authority"] else b"",
        authority_what=data["authority_what"],
        authority_ends=data["authority_ends"],
    )
    try:
        return record_paper(
            reference=data["reference"],
            paper=paper,
            reason=data["reason"],
            actor=officer(request),
            at=clock.now(),
            make_record=data["make_record"],
        )
    except EffaceError as error:
        for wrong in error.errors:
            name = wrong.pointer.strip("/")
            form.add_error(name if name in form.fields else None, wrong.detail)
        if not error.errors:
            form.add_error(None, error.detail)
    return None


def _allowed(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _page(request: HttpRequest, page: "Page", form: forms.Form, **context: Any) -> HttpResponse:
    """One of our own pages in the admin's frame: what will happen, the questions, one button."""
    around = {**page.admin_site.each_context(request), "opts": page.model._meta, "form": form}
    return TemplateResponse(request, "admin/access/act.html", {**around, **context}, status=422 if form.errors else 200)
