"""The calls of `face-deletion/1` to one scan backend."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from compliance.backend.protocol import answers, wire

MAX_LOOKUP = 1_000
PAGE = 500
# One person has some dozens of artifacts; a list that never ends is a fault and not a person.
MAX_PAGES_OF_A_PERSON = 200


class Client:
    """Speaks to one base URL. Raises `BackendFault` on everything that is not a clear answer."""

    def __init__(self, base_url: str, token: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.token = token

    def describe(self) -> answers.Description:
        return answers.description(self._call("GET", ""))

    def inventory(self, subject: str) -> Iterator[answers.Found]:
        """Everything the backend has of one person, page by page."""
        for page in self.pages(subject):
            yield from page.items

    def pages(self, subject: str) -> Iterator[answers.Page]:
        """The same by pages. A repeated cursor or a list without end is a fault, not an endless loop."""
        cursor, seen = None, set[str]()
        while True:
            params = {"limit": str(PAGE), "subject": subject} | ({"cursor": cursor} if cursor else {})
            page = answers.page(self._call("GET", f"/artifacts?{urlencode(params)}"), PAGE)
            if any(item.subject != subject for item in page.items):
                raise answers.wrong("subject")
            yield page
            cursor = page.next
            if cursor is None:
                return
            if cursor in seen or len(seen) >= MAX_PAGES_OF_A_PERSON:
                raise answers.wrong("cursor repeated or without end")
            seen.add(cursor)

    def page_of_everything(self, cursor: str | None) -> answers.Page:
        """One page of the whole inventory, of all people, for reconciliation. The caller watches that cursors do not repeat."""
        params = {"limit": str(PAGE)} | ({"cursor": cursor} if cursor else {})
        return answers.page(self._call("GET", f"/artifacts?{urlencode(params)}"), PAGE)

    def lookup(self, ids: Sequence[str]) -> frozenset[str]:
        """The negative read: which of these ids are still there."""
        there: frozenset[str] = frozenset()
        for start in range(0, len(ids), MAX_LOOKUP):
            part = list(ids[start : start + MAX_LOOKUP])
            there |= answers.present(self._call("POST", "/artifacts/lookup", body={"ids": part}), frozenset(part))
        return there

    def delete(self, deletion_id: str, items: Sequence[tuple[str, str, str]], reason: str) -> None:
        """Ask to delete `(id, category, method)` items. The id makes a repeated call one deletion."""
        body = {
            "deletion_id": deletion_id,
            "items": [{"id": id_, "category": category, "method": method} for id_, category, method in items],
            "reason": reason,
        }
        answers.accepted(self._call("POST", "/deletions", body=body, key=deletion_id), deletion_id)

    def deletion(self, deletion_id: str, ids: Sequence[str]) -> answers.Deletion:
        return answers.deletion(self._call("GET", f"/deletions/{quote(deletion_id, safe='')}"), frozenset(ids))

    def _call(self, method: str, path: str, *, body: Any = None, key: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
        return wire.call(self.base_url, method, f"{self.base_url}/face-deletion/v1{path}", headers, body)
