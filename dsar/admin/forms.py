"""The inputs of a decision: always a reason."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.subjects.actions.know import MAX_REFERENCE
from dsar.actions.decide import MIN_REASON
from dsar.rules.grounds import GROUNDS, Ground


class ReasonForm(forms.Form):
    """Why. Kept in the history and the ledger."""

    reason = forms.CharField(
        min_length=MIN_REASON,
        max_length=100,
        label=_("Reason"),
        help_text=_("Kept for years. No names, no addresses."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, law: str = "", **kwargs: Any) -> None:
        """`law` is the code of the law of the request; grounds cite its rules and no other's."""
        super().__init__(*args, **kwargs)
        self.law = law


class VerifyForm(ReasonForm):
    """Accept the claimed reference, or name the record that is meant."""

    subject_reference = forms.CharField(
        required=False,
        max_length=MAX_REFERENCE,
        strip=False,
        label=_("Reference of another record"),
        help_text=_("Only if the person meant another record. Empty: the reference they gave."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("subject_reference", "reason")


class RefuseForm(ReasonForm):
    """On which grounds."""

    grounds = forms.ChoiceField(
        widget=forms.RadioSelect,
        label=_("Grounds"),
        help_text=_("The person reads these grounds in the mail, with how to complain."),
    )
    field_order = ("grounds", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = cast(forms.ChoiceField, self.fields["grounds"])
        offered.choices = [(key, self.said(ground)) for key, ground in GROUNDS.items()]

    def said(self, ground: Ground) -> str:
        rule = ground.rule(self.law)
        return f"{ground.label} ({rule})" if rule else ground.label
