"""The few typed errors of the product. Each says what is wrong and what to do; none carries personal data."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with an input: a JSON pointer (RFC 6901) and a sentence that says how to mend it."""

    pointer: str
    detail: str


class EffaceError(Exception):
    """Base of all errors that an edge turns into an answer. `status` is the HTTP status it becomes."""

    status = 500
    code = "internal-error"
    title = "Something went wrong on our side"

    def __init__(self, detail: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)


class Invalid(EffaceError):
    """The input is understood and wrong."""

    status = 422
    code = "invalid"
    title = "The request holds a value that cannot be accepted"


class Malformed(EffaceError):
    """The input cannot even be read."""

    status = 400
    code = "malformed"
    title = "The request cannot be read"


class LengthRequired(EffaceError):
    """A body comes in pieces and says no length."""

    status = 411
    code = "length-required"
    title = "The length of the body is missing"


class NotFound(EffaceError):
    """There is no such thing, or it is not yours to see: the answer is the same."""

    status = 404
    code = "not-found"
    title = "Not found"


class Conflict(EffaceError):
    """The state moved on, or the same write is in flight."""

    status = 409
    code = "conflict"
    title = "The request conflicts with the present state"


class Forbidden(EffaceError):
    """The caller is known and may not do this."""

    status = 403
    code = "forbidden"
    title = "Not allowed"


class TooMany(EffaceError):
    """A limit was reached. `retry_after` is in seconds."""

    status = 429
    code = "too-many-requests"
    title = "Too many requests"

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class ArrowRefused(Conflict):
    """A state change that the table of arrows does not hold."""

    code = "state-change-refused"


class LeaseLost(EffaceError):
    """Another worker took this work over; what this one was about to write is refused (fencing)."""

    code = "lease-lost"


class KeyDestroyed(EffaceError):
    """The person's key is gone: what it sealed cannot be read by anybody."""

    status = 410
    code = "key-destroyed"
    title = "This record was erased"


class BackendFault(EffaceError):
    """A connected system did not answer as the protocol asks. `retry_after` in seconds where it named one."""

    status = 502
    code = "backend-fault"

    def __init__(self, detail: str, *, kind: str, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.kind = kind
        self.retry_after = retry_after
