"""The public forms: two inputs that are needed, one that helps, one that only programs fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.subjects.actions.know import MAX_REFERENCE
from dsar.rules import places
from dsar.rules.mailboxes import plain


class DescribedForm(forms.Form):
    """Links each input to its hint and its error, for screen readers."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            parts = [f"{name}-hint"] if field.help_text else []
            if self.is_bound and name in self.errors:
                parts.append(f"{name}-error")
                field.widget.attrs["aria-invalid"] = "true"
            if parts:
                field.widget.attrs["aria-describedby"] = " ".join(parts)


class PublicForm(DescribedForm):
    """What every public form asks: where the answer goes, and where the person lives."""

    email = forms.EmailField(
        max_length=254,
        label=_("Your e-mail address"),
        help_text=_("We send one link to it, so that nobody else can ask in your name."),
        error_messages={
            "required": _("Enter your e-mail address."),
            "invalid": _("Enter an e-mail address such as name@example.com."),
            "max_length": _("An e-mail address has 254 characters at most."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    residence = forms.ChoiceField(
        required=False,
        choices=places.choices,
        label=_("Where you live (you may skip this)"),
        help_text=_("The law there sets our deadline. If you skip it, the shortest one counts."),
        widget=forms.Select(attrs={"autocomplete": "off"}),
    )
    website = forms.CharField(
        required=False, label=_("Leave this empty"), widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"})
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if not plain(email):
            raise forms.ValidationError(_("We cannot send mail to an address in this form. Enter one such as name@example.com."))
        return email


class DeleteForm(PublicForm):
    """Delete everything."""

    field_order = ("reference", "email", "residence", "website")
    reference = forms.CharField(
        max_length=MAX_REFERENCE,
        label=_("Your reference"),
        help_text=_("Your user name or customer number, as the product shows it."),
        error_messages={
            "required": _("Enter your reference."),
            "max_length": _("A reference has 200 characters at most."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )


class DepictedForm(PublicForm):
    """Somebody else uploaded the picture. Where it was seen may be left out; a face is never asked for."""

    field_order = ("email", "where", "residence", "website")
    where = forms.CharField(
        required=False,
        max_length=2000,
        label=_("Where you saw it (you may skip this)"),
        help_text=_("The address of the page or picture, or its number there. It helps us to find it."),
        error_messages={"max_length": _("This address is too long. 2,000 characters at most.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )


class StatusForm(DescribedForm):
    """Reference and status code."""

    code = forms.CharField(
        max_length=60,
        label=_("Reference"),
        help_text=_("It starts with EF and stands in our mail."),
        error_messages={"required": _("Enter the reference from our mail."), "max_length": _("This reference is too long.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    status_code = forms.CharField(
        max_length=60,
        label=_("Status code"),
        help_text=_("We showed it once, and sent it in the mail that says we received your request."),
        error_messages={"required": _("Enter your status code."), "max_length": _("This status code is too long.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
