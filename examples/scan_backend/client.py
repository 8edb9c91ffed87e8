"""How this backend talks to Efface. Whatever is not a clear yes is a no."""

import secrets
import time
from dataclasses import dataclass

import httpx

from examples.scan_backend.catalogue import PURPOSE, SYSTEM
from examples.scan_backend.problems import ProblemError
from examples.scan_backend.web import parse_object

ANSWER_LIMIT = 1_000_000
# A reason is shown to a person and copied into answers: keep it a short word.
REASON_LIMIT = 60


class UnavailableError(Exception):
    """Efface could not be asked or made no sense; the text says which, without addresses."""


@dataclass(frozen=True, slots=True)
class Decision:
    allowed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Registered:
    """What Efface said of one artifact; `due_at` is RFC 3339 text or None."""

    status: str
    due_at: str | None
    why: object


class Efface:
    """Client for one service. Without an address every call is UnavailableError."""

    def __init__(self, url: str, key: str, timeout: float) -> None:
        self._url = url
        self._timeout = timeout
        # No proxies or netrc from the environment, no redirects: the key goes to one place only.
        self._http = httpx.Client(
            timeout=timeout,
            trust_env=False,
            follow_redirects=False,
            headers={"Authorization": f"Bearer {key}", "Accept": "application/json"},
        )

    def check(self, subject: str, scan_id: str) -> Decision:
        """May this person's face be scanned now? Never raises: trouble is a denial."""
        body = {
            "subject": {"type": "data_subject", "id": subject},
            "action": {"name": PURPOSE},
            "resource": {"type": "scan_session", "id": scan_id},
            "context": {"system": SYSTEM},
        }
        try:
            status, said = self._post("/access/v1/evaluation", body)
        except UnavailableError:
            return Decision(False, "check_unavailable")
        if status != httpx.codes.OK or not isinstance(said.get("decision"), bool):
            return Decision(False, "check_unavailable")
        return Decision(said["decision"] is True, _reason(said))

    def register(self, subject: str, artifacts: list[dict[str, object]], key: str) -> dict[str, Registered]:
        """Tell Efface what now exists; answers per artifact id. Raises UnavailableError."""
        body = {"system": SYSTEM, "subject": subject, "purpose": PURPOSE, "artifacts": artifacts}
        status, said = self._post("/api/v1/artifacts", body, key)
        items = said.get("artifacts")
        if not httpx.codes.is_success(status) or not isinstance(items, list):
            raise UnavailableError(f"registration answered {status}")
        return dict(_registered(item) for item in items)

    def signing_link(self, subject: str, email: str | None) -> str:
        """The address of a page where the person reads and signs. Raises UnavailableError."""
        body = {"subject": subject, "purpose": PURPOSE} | ({"email": email} if email else {})
        status, said = self._post("/api/v1/release-links", body, secrets.token_hex(16))
        url = said.get("url")
        if not httpx.codes.is_success(status) or not isinstance(url, str):
            raise UnavailableError(f"the signing page answered {status}")
        if not url.startswith(("http://", "https://")):
            raise UnavailableError("the signing page has no web address")
        return url

    def close(self) -> None:
        self._http.close()

    def _post(self, path: str, body: object, key: str | None = None) -> tuple[int, dict[str, object]]:
        headers = {"Idempotency-Key": key} if key else {}
        try:
            with self._http.stream("POST", self._url + path, json=body, headers=headers) as response:
                return response.status_code, parse_object(self._read(response))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UnavailableError(type(error).__name__) from error
        except ProblemError as problem:
            raise UnavailableError("the answer was not a JSON object") from problem

    def _read(self, response: httpx.Response) -> bytes:
        """The body, within a size and a time: a slow drip must not hold a scan for ever."""
        end = time.monotonic() + 2 * self._timeout
        data = bytearray()
        for chunk in response.iter_bytes():
            data += chunk
            if len(data) > ANSWER_LIMIT or time.monotonic() > end:
                raise UnavailableError("the answer was too long or too slow")
        return bytes(data)


def _reason(said: dict[str, object]) -> str:
    context = said.get("context")
    reason = context.get("reason") if isinstance(context, dict) else None
    return reason[:REASON_LIMIT] if isinstance(reason, str) else "not_given"


def _registered(item: object) -> tuple[str, Registered]:
    if not isinstance(item, dict) or not isinstance(item.get("id"), str):
        raise UnavailableError("registration answered without ids")
    due = item.get("due_at")
    return item["id"], Registered(
        status=str(item.get("status")),
        due_at=due if isinstance(due, str) else None,
        why=item.get("why"),
    )
