"""A local copy of decisions that follows the change feed: answers without a call, and denies once it is too old."""

import threading
import time
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from efface_client.client import Client
from efface_client.decision import Decision, denied, moment, text
from efface_client.feed import Change, Page, page
from efface_client.wire import Unanswered

# These hang on an act of the person or a named piece: only the check itself can answer.
LIVE_ONLY = frozenset({"regenerate", "match", "marketing"})
LIMIT = "1000"
# The cursor leads nowhere (410), or was never one (422): begin again with an empty copy.
BEGIN_AGAIN = {410, 422}


class Follower:
    """Keeps `store` in step with the feed. Scope of the key: `changes:read`. One follower for one store; any number of readers.

    `store`: a dict, or any mutable mapping of text to JSON values. How fresh the copy is lives in this object and not in the store:
    after a start nothing is allowed until the first `poll` is through.
    """

    def __init__(self, client: Client, store: MutableMapping[str, Any], *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.client, self.store, self.monotonic = client, store, monotonic
        self._lock = threading.RLock()
        # Our clock before the first request of the last pass that went through, and the database's clock in that pass.
        self._fresh: tuple[float, datetime] | None = None

    def poll(self) -> int:
        """Read everything that is new; returns how many changes. Raises `Unanswered`: then the copy just grows older."""
        try:
            return self._catch_up()
        except Unanswered as error:
            if error.status not in BEGIN_AGAIN:
                raise
        self._begin_again()
        return self._catch_up()

    def run(self, stop: threading.Event, every: float = 1.0) -> None:
        """Poll until `stop` is set, for a thread of its own. A failed poll is tried again; meanwhile the copy grows older and denies."""
        while not stop.is_set():
            with suppress(Unanswered):
                self.poll()
            stop.wait(every)

    def allowed(self, subject: str, purpose: str, *, max_age_seconds: float, recipient: str | None = None) -> bool:
        """Whether the copy allows it and is not older than the bound. Everything else is no."""
        return self.check(subject, purpose, max_age_seconds=max_age_seconds, recipient=recipient).allowed

    def check(self, subject: str, purpose: str, *, max_age_seconds: float, recipient: str | None = None) -> Decision:
        """The same with a reason."""
        with self._lock:
            at = self.monotonic()
            if self._fresh is None or not 0 <= at - self._fresh[0] <= max_age_seconds:
                return denied("the copy is too old")
            # Never behind the service's clock, whatever ours says: the snapshot was taken after the request began.
            now = self._fresh[1] + timedelta(seconds=at - self._fresh[0])
            if purpose in LIVE_ONLY:
                return denied("only the check answers for this purpose")
            held = self.store.get(f"subject:{self.store.get(f'reference:{subject}')}", {})
            found = held.get("decisions", {}).get(purpose)
            if found is None:
                return Decision(False, "no_release", "not in the copy")
            return self._of(found, purpose, recipient, now)

    def _of(self, found: Any, purpose: str, recipient: str | None, now: datetime) -> Decision:
        if found.get("allowed") is not True:
            return Decision(False, str(found.get("reason")))
        ends = moment(found.get("not_after"))
        if ends is None or now >= ends:
            return Decision(False, "expired")
        if found["reach"] < self.store.get(f"reach:{purpose}", 0):
            return Decision(False, "superseded")
        if recipient is not None and recipient not in found["recipients"]:
            return Decision(False, "recipient_not_named")
        return Decision(True, "active", release_id=text(found, "release_id"), expires_at=ends)

    def _catch_up(self) -> int:
        """Passes until one that began here is through: one that an earlier process left half done says nothing of now."""
        count, began = 0, None
        while True:
            if not self.store.get("within_pass", False):
                began = self.monotonic()
            params = {"limit": LIMIT} | ({"after": self.store["cursor"]} if "cursor" in self.store else {})
            found = page(self.client.wire.call("GET", "/api/v1/changes", params=params))
            if found.more and found.cursor == self.store.get("cursor"):
                raise Unanswered("the feed does not move on", 200)
            count += len(found.changes)
            if self._outdated(found):
                self._begin_again()
                continue
            self._apply(found)
            if not found.more and began is not None:
                with self._lock:
                    self._fresh = (began, found.as_of)
                return count

    def _begin_again(self) -> None:
        """Empty the copy: the next page is the first of the feed, and until the pass is through nothing is allowed."""
        with self._lock:
            self._fresh = None
            self.store.clear()

    def _outdated(self, found: Page) -> bool:
        """Whether everything changed for everybody since the pass that began the copy. In that pass itself all is read as it is now."""
        first = self.store.get("first_pass", "cursor" not in self.store)
        return not first and any(change.everybody for change in found.changes)

    def _apply(self, found: Page) -> None:
        with self._lock:
            self.store["first_pass"] = found.more and self.store.get("first_pass", "cursor" not in self.store)
            for change in found.changes:
                if change.everybody:
                    continue
                if change.subject is None:
                    name = f"reach:{change.purpose}"
                    self.store[name] = max(self.store.get(name, 0), change.reach or 0)
                else:
                    self._person(change)
            self.store["cursor"], self.store["within_pass"] = found.cursor, found.more

    def _person(self, change: Change) -> None:
        """What holds for one person from now on. Somebody without a reference cannot be asked about: erased, or merged away."""
        name = f"subject:{change.subject}"
        before = self.store.get(name, {"references": [], "decisions": {}})
        for gone in set(before["references"]) - set(change.references):
            if self.store.get(f"reference:{gone}") == change.subject:
                del self.store[f"reference:{gone}"]
        if not change.references:
            self.store.pop(name, None)
            return
        kept = before["decisions"] if change.purpose is not None else {}
        decisions = {purpose: value for purpose, value in kept.items() if purpose != change.purpose} | dict(change.decisions)
        self.store[name] = {"references": list(change.references), "decisions": decisions}
        for reference in change.references:
            self._moved(reference, change.subject)
            self.store[f"reference:{reference}"] = change.subject

    def _moved(self, reference: str, to: str | None) -> None:
        """A reference that belonged to another record (a guest who signed up) leaves it; a record without one is dropped."""
        name = f"subject:{self.store.get(f'reference:{reference}', to)}"
        if name == f"subject:{to}" or name not in self.store:
            return
        left = [other for other in self.store[name]["references"] if other != reference]
        if left:
            self.store[name] = {**self.store[name], "references": left}
        else:
            del self.store[name]
