"""What officers are asked for: a paper that came in, a word that came by phone, and always why."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.audit.with_reason import reason_field
from compliance.subjects.actions.know import MAX_REFERENCE
from consent.actions.authority import LONGEST_WHAT
from consent.models import Notice, Release
from consent.rules.signing import LONGEST_NAME

PDF = forms.FileInput(attrs={"accept": "application/pdf,.pdf"})


class WhyForm(forms.Form):
    """Why, and nothing else."""

    reason = reason_field()


class WithdrawForm(forms.Form):
    """How the person's word came, and why an officer writes it down."""

    channel = forms.ChoiceField(
        label=_("How it came"),
        choices=[("phone", _("by phone")), ("letter", _("by letter")), ("mail", _("by e-mail")), ("person", _("in person"))],
    )
    reason = reason_field()


class NoticeChoice(forms.ModelChoiceField[Notice]):
    def label_from_instance(self, obj: Notice) -> str:
        return f"{obj.purpose} · {obj.locale} · {_('version')} {obj.version} · {obj.published_at:%Y-%m-%d}"


class PaperForm(forms.Form):
    """What stands on a paper. The person's reference travels in the body, never in an address."""

    reference = forms.CharField(
        label=_("Reference of the person"),
        max_length=MAX_REFERENCE,
        strip=False,
        help_text=_("As the connected system writes it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    make_record = forms.BooleanField(
        label=_("Make a record for this reference"),
        required=False,
        help_text=_("Only for a person whom no system has told us of yet. Check the reference twice: it makes a new person."),
    )
    notice = NoticeChoice(
        label=_("Text on the paper"), queryset=Notice.objects.none(), help_text=_("Purpose, language and version: one purpose a paper.")
    )
    piece = forms.CharField(
        label=_("Piece"), max_length=200, required=False, help_text=_("Only for marketing: the one piece that the paper names.")
    )
    role = forms.ChoiceField(label=_("Who signed"), choices=Release.SignerRole.choices, help_text=_("An agent for requests cannot sign."))
    name = forms.CharField(label=_("Name of who signed"), max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    signed_on = forms.DateField(label=_("Signed on"), widget=forms.DateInput(attrs={"type": "date"}))
    content = forms.FileField(
        label=_("The paper"), help_text=_("A PDF of 5 MB at most. It is kept sealed, and never shown inside this page."), widget=PDF
    )
    authority = forms.FileField(
        label=_("Authority to sign"),
        required=False,
        help_text=_("For a parent, guardian or representative: a PDF of the paper that says so."),
        widget=PDF,
    )
    authority_what = forms.CharField(
        label=_("What the authority is"), max_length=LONGEST_WHAT, required=False, help_text=_("Such as: birth certificate, court order.")
    )
    authority_ends = forms.DateField(label=_("Last day of the authority"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    confirmed = forms.BooleanField(
        label=_("I have read the paper: it holds this text, this purpose alone, and the signature of this person."),
    )
    reason = reason_field()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        cast(NoticeChoice, self.fields["notice"]).queryset = Notice.objects.order_by("purpose", "locale", "-version")
