"""Forms of the admin's pages for API clients and keys."""

from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.access.models import ApiClient, Scope

YEAR = 365
LIVES = [("90", _("90 days")), (str(YEAR), _("1 year")), ("", _("until it is revoked"))]


class ClientForm(forms.Form):
    """A new API client."""

    name = forms.CharField(max_length=100, label=_("Name"), help_text=_("What people call this program, such as “Scan service EU”."))
    system = forms.SlugField(
        max_length=60, label=_("System"), help_text=_("The short name of the connected system it speaks for, such as scan-eu.")
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if ApiClient.objects.filter(name=name).exists():
            raise forms.ValidationError(_("There is a client with this name. Choose another name."))
        return name


class KeyForm(forms.Form):
    """A new key for a client."""

    client = forms.ModelChoiceField(ApiClient.objects.order_by("name"), label=_("Client"))
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        label=_("What the key may do"),
        help_text=_("Choose as little as the program needs."),
    )
    lives = forms.ChoiceField(choices=LIVES, initial=str(YEAR), required=False, label=_("It works for"))

    def expires_at(self, at: datetime) -> datetime | None:
        days = self.cleaned_data["lives"]
        return at + timedelta(days=int(days)) if days else None


class ReasonForm(forms.Form):
    """Why; it is kept in the history."""

    reason = forms.CharField(max_length=100, label=_("Reason"), help_text=_("Kept in the history of this key."))
