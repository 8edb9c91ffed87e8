"""What makes a signature: a name that was typed or drawn and a box that was ticked, after the text was shown."""

import json
import unicodedata
from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from compliance.core.errors import FieldError

LONGEST_NAME = 200
LARGEST_DRAWING = 20_000
# A drawing lies on a field of 1000 by 1000; what is smaller than this is a dot or a slip, not a name.
SMALLEST_STROKE = 30
FIELD = range(1001)
UNSEEN = {"Cc", "Cs", "Co", "Cn"}
# What a product may have kept of somebody who never signed. None of it can be stored as a release (C7).
NOT_A_SIGNATURE = frozenset(
    {
        "terms_acceptance",
        "terms",
        "tos_accept",
        "continued_use",
        "accepted_terms",
        "terms_accepted",
        "pre_ticked",
        "preticked",
        "pre_ticked_box",
        "prechecked",
        "pre_checked",
        "prechecked_box",
        "pre_checked_box",
        "default_on",
        "browsewrap",
        "opt_out",
        "implied",
        "silence",
    }
)

# What a person can have done to sign in a product: each begins with nothing chosen, and ends with a press of their own (C7).
ACTS: Mapping[str, str] = {
    "ticked_box_and_pressed_button": "ticked a box that was empty, and pressed the button",
    "pressed_button": "pressed the button that says what is agreed to",
    "typed_name_and_pressed_button": "typed a name into an empty field, and pressed the button",
    "drew_name_and_pressed_button": "drew a name, and pressed the button",
}


def clean_name(typed: str) -> str:
    """A typed name as it is kept: Unicode NFC, spaces at the ends and in a row taken away."""
    return " ".join(unicodedata.normalize("NFC", typed).split())


def missing(*, name: str, agreed: bool, drawn: str = "", for_somebody: bool = False) -> list[FieldError]:
    """What a signature still lacks, one remedy for each; an empty list when it is whole.

    A drawn name is enough for oneself. Who signs for somebody else also types their own name: a drawing does not say who it was.
    """
    found = []
    if drawn:
        found += _drawing(drawn)
    if name or not drawn or for_somebody:
        found += _name(name, for_somebody)
    if not agreed:
        found.append(FieldError("/agree", _("Tick the box if you agree. If you do not agree, leave it empty and say no.")))
    return found


def strokes(drawn: str) -> list[list[list[int]]] | None:
    """A drawn name as strokes of [x, y] points, each 0 to 1000; None when it is not one."""
    try:
        given = json.loads(drawn)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, list) or not all(isinstance(stroke, list) and stroke for stroke in given):
        return None
    points = [point for stroke in given for point in stroke]
    return given if all(map(_is_point, points)) and _extent(points) >= SMALLEST_STROKE else None


def known_zone(name: str) -> str:
    """The IANA name of a time zone as it was said, or UTC: a browser that says none, or nonsense, does not spoil a signature."""
    try:
        return ZoneInfo(name).key if name and len(name) <= 60 else "UTC"
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"


def _drawing(drawn: str) -> list[FieldError]:
    if len(drawn) > LARGEST_DRAWING:
        return [FieldError("/drawn", _("The drawn name is too long. Draw it again, with fewer strokes."))]
    return [] if strokes(drawn) else [FieldError("/drawn", _("Draw your name with a line, or type it instead."))]


def _name(name: str, for_somebody: bool) -> list[FieldError]:
    if not any(unicodedata.category(char).startswith("L") for char in name):
        return [
            FieldError(
                "/name",
                _("Type your own full name. It says who signs.") if for_somebody else _("Type your full name. It is your signature."),
            )
        ]
    if len(name) > LONGEST_NAME:
        return [FieldError("/name", _("Your name may have %(count)d characters at most.") % {"count": LONGEST_NAME})]
    if any(unicodedata.category(char) in UNSEEN for char in name):
        return [FieldError("/name", _("Your name holds a character that cannot be kept. Type it again."))]
    return []


def _is_point(point: object) -> bool:
    return isinstance(point, list) and len(point) == 2 and all(type(value) is int and value in FIELD for value in point)


def _extent(points: list[list[int]]) -> int:
    """The longer side of the box around all points."""
    return max((max(side) - min(side) for side in zip(*points, strict=True)), default=0)
