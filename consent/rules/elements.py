"""What each law wants a notice to say, as rows of data, and which sentence of a notice says it."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from consent.rules.texts import family

DATA = Path(__file__).parent.parent / "data" / "notice_elements.csv"
EVERY = "*"


@dataclass(frozen=True)
class Element:
    """One thing that a law wants told. `statements` are the keys of the texts that tell it, any of which will do.

    `places` are the jurisdictions it belongs to (`EU` stands for all of its states), `purposes` those whose notice must say it.
    """

    law: str
    places: tuple[str, ...]
    section: str
    key: str
    words: str
    statements: tuple[str, ...]
    purposes: tuple[str, ...]
    remedy: str

    @property
    def id(self) -> str:
        return f"{self.law} {self.section} {self.key}"


@cache
def elements() -> tuple[Element, ...]:
    """All rows, in the order of the file."""
    with DATA.open(encoding="utf8", newline="") as file:
        return tuple(
            Element(
                row["law"],
                tuple(row["jurisdictions"].split("|")),
                row["section"],
                row["element"],
                row["words"],
                tuple(row["statements"].split("|")),
                tuple(row["purposes"].split("|")),
                row["remedy"],
            )
            for row in csv.DictReader(file)
        )


def required(purpose: str, served: Sequence[str]) -> list[Element]:
    """What a notice of `purpose` must say where `served` are the places the operator serves; none named means every one."""
    places = {place.partition(":")[0] for place in served}
    return [
        element
        for element in elements()
        if (not places or places.intersection(element.places)) and (EVERY in element.purposes or family(purpose) in element.purposes)
    ]


def stated(wanted: Sequence[Element], statements: Mapping[str, str]) -> tuple[dict[str, str], list[Element]]:
    """Element -> the sentence that states it; and the elements that nothing states. `statements` are those of one text, by key."""
    found, missing = {}, []
    for element in wanted:
        key = next((key for key in element.statements if key in statements), None)
        if key is None:
            missing.append(element)
        else:
            found[element.id] = statements[key]
    return found, missing
