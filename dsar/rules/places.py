"""Where people can say they live, in which zone their day is counted, and who hears their complaint."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compliance.law import regimes

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Choices = list[tuple[str, str]]

OTHER = "other"
# Iceland, Liechtenstein and Norway apply the GDPR through the EEA agreement, and are in the same list.
EUROPE = "EU:"


@dataclass(frozen=True)
class Regulator:
    """An authority that hears complaints, free of charge."""

    name: "StrPromise"
    url: str


REGULATORS: dict[str, Regulator] = {
    "EU": Regulator(_("the data protection authority of your country"), "https://www.edpb.europa.eu/about-edpb/about-edpb/members_en"),
    "UK": Regulator(_("the Information Commission"), "https://ico.org.uk/make-a-complaint/"),
    "CA": Regulator(_("the California Privacy Protection Agency"), "https://cppa.ca.gov/webapplications/complaint"),
    "QC": Regulator(_("the Commission d’accès à l’information"), "https://www.cai.gouv.qc.ca/"),
    "US": Regulator(_("the Attorney General of your state"), "https://www.usa.gov/state-attorney-general"),
}


def choices() -> list[tuple[str, str | Choices]]:
    """The options of the residence field in the language of the page, grouped; the empty one first."""
    places = regimes.jurisdictions()
    return [
        ("", gettext("I would rather not say")),
        (gettext("United States"), in_order(filter(is_state, places))),
        (gettext("European Union and EEA"), in_order(code for code in places if code.startswith(EUROPE))),
        ("UK", gettext("United Kingdom")),
        ("QC", gettext("Quebec")),
        (OTHER, gettext("Somewhere else")),
    ]


def in_order(codes: Iterable[str]) -> Choices:
    """Places by their names in the language of the page (`place_names`); an accent does not move one: Österreich stands at O."""
    named = [(code, gettext(regimes.jurisdictions()[code].name)) for code in codes]
    return sorted(named, key=lambda place: unicodedata.normalize("NFKD", place[1]))


def is_state(code: str) -> bool:
    return len(code) == 2 and code not in {"UK", "EU", "QC"}


def name(residence: str) -> str:
    """A place in words; empty where it was not said."""
    if residence == OTHER:
        return str(_("Somewhere else"))
    place = regimes.jurisdictions().get(residence)
    return place.name if place else ""


def zone(residence: str) -> ZoneInfo:
    """The zone in which a person's dates are shown; UTC where it is not known."""
    place = regimes.jurisdictions().get(residence)
    return ZoneInfo(place.tz if place else "UTC")


def regulators(residence: str) -> list[Regulator]:
    """Who hears a complaint; all of them where the residence is not known."""
    if residence.startswith(EUROPE):
        return [REGULATORS["EU"]]
    if residence in REGULATORS:
        return [REGULATORS[residence]]
    return [REGULATORS["US"]] if residence in regimes.jurisdictions() else list(REGULATORS.values())
