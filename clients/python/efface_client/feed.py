"""What a page of the change feed says, read strictly: a page that is not clear is no page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from efface_client.decision import moment
from efface_client.wire import Unanswered


@dataclass(frozen=True)
class Change:
    """One change: a person's (`subject` is set), a notice's (`reach` is set), or everybody's (neither is, and no purpose).

    `decisions` by purpose, JSON as it was sent.
    """

    purpose: str | None
    subject: str | None
    references: tuple[str, ...]
    reach: int | None
    decisions: Mapping[str, Mapping[str, Any]]

    @property
    def everybody(self) -> bool:
        """What was read before this says nothing any more."""
        return self.subject is None and self.purpose is None


@dataclass(frozen=True)
class Page:
    changes: tuple[Change, ...]
    cursor: str
    more: bool
    as_of: datetime


def page(body: Any) -> Page:
    """Raises `Unanswered` for anything that is not as documented."""
    if not isinstance(body, dict) or not isinstance(body.get("changes"), list) or not isinstance(body.get("more"), bool):
        raise wrong()
    as_of, cursor = moment(body.get("as_of")), body.get("cursor")
    if as_of is None or not isinstance(cursor, str) or not cursor:
        raise wrong()
    return Page(tuple(_change(item) for item in body["changes"]), cursor, body["more"], as_of)


def wrong() -> Unanswered:
    return Unanswered("the page of the feed is not as it must be", 200)


def _change(item: Any) -> Change:
    if not isinstance(item, dict):
        raise wrong()
    purpose, subject, reach = item.get("purpose"), item.get("subject"), item.get("reach")
    if not _text_or_none(purpose) or not _text_or_none(subject) or not (reach is None or type(reach) is int):
        raise wrong()
    if subject is None and (purpose is None) != (reach is None):
        raise wrong()
    return Change(purpose, subject, tuple(_texts(item.get("references"))), reach, _decisions(item.get("decisions")))


def _decisions(value: Any) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for one in value if isinstance(value, list) else [None]:
        if not isinstance(one, dict) or not isinstance(one.get("purpose"), str) or not isinstance(one.get("allowed"), bool):
            raise wrong()
        if one["allowed"] and (type(one.get("reach")) is not int or moment(one.get("not_after")) is None):
            raise wrong()
        _texts(one.get("recipients"))
        found[one["purpose"]] = one
    return found


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise wrong()
    return value


def _text_or_none(value: Any) -> bool:
    return value is None or isinstance(value, str)
