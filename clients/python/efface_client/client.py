"""The client: one check, many checks, and tokens."""

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from efface_client.decision import ANY, Decision, Question, Resource, denied, of_answer
from efface_client.tokens import key_of, take_apart, verify_token
from efface_client.wire import Unanswered, Wire

CHUNK = 1_000
# Seconds between two fetches of the keys: tokens with invented key ids must not turn into calls.
PATIENCE = 30.0


class Client:
    """Asks one Efface service with one API key. Safe to share between threads.

    `timeout` in seconds, for connecting, for each read, and for a whole answer. Checks raise nothing: no answer is a denial.
    """

    def __init__(self, base_url: str, key: str, timeout: float = 2.0, *, transport: httpx.BaseTransport | None = None) -> None:
        self.wire = Wire(base_url, key, timeout, transport)
        self._keys: dict[str, Any] = {"keys": []}
        self._fetched: float | None = None

    def check(
        self,
        subject: str,
        purpose: str,
        *,
        resource: Resource = ANY,
        recipient: str | None = None,
        at_least_as_fresh: str | None = None,
        action_id: str | None = None,
        piece: str | None = None,
    ) -> Decision:
        """Whether this may happen to this person's face now. Scope of the key: `check`."""
        asked = Question(subject, purpose, resource, recipient, at_least_as_fresh, action_id, piece)
        try:
            return of_answer(self.wire.call("POST", "/access/v1/evaluation", body=asked.as_json()))
        except Unanswered as error:
            return denied(str(error))

    def allowed(self, subject: str, purpose: str, **more: Any) -> bool:
        """The same as a plain yes or no."""
        return self.check(subject, purpose, **more).allowed

    def check_many(self, questions: Iterable[Question], *, tokens: bool = False) -> list[Decision]:
        """A decision for each question, in their order, a thousand a call. `tokens`: with a decision token for each allowance."""
        asked = list(questions)
        return [decision for start in range(0, len(asked), CHUNK) for decision in self._chunk(asked[start : start + CHUNK], tokens)]

    def verify(
        self,
        token: str,
        *,
        subject: str,
        purpose: str,
        resource: Resource = ANY,
        recipient: str | None = None,
        action_id: str | None = None,
        piece: str | None = None,
        audience: str | None = None,
        now: datetime | None = None,
    ) -> Decision:
        """Verify a decision token of this service. Its keys are fetched once, and again when a token names an unknown one."""
        parts = take_apart(token)
        if parts is not None and key_of(parts, self._keys) is None:
            self._fetch_keys()
        return verify_token(
            token,
            self._keys,
            subject=subject,
            purpose=purpose,
            resource=resource,
            recipient=recipient,
            action_id=action_id,
            piece=piece,
            audience=audience,
            now=now or datetime.now(UTC),
        )

    def close(self) -> None:
        self.wire.http.close()

    def _chunk(self, asked: Sequence[Question], tokens: bool) -> Iterator[Decision]:
        body: dict[str, Any] = {"evaluations": [question.as_json() for question in asked]}
        if tokens:
            body["options"] = {"decision_tokens": True}
        try:
            answer = self.wire.call("POST", "/access/v1/evaluations", body=body)
        except Unanswered as error:
            return iter([denied(str(error))] * len(asked))
        listed = answer.get("evaluations") if isinstance(answer, dict) else None
        if not isinstance(listed, list) or len(listed) != len(asked):
            return iter([denied("not as many answers as questions")] * len(asked))
        return map(of_answer, listed)

    def _fetch_keys(self) -> None:
        if self._fetched is not None and time.monotonic() - self._fetched < PATIENCE:
            return
        self._fetched = time.monotonic()
        try:
            found = self.wire.call("GET", "/.well-known/jwks.json")
        except Unanswered:
            return
        if isinstance(found, dict) and isinstance(found.get("keys"), list):
            self._keys = found
