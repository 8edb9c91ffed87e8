"""Forms of the admin's pages for webhooks."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compliance.audit.with_reason import reason_field
from compliance.core.errors import Invalid
from compliance.delivery.events import EVENTS
from compliance.delivery.guard import check
from compliance.delivery.models import Endpoint

OVERLAPS = [
    ("24", _("1 day: time to bring the new secret to the receiver")),
    ("168", _("7 days")),
    ("0", _("not at all: somebody else knows it")),
]


class WhyForm(forms.Form):
    """Why; it is kept in the history."""

    reason = reason_field()


class EndpointForm(WhyForm):
    """A new endpoint."""

    url = forms.CharField(
        label=_("Address"),
        max_length=300,
        help_text=_("Such as https://scan.example.com/hooks/efface. Changes are sent there with POST."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    events = forms.MultipleChoiceField(
        label=_("What it hears of"),
        choices=[(name, f"{words} ({name})") for name, words in EVENTS.items()],
        initial=list(EVENTS),
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ("url", "events", "reason")

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            check(url)
        except Invalid as error:
            raise ValidationError(error.detail) from None
        if Endpoint.objects.filter(url=url).exists():
            raise ValidationError(_("There is an endpoint with this address. Change that one."))
        return url


class SecretForm(WhyForm):
    """A new secret, and how long the one before still signs beside it."""

    overlap = forms.ChoiceField(label=_("The secret before still signs for"), choices=OVERLAPS, initial="24")
    field_order = ("overlap", "reason")

    @property
    def lasts(self) -> timedelta:
        return timedelta(hours=int(self.cleaned_data["overlap"]))
