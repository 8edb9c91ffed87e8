"""What a consent check asks the database: prepared, indexed, one round trip with the caller's key, by the database's own clock."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from compliance.core.actor import Actor
from compliance.core.taxonomy import Purpose
from compliance.subjects.queries import reference_index
from consent.queries import wire
from consent.queries.standing_sql import BY_REFERENCE, BY_SUBJECT, CHECK_MANY, CHECK_ONE
from consent.queries.wire import Row, array, fetch
from consent.rules.decisions import Standing

# The columns of one release beside its person; the caller's key follows.
WIDTH = 20
KEY = slice(WIDTH, WIDTH + 8)
# A blind index is 32 bytes long: nobody has this one.
NOBODY = b""


class Asked(NamedTuple):
    """Whom and what one check is about. A `reference` of None is looked up for nobody: it was refused before."""

    reference: str | None
    purpose: str
    piece: str = ""


class KeyFound(NamedTuple):
    """The API key with the prefix that was sent, and whom it speaks for. The caller compares the secret."""

    key_id: UUID
    secret_hash: bytes
    scopes: Sequence[str]
    usable: bool
    idle: bool
    client_id: UUID
    client: str
    system: str

    @property
    def actor(self) -> Actor:
        return Actor(self.client, "system")


class Found(NamedTuple):
    """The answer of one round trip: the key or None, a standing for each question, and the tokens that the database knows."""

    key: KeyFound | None
    standings: list[Standing | None]
    known: frozenset[UUID]


class Place(NamedTuple):
    """One question as the database is asked: `who` is a blind index or the bytes of a subject's id."""

    who: bytes
    purpose: str
    piece: str


def check(asked: Sequence[Asked], *, prefix: str, fresh: Sequence[UUID] = ()) -> Found:
    """Where each question stands now, and whose key asks, all from one moment. Raises database errors: the caller denies."""
    places = [_place(one) for one in asked]
    known: Iterable[UUID] = ()
    if len(places) == 1 and not fresh:
        who, purpose, piece = places[0]
        rows = fetch(CHECK_ONE, (who, purpose.encode(), piece.encode(), prefix.encode()))
    else:
        rows = fetch(CHECK_MANY, (*_columns(wire.BYTEA, places), prefix.encode(), array(wire.UUID, [one.bytes for one in fresh])))
        known = next(row[-1] for row in rows if row[0] == 1)
    caller = next(row[KEY] for row in rows if row[0] == 1)
    return Found(None if caller[0] is None else KeyFound._make(caller), standings_in(rows, places), frozenset(known))


def standings(pairs: Sequence[tuple[str, str]], piece: str = "") -> list[Standing | None]:
    """Where each (reference, purpose) stands now, in the order asked, all from one moment. None: the reference is unknown.

    `piece` counts for marketing only. Raises database errors: the caller denies.
    """
    places = [_place(Asked(reference, purpose, piece)) for reference, purpose in pairs]
    return standings_in(fetch(BY_REFERENCE, _columns(wire.BYTEA, places)), places) if places else []


def standings_of_subjects(pairs: Sequence[tuple[UUID, str]], piece: str = "") -> list[Standing | None]:
    """The same by the random id of the subject; None: there is no such subject."""
    places = [Place(subject.bytes, purpose, _piece(purpose, piece)) for subject, purpose in pairs]
    return standings_in(fetch(BY_SUBJECT, _columns(wire.UUID, places)), places) if places else []


def standing(*, reference: str, purpose: str, piece: str = "") -> Standing | None:
    """Where one subject stands with one purpose now."""
    return standings([(reference, purpose)], piece)[0]


def standings_in(rows: Sequence[Row], places: Sequence[Place]) -> list[Standing | None]:
    """The rows of `standing_sql`, in any order, as a standing for each question."""
    of_question: list[list[Row]] = [[] for _ in places]
    for row in rows:
        of_question[row[0] - 1].append(row)
    return [_standing(mine, place.purpose, place.piece) for mine, place in zip(of_question, places, strict=True)]


def _standing(rows: list[Row], purpose: str, piece: str) -> Standing | None:
    """What the releases of one person say of one purpose: the active release for it, otherwise the newest one says why not."""
    _, subject, erasing, age, places, heard, minors, now = rows[0][:8]
    if subject is None:
        return None
    chosen: tuple[bool, Row] | None = None
    trainings: list[str] = []
    others = False
    for row in rows:
        granted, about, trains, _, state, signed, ends, _, _, _, reach, greatest = row[8:WIDTH]
        active = state == "active"
        in_force = active and ends > now
        if granted == purpose and about == piece:
            if chosen is None or (active, signed) > (chosen[0], chosen[1][13]):
                chosen = active, row
        elif in_force and granted != purpose:
            others = True
        if trains and in_force and reach >= greatest:
            trainings.append(granted)
    person = subject, purpose, erasing, trainings, others and chosen is None, age, places, heard, minors, now
    if chosen is None:
        return Standing(*person)
    active, row = chosen
    return Standing._make((*person, *row[11:19], row[19] if active else None))


def _columns(of: int, places: Sequence[Place]) -> tuple[bytes, bytes, bytes]:
    """The questions as three arrays, side by side."""
    who, purposes, pieces = zip(*places, strict=True)
    return array(of, who), array(wire.TEXT, [one.encode() for one in purposes]), array(wire.TEXT, [one.encode() for one in pieces])


def _place(asked: Asked) -> Place:
    reference, purpose, piece = asked
    return Place(NOBODY if reference is None else reference_index(reference), purpose, _piece(purpose, piece))


def _piece(purpose: str, piece: str) -> str:
    """Every other purpose is stored without one, and would not be found with one."""
    return piece if purpose == Purpose.MARKETING else ""
