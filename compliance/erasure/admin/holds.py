"""Holds in the admin: one officer proposes, another approves; the same to release. Each page says what will happen first."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from compliance.access.admin import ShownByActions
from compliance.access.admin_site import ENOUGH, Card, EffaceAdminSite
from compliance.artifacts.models import Artifact
from compliance.audit.look_only import LookOnly
from compliance.audit.with_reason import officer
from compliance.backend.models import System
from compliance.core import clock
from compliance.core.errors import EffaceError
from compliance.erasure.actions import holds as actions
from compliance.erasure.models import Hold

State = Hold.State
RIGHT = "erasure.place_hold"
MOST = 1000
LARGEST = 5_000_000
Act = Callable[..., Hold]


class HoldForm(forms.Form):
    """What a hold needs. The document is read for its fingerprint and not kept."""

    authority = forms.ChoiceField(choices=Hold.Authority, label=_("Authority"))
    reference = forms.CharField(
        max_length=200, label=_("Reference"), help_text=_("The file number of the court, the section of the law, or the matter. No names.")
    )
    document = forms.FileField(
        label=_("Document"), help_text=_("Only its fingerprint is kept here. File the document itself with counsel.")
    )
    owner = forms.CharField(max_length=200, label=_("Who answers for it"))
    review_on = forms.DateField(label=_("Look at it again on"), widget=forms.DateInput(attrs={"type": "date"}))
    secret = forms.BooleanField(required=False, label=_("The court forbids to tell the person"))
    why = forms.CharField(max_length=300, label=_("Why"))
    system = forms.ModelChoiceField(System.objects.order_by("slug"), label=_("System"))
    artifacts = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 6}), label=_("Artifacts"), help_text=_("The ids that the scan backend uses, one a line.")
    )

    def clean_document(self) -> str:
        """SHA-256 of the file."""
        given = self.cleaned_data["document"]
        if given.size > LARGEST:
            raise forms.ValidationError(_("The file may have 5 MB at most."))
        digest = hashlib.sha256()
        for part in given.chunks():
            digest.update(part)
        return digest.hexdigest()

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        ids = list(dict.fromkeys(found.get("artifacts", "").split()))
        if len(ids) > MOST:
            self.add_error("artifacts", _("At most 1,000 artifacts in one hold."))
            return found
        things = list(Artifact.objects.filter(system=getattr(found.get("system"), "pk", ""), external_id__in=ids))
        if unknown := set(ids) - {thing.external_id for thing in things}:
            self.add_error("artifacts", _("Not registered in this system: %(ids)s") % {"ids": ", ".join(sorted(unknown)[:10])})
        return {**found, "artifacts": things}


@admin.register(Hold)
class HoldAdmin(LookOnly, ShownByActions):
    list_display = ("reference", "authority", "state", "owner", "review_on", "proposed_by", "approved_by", "released_by")
    list_filter = ("state", "authority")
    ordering = ("-proposed_at",)
    fields = (
        ("authority", "reference", "state"), "document_sha256", ("owner", "review_on", "secret"), "why", "in_words", "kept",
        ("proposed_by", "proposed_at"), ("approved_by", "approved_at"), ("release_proposed_by", "released_by", "released_at"),
    )  # fmt: skip  # read by groups
    readonly_fields = ("in_words", "kept")
    change_form_template = "admin/erasure/hold/change_form.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(RIGHT)

    @admin.display(description=_("laws that know no such exception"))
    def in_words(self, hold: Hold) -> str:
        return "\n".join(hold.conflicts) or "–"

    @admin.display(description=_("artifacts"))
    def kept(self, hold: Hold) -> str:
        rows = hold.artifacts.order_by("system", "external_id")[: MOST + 1]
        return "\n".join(f"{row.system} {row.external_id} ({row.category})" for row in rows)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(f"<uuid:pk>/{verb}/", self.admin_site.admin_view(partial(self.act_view, verb=verb)), name=f"erasure_hold_{verb}")
            for verb in ACTS
        ]
        return [*own, *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        hold = Hold.objects.filter(pk=object_id).first() if _is_uuid(object_id) else None
        steps = [verb for verb, (_t, states, _e, _a) in ACTS.items() if hold and hold.state in states and request.user.has_perm(RIGHT)]
        context = {**(extra_context or {}), "steps": [(verb, ACTS[verb][0]) for verb in steps]}
        return super().change_view(request, object_id, form_url, context)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = HoldForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            facts = form.cleaned_data
            names = ("authority", "reference", "owner", "review_on", "secret", "why")
            ground = actions.Ground(document_sha256=facts["document"], **{name: facts[name] for name in names})
            try:
                hold = actions.propose_hold(ground=ground, artifacts=facts["artifacts"], actor=officer(request), at=clock.now())
            except EffaceError as error:
                form.add_error(None, " ".join([error.detail, *(part.detail for part in error.errors)]))
            else:
                messages.success(request, _("Proposed. A second officer must approve it; until then nothing is held."))
                return redirect("admin:erasure_hold_change", hold.pk)
        effect = _("Named artifacts will not be destroyed while it is in force. A second officer must approve it.")
        return self.page(request, str(_("Propose a hold")), form=form, button=_("Propose"), effect=effect, multipart=True)

    def act_view(self, request: HttpRequest, pk: UUID, *, verb: str) -> HttpResponse:
        """One step of a hold: says what it does and to how many artifacts, and does it by POST."""
        if not request.user.has_perm(RIGHT):
            raise PermissionDenied
        hold = get_object_or_404(Hold, pk=pk)
        title, _states, effect, act = ACTS[verb]
        if request.method == "POST":
            try:
                act(hold_id=pk, actor=officer(request), at=clock.now())
                messages.success(request, _("Done."))
            except EffaceError as error:
                messages.error(request, error.detail)
            return redirect("admin:erasure_hold_change", pk)
        words = str(effect) % {"count": hold.items.count()}
        return self.page(request, str(title), form=forms.Form(), button=title, effect=words)


# verb -> title, states in which it is possible, what it does, action
ACTS: dict[str, tuple[Any, tuple[str, ...], Any, Act]] = {
    "approve": (
        _("Approve this hold"),
        (State.PROPOSED,),
        _("%(count)d artifacts will not be destroyed from now on. What a system was already told to delete is not stopped."),
        actions.approve_hold,
    ),
    "reject": (
        _("Reject this hold"),
        (State.PROPOSED,),
        _("It never comes into force. %(count)d artifacts keep their dates."),
        actions.reject_hold,
    ),
    "propose_release": (
        _("Propose its release"),
        (State.ACTIVE, State.ESCALATED),
        _("It stays in force over %(count)d artifacts until a second officer releases it."),
        actions.propose_release,
    ),
    "release": (
        _("Release this hold"),
        (State.RELEASE_PROPOSED,),
        _("%(count)d artifacts are free again. What is past its date, or was asked to be deleted, is destroyed at once."),
        actions.release_hold,
    ),
}


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def waiting(_at: datetime) -> int:
    return Hold.objects.filter(state__in=[State.PROPOSED, State.ESCALATED, State.RELEASE_PROPOSED])[: ENOUGH + 1].count()


cast(EffaceAdminSite, admin.site).register_cards(
    [
        Card(
            title=_("Holds that wait for somebody"),
            permission="erasure.view_hold",
            count=waiting,
            page="admin:erasure_hold_changelist",
            filters=lambda _at: "?state__in=proposed,escalated,release_proposed",
        )
    ]
)
