"""What a backend may answer, parsed strictly: anything else is a fault of the backend, never a success."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from compliance.core.clock import from_text
from compliance.core.durations import Duration
from compliance.core.errors import BackendFault

MAX_ID = 200
MAX_SIZE = 2**50
OUTCOMES = frozenset({"deleted", "absent", "refused", "pending"})
PURGES = frozenset({"done", "pending", "none"})


@dataclass(frozen=True)
class Store:
    """One store of a system. `backup_max_age` is an ISO 8601 duration; `purge` is immediate or deferred."""

    name: str
    kind: str
    categories: tuple[str, ...]
    backup_max_age: str | None
    purge: str


@dataclass(frozen=True)
class Description:
    epoch: str
    stores: tuple[Store, ...]


@dataclass(frozen=True)
class Found:
    """One thing that a backend says it has."""

    id: str
    category: str
    subject: str
    store: str
    created_at: datetime
    derived_from: str | None
    size: int | None


@dataclass(frozen=True)
class Page:
    items: tuple[Found, ...]
    next: str | None


@dataclass(frozen=True)
class ItemOutcome:
    id: str
    outcome: str
    purge: str
    purge_due: datetime | None
    reason: str


@dataclass(frozen=True)
class Deletion:
    state: str
    items: tuple[ItemOutcome, ...]


def wrong(what: str) -> BackendFault:
    """A fault that names the field and repeats nothing of the answer."""
    return BackendFault(f"The system's answer is not as the protocol asks: {what}.", kind=f"malformed answer: {what}")


def obj(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise wrong(what)
    return value


def listed(value: Any, what: str, limit: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > limit:
        raise wrong(what)
    return value


def text(value: Any, what: str, limit: int = MAX_ID) -> str:
    if not isinstance(value, str) or not value or len(value) > limit or "\0" in value or not is_unicode(value):
        raise wrong(what)
    return value


def is_unicode(value: str) -> bool:
    """JSON can carry half a character (a lone surrogate), which no database stores."""
    return not any("\ud800" <= char <= "\udfff" for char in value)


def moment(value: Any, what: str) -> datetime:
    try:
        return from_text(text(value, what, 40))
    except ValueError:
        raise wrong(what) from None


def word(value: Any, what: str, words: frozenset[str]) -> str:
    if not isinstance(value, str) or value not in words:
        raise wrong(what)
    return value


def description(raw: Any) -> Description:
    body = obj(raw, "description")
    if body.get("protocol") != "face-deletion/1":
        raise wrong("protocol")
    return Description(text(body.get("epoch"), "epoch", 100), tuple(_store(item) for item in listed(body.get("stores"), "stores", 100)))


def _store(raw: Any) -> Store:
    body = obj(raw, "store")
    backup = body.get("backup")
    max_age = obj(backup, "backup").get("max_age") if backup is not None else None
    if max_age is not None:
        try:
            Duration.parse(max_age)
        except ValueError:
            raise wrong("backup.max_age") from None
    return Store(
        name=text(body.get("name"), "store.name", 100),
        kind=text(body.get("kind"), "store.kind", 100),
        categories=tuple(text(c, "store.categories", 60) for c in listed(body.get("categories"), "store.categories", 100)),
        backup_max_age=max_age,
        purge=word(body.get("purge"), "store.purge", frozenset({"immediate", "deferred"})),
    )


def page(raw: Any, limit: int) -> Page:
    body = obj(raw, "page")
    following = body.get("next")
    return Page(
        items=tuple(_found(item) for item in listed(body.get("items"), "items", limit)),
        next=None if following is None else text(following, "next", 1000),
    )


def _found(raw: Any) -> Found:
    body = obj(raw, "item")
    parent, size = body.get("derived_from"), body.get("size")
    if size is not None and (not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= MAX_SIZE):
        raise wrong("item.size")
    return Found(
        id=text(body.get("id"), "item.id"),
        category=text(body.get("category"), "item.category", 60),
        subject=text(body.get("subject"), "item.subject"),
        store=text(body.get("store"), "item.store", 100),
        created_at=moment(body.get("created_at"), "item.created_at"),
        derived_from=None if parent is None else text(parent, "item.derived_from"),
        size=size,
    )


def present(raw: Any, asked: frozenset[str]) -> frozenset[str]:
    """The ids that are still there. Naming one that was not asked for makes the whole answer worthless."""
    found = frozenset(text(item, "present") for item in listed(obj(raw, "lookup").get("present"), "present", len(asked)))
    if found - asked:
        raise wrong("present")
    return found


def accepted(raw: Any, deletion_id: str) -> None:
    body = obj(raw, "deletion")
    if body.get("deletion_id") != deletion_id:
        raise wrong("deletion_id")
    word(body.get("state"), "state", frozenset({"accepted", "running", "done"}))


def deletion(raw: Any, asked: frozenset[str]) -> Deletion:
    body = obj(raw, "deletion")
    state = word(body.get("state"), "state", frozenset({"accepted", "running", "done"}))
    items = tuple(_outcome(item) for item in listed(body.get("items", []), "items", len(asked)))
    if {item.id for item in items} - asked or len({item.id for item in items}) != len(items):
        raise wrong("items")
    return Deletion(state, items)


def _outcome(raw: Any) -> ItemOutcome:
    body = obj(raw, "item")
    due, reason = body.get("purge_due"), body.get("reason")
    return ItemOutcome(
        id=text(body.get("id"), "item.id"),
        outcome=word(body.get("outcome"), "item.outcome", OUTCOMES),
        purge=word(body.get("purge", "none"), "item.purge", PURGES),
        purge_due=None if due is None else moment(due, "item.purge_due"),
        reason=reason[:100] if isinstance(reason, str) and is_unicode(reason) else "",
    )
