"""On which grounds a request may be refused: a closed list, each with the words the person reads and its rules (law/rules C5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Ground:
    """`words` is what the person reads, `rules` the provision by the code of the law it stands in."""

    label: str
    words: "StrPromise"
    rules: Mapping[str, str] = field(default_factory=dict)

    def rule(self, law: str) -> str:
        """The provision of the request's own law; empty where we hold none: no other law is cited to that person."""
        return self.rules.get(law, "")


# Also what the service itself says when the link of the mail ended unused.
NOT_CONFIRMED = "not_confirmed"
NO_RECORD = "no_record"

GROUNDS: dict[str, Ground] = {
    "not_verified": Ground(
        "We could not verify who asks",
        _("We could not be sure that the person who asked is the person the data is about. To be safe, we deleted nothing."),
        {"GDPR_EU": "GDPR 12(6)", "UK_GDPR": "UK GDPR 12(6)", "CCPA": "11 CCR 7022(a), 7060"},
    ),
    NO_RECORD: Ground(
        "No record under this reference",
        _("We hold nothing under this reference. Check it in the product; with another reference you can ask again at any time."),
    ),
    NOT_CONFIRMED: Ground(
        "Nobody used the link in the mail",
        _("Nobody used the link in our mail, so we could not be sure that you asked. You can ask again at any time."),
        {"CCPA": "11 CCR 7020(d)"},
    ),
    "legal_duty": Ground(
        "A law obliges us to keep it",
        _("A law tells us to keep this data for now. We use it for nothing else."),
        {"GDPR_EU": "GDPR 17(3)(b)", "UK_GDPR": "UK GDPR 17(3)(b)", "CCPA": "Cal. Civ. Code 1798.105(d)"},
    ),
    "legal_claims": Ground(
        "It is needed for a legal claim",
        _("The data is needed for a legal claim. We use it for nothing else, and delete it when the claim has ended."),
        {"GDPR_EU": "GDPR 17(3)(e)", "UK_GDPR": "UK GDPR 17(3)(e)"},
    ),
    "unfounded": Ground(
        "The request is clearly unfounded or excessive",
        _("We find that this request has no basis, or repeats one that we have answered."),
        {"GDPR_EU": "GDPR 12(5)(b)", "UK_GDPR": "UK GDPR 12(5)(b)", "CCPA": "Cal. Civ. Code 1798.145(h)(3)"},
    ),
}
