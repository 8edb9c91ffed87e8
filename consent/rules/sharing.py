"""What Global Privacy Control withholds (Cal. Civ. Code 1798.135; 11 CCR 7025; C.R.S. 6-1-1306(1)(a)(IV))."""

from compliance.core.taxonomy import Purpose


def withheld(purpose: str) -> bool:
    """Whether a purpose is neither asked for nor taken while the signal holds: sharing with a party, and marketing."""
    return purpose == Purpose.MARKETING or purpose.startswith("disclose:")
