"""Type, length and character checks for everything that comes from outside. All raise ProblemError(422)."""

from collections.abc import Mapping

from examples.scan_backend.problems import ProblemError

ID_LIMIT = 200
LIST_LIMIT = 1000


def checked(value: object, name: str, *, limit: int = ID_LIMIT) -> str:
    """A non-empty printable text of at most `limit` characters.

    Printable also keeps out lone surrogates and NUL, which the database would choke on.
    """
    if not isinstance(value, str):
        raise ProblemError(422, f"`{name}` must be a text.")
    if not 1 <= len(value) <= limit or not value.isprintable():
        raise ProblemError(422, f"`{name}` must have 1 to {limit} printable characters.")
    return value


def text(body: Mapping[str, object], name: str, *, limit: int = ID_LIMIT) -> str:
    return checked(body.get(name), name, limit=limit)


def optional_text(body: Mapping[str, object], name: str, *, limit: int = ID_LIMIT) -> str | None:
    """None when absent, null or (as an empty form field comes) empty."""
    return text(body, name, limit=limit) if body.get(name) not in (None, "") else None


def entries(body: Mapping[str, object], name: str) -> list[object]:
    """A list of 1 to 1,000 values."""
    value = body.get(name)
    if not isinstance(value, list) or not 1 <= len(value) <= LIST_LIMIT:
        raise ProblemError(422, f"`{name}` must be a list of 1 to {LIST_LIMIT} entries.")
    return value


def distinct(values: list[str], name: str) -> list[str]:
    if len(set(values)) != len(values):
        raise ProblemError(422, f"`{name}` names an id twice.")
    return values
