"""The one error of this package."""

from compliance.core.errors import Invalid


class LawInputError(Invalid):
    """A fact, law, zone or request type that the tables cannot read. The message names it and says how to mend it."""

    code = "law-input"
    title = "A legal date cannot be worked out from this"
