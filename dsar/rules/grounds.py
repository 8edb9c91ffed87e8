"""On which grounds a request may be refused: a closed list, each with the words the person reads and its source (law/rules C5)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Ground:
    """`words` is what the person reads, `source` the provision."""

    label: str
    words: "StrPromise"
    source: str


# Also what the service itself says when the link of the mail ended unused.
NOT_CONFIRMED = "not_confirmed"

GROUNDS: dict[str, Ground] = {
    "not_verified": Ground(
        "We could not verify who asks",
        _("We could not be sure that the person who asked is the person the data is about. To be safe, we deleted nothing."),
        "GDPR 12(6); 11 CCR 7022(a), 7060",
    ),
    NOT_CONFIRMED: Ground(
        "Nobody used the link in the mail",
        _("Nobody used the link in our mail, so we could not be sure that you asked. You can ask again at any time."),
        "11 CCR 7020(d)",
    ),
    "legal_duty": Ground(
        "A law obliges us to keep it",
        _("A law tells us to keep this data for now. We use it for nothing else."),
        "GDPR 17(3)(b); Cal. Civ. Code 1798.105(d)",
    ),
    "legal_claims": Ground(
        "It is needed for a legal claim",
        _("The data is needed for a legal claim. We use it for nothing else, and delete it when the claim has ended."),
        "GDPR 17(3)(e)",
    ),
    "unfounded": Ground(
        "The request is clearly unfounded or excessive",
        _("We find that this request has no basis, or repeats one that we have answered."),
        "GDPR 12(5)(b); Cal. Civ. Code 1798.145(h)(3)",
    ),
}
