"""What is asked, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# The reason of a decision that Efface did not give: no answer, or none that can be trusted. `detail` says which.
UNANSWERED = "unanswered"
Resource = tuple[str, str]
ANY: Resource = ("face", "any")


@dataclass(frozen=True)
class Decision:
    """`allowed` is the whole answer; the rest explains it. A decision is true where it allows.

    `reason`: a word of Efface's closed list, or `unanswered`. `token`: the signed copy for others to verify offline.
    `expires_at`: when the allowance ends by itself. `obligations`: ids such as `no_training`.
    """

    allowed: bool
    reason: str
    detail: str = ""
    release_id: str | None = None
    expires_at: datetime | None = None
    obligations: tuple[str, ...] = ()
    token: str | None = None

    def __bool__(self) -> bool:
        return self.allowed


@dataclass(frozen=True)
class Question:
    """One check. `resource` is (type, id). `action_id`: the person's act that starts a run; each act starts one.

    `at_least_as_fresh`: the consistency token of a withdrawal or a change that the answer must know of.
    """

    subject: str
    purpose: str
    resource: Resource = ANY
    recipient: str | None = None
    at_least_as_fresh: str | None = None
    action_id: str | None = None
    piece: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As the AuthZEN Authorization API 1.0 writes it."""
        named = {name: getattr(self, name) for name in ("recipient", "at_least_as_fresh", "action_id", "piece")}
        return {
            "subject": {"type": "data_subject", "id": self.subject},
            "action": {"name": self.purpose},
            "resource": {"type": self.resource[0], "id": self.resource[1]},
            "context": {name: value for name, value in named.items() if value is not None},
        }


def denied(detail: str) -> Decision:
    """No, because there was no answer."""
    return Decision(False, UNANSWERED, detail)


def of_answer(body: Any) -> Decision:
    """The decision in an answer: allowed only by `decision` being exactly true, with no word beside it that says otherwise."""
    if not isinstance(body, dict) or not isinstance(body.get("decision"), bool):
        return denied("no decision in the answer")
    context = body.get("context", {})
    if not isinstance(context, dict):
        return denied("no context in the answer")
    reason = context.get("reason", "active" if body["decision"] else "")
    if not isinstance(reason, str) or (body["decision"] is True) != (reason == "active"):
        return denied("decision and reason contradict each other")
    return Decision(
        allowed=body["decision"] is True,
        reason=reason,
        release_id=text(context, "release_id"),
        expires_at=moment(context.get("expires_at")),
        obligations=tuple(_obligations(context.get("obligations"))),
        token=text(context, "decision_token"),
    )


def text(values: Mapping[str, Any], name: str) -> str | None:
    value = values.get(name)
    return value if isinstance(value, str) else None


def moment(value: Any) -> datetime | None:
    """RFC 3339 with an offset, else None."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def _obligations(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else []
    return [item["id"] for item in listed if isinstance(item, dict) and isinstance(item.get("id"), str)]
