"""The fields that calls about consent share. A purpose is one text everywhere: there is no list of them in any call."""

from typing import Any

from django.core.validators import RegexValidator

from compliance.access.api.serializers import StrictCharField
from consent.models import GRANTABLE


class PurposeField(StrictCharField):
    """One purpose: `face_scan`, `marketing`, `disclose:<party>`, … Two never fit, and a sale has no word."""

    def __init__(self, **options: Any) -> None:
        words = "There is no such purpose. A release is for one of: face_scan, regenerate, match, train_personal_model, "
        words += "train_shared_model, quality, benchmark, marketing, disclose:<party>."
        super().__init__(max_length=60, validators=[RegexValidator(GRANTABLE, words)], **options)


class PieceField(StrictCharField):
    """The one piece of marketing that a release names."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=200, required=False, help_text="For marketing: the one piece the person is asked for", **options)
