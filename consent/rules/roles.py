"""Who may sign a release for whom: the age on record, the profile's rule for minors, and what each role must show."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from compliance.core.errors import Conflict, FieldError, Invalid
from consent.models import Release

SELF, PARENT, GUARDIAN, REPRESENTATIVE = (role.value for role in Release.SignerRole)
PROXIES = frozenset({PARENT, GUARDIAN, REPRESENTATIVE})
# People whose help is welcome for requests, and who can never sign: 740 ILCS 14/15(b)(3) wants the subject or their
# legally authorized representative; 11 CCR 7063 lets an agent make requests and no more.
AGENTS = frozenset({"agent", "authorized_agent"})
# (age on record, the profile's `minors`) -> who may sign. C9.
SIGNERS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("minor", "deny"): (),
    ("minor", "guardian"): (PARENT, GUARDIAN),
    ("adult", "deny"): (SELF, GUARDIAN, REPRESENTATIVE),
    ("adult", "guardian"): (SELF, GUARDIAN, REPRESENTATIVE),
    # No law we hold a row for asks a product to find out an age. The text says that a minor may not sign.
    ("unknown", "deny"): (SELF, GUARDIAN, REPRESENTATIVE),
    ("unknown", "guardian"): (SELF, PARENT, GUARDIAN, REPRESENTATIVE),
}


class MinorCannotSign(Conflict):
    """The person is a minor and the profile lets nobody sign for one, or not in this role."""

    code = "minor"


def signers(age: str, minors: str) -> tuple[str, ...]:
    """Who may sign for a person of this age under this rule; an unknown word in either is the strictest."""
    return SIGNERS.get((age, minors), SIGNERS["minor", "deny"])


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
        raise MinorCannotSign(_("This service is for adults. Nobody can sign for a person under age here."))
    if age == "minor":
        raise MinorCannotSign(_("A person under age cannot sign. A parent or a guardian must sign for them."))
    raise MinorCannotSign(_("A parent signs for a person under age only. Choose another role."))
