"""Who is protected by what: jurisdictions (`IL`, `EU:DE`, `UK`) and the laws that apply there, as rows of data."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from compliance.law.errors import LawInputError
from compliance.law.tables import Row, rows, words


@dataclass(frozen=True)
class Jurisdiction:
    """One place: its laws for requests and for destruction, the zone its legal day is counted in, its holiday calendar.

    `rank` orders by how much is asked before a face may be scanned: 1 (Illinois, a written release) is the strictest.
    """

    code: str
    name: str
    request_laws: tuple[str, ...]
    destruction_laws: tuple[str, ...]
    tz: str
    calendar: str
    rank: int


@dataclass(frozen=True)
class Law:
    """One law as `data/laws.csv` holds it.

    `family` is `US` for the state acts that share rules. `requests` is `own`, `none`, or the law whose request clock it shares.
    `claims_hold`: may data be kept for legal claims without a court's order? `photo_exempt`: a photograph as such is outside.
    `biometric_only`: other personal data is outside. `effective_from` (ISO date or empty) floors destruction dates.
    """

    code: str
    name: str
    family: str
    requests: str
    claims_hold: bool
    photo_exempt: bool
    biometric_only: bool
    effective_from: str
    citation: str
    source_status: str


@cache
def jurisdictions() -> dict[str, Jurisdiction]:
    """All places we hold rows for, by code."""
    return {row["code"]: _jurisdiction(row) for row in rows("jurisdictions")}


@cache
def laws() -> dict[str, Law]:
    """All laws we hold rows for, by code."""
    return {row["law"]: _law(row) for row in rows("laws")}


def effective(codes: Iterable[str], operator_served: Iterable[str] = ()) -> tuple[Jurisdiction, ...]:
    """The places whose laws count for a person, without repeats.

    No code, or one we do not know, adds every place the operator serves (every place we know when that is not said either):
    the earliest date over them is then the strictest, and nobody has less protection for being unknown.
    """
    known = jurisdictions()
    given = [_clean(code) for code in codes]
    served = [code for code in map(_clean, operator_served) if code in known]
    if not given or any(code not in known for code in given):
        given += served or list(known)
    return tuple(known[code] for code in dict.fromkeys(given) if code in known)


def strictest(codes: Iterable[str], operator_served: Iterable[str] = ()) -> Jurisdiction:
    """The place that asks most before a face may be scanned; for dates, compare the dates of all of `effective()` instead."""
    return min(effective(codes, operator_served), key=lambda place: place.rank)


def is_known(code: str) -> bool:
    """Do we hold rows for this jurisdiction?"""
    return _clean(code) in jurisdictions()


def request_law(code: str) -> Law:
    """The law that a rule-set code names, for requests: `GDPR_EU`, `CCPA`, or `VA_CDPA` by any name that starts with its state.

    Raises `LawInputError` for a code we hold nothing for.
    """
    clean = _LAW_ALIASES.get(_clean(code), _clean(code))
    law = laws().get(clean) or _law_of_state(clean)
    if law is None:
        raise LawInputError(f"law: “{code}” is not known. Known laws: {', '.join(sorted(laws()))}.")
    return law if law.requests in ("own", "none") else laws()[law.requests]


def destruction_laws(code: str) -> tuple[Law, ...]:
    """The laws that a rule-set code or a jurisdiction names, for destruction; empty for a place that has none of its own.

    Raises `LawInputError` for a code we hold nothing for.
    """
    clean = _clean(code)
    place = jurisdictions().get(clean)
    if place is not None:
        return tuple(laws()[name] for name in place.destruction_laws)
    law = laws().get(_DESTRUCTION_ALIASES.get(clean, clean))
    if law is None:
        raise LawInputError(f"law: “{code}” is not known. Write a law such as IL_BIPA or a jurisdiction such as IL or EU:DE.")
    return (law,)


_LAW_ALIASES = {"GDPR": "GDPR_EU", "EU_GDPR": "GDPR_EU", "CPRA": "CCPA"}
_DESTRUCTION_ALIASES = {**_LAW_ALIASES, "CO_CPA": "CO_CPA_1314"}


def _law_of_state(code: str) -> Law | None:
    """Sources name the state acts differently (`MT_CDPA`, `MT_MCDPA`): the state in front decides."""
    place = jurisdictions().get(code.partition("_")[0]) if "_" in code else None
    return laws()[place.request_laws[0]] if place and place.request_laws else None


def _clean(code: str) -> str:
    return code.strip().upper()


def _jurisdiction(row: Row) -> Jurisdiction:
    return Jurisdiction(
        code=row["code"],
        name=row["name"],
        request_laws=words(row["request_laws"]),
        destruction_laws=words(row["destruction_laws"]),
        tz=row["tz"],
        calendar=row["calendar"],
        rank=int(row["rank"]),
    )


def _law(row: Row) -> Law:
    return Law(
        code=row["law"],
        name=row["name"],
        family=row["family"],
        requests=row["requests"],
        claims_hold=row["claims_hold"] == "yes",
        photo_exempt=row["photo_exempt"] == "yes",
        biometric_only=row["biometric_only"] == "yes",
        effective_from=row["effective_from"],
        citation=row["citation"],
        source_status=row["source_status"],
    )
