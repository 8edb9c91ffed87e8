"""Who may sign a release for whom, by `consent.rules.decisions.SIGNERS`, and why somebody may not."""

from django.utils.translation import gettext as _

from compliance.core.errors import Conflict, FieldError, Invalid
from consent.models import Release
from consent.rules.decisions import SIGNERS

SELF, PARENT, GUARDIAN, REPRESENTATIVE = (role.value for role in Release.SignerRole)
PROXIES = frozenset({PARENT, GUARDIAN, REPRESENTATIVE})
# People whose help is welcome for requests, and who can never sign: 740 ILCS 14/15(b)(3) wants the subject or their
# legally authorized representative; 11 CCR 7063 lets an agent make requests and no more.
AGENTS = frozenset({"agent", "authorized_agent"})


class MinorCannotSign(Conflict):
    """The person is a minor and the profile lets nobody sign for one, or not in this role."""

    code = "minor"


def signers(age: str, minors: str) -> tuple[str, ...]:
    """Who may sign for a person of this age under this rule, in the order of a page; nobody under an unknown word in either."""
    allowed = SIGNERS.get((age, minors), frozenset())
    return tuple(role for role in Release.SignerRole.values if role in allowed)


def check(role: str, *, age: str, minors: str) -> None:
    """Raise `Invalid` for a role that can never sign, `MinorCannotSign` for one that may not sign for this person."""
    if role in AGENTS:
        raise Invalid(
            _("An agent cannot sign a release."),
            [
                FieldError(
                    "/role",
                    _(
                        "The law asks for the person or a legally authorized representative (740 ILCS 14/15(b)). "
                        "An agent may help with requests. Let the person sign."
                    ),
                )
            ],
        )
    if role not in Release.SignerRole.values:
        raise Invalid(
            _("This role cannot sign."), [FieldError("/role", _("Choose one of: %(roles)s") % {"roles": ", ".join((SELF, *PROXIES))})]
        )
    allowed = signers(age, minors)
    if role in allowed:
        return
    if not allowed:
        raise _refusal(_("This service is for adults. Nobody can sign for a person under age here."))
    if age == "minor":
        raise _refusal(_("A person under age cannot sign. A parent or a guardian must sign for them."))
    raise _refusal(_("A parent signs for a person under age only. Choose another role."))


def _refusal(why: str) -> MinorCannotSign:
    return MinorCannotSign(why, [FieldError("/role", why)])
