"""The path, step by step: what each one does, and what it must have seen to go on."""

import email
import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import policy
from pathlib import Path
from typing import Any

import httpx

from examples.demo.pages import Visitor, words

PATIENCE = 90.0
ROOT = Path(__file__).resolve().parents[2]


class NotSeenError(Exception):
    """A step did not show what it must; the message says what was expected and what was there."""


def must(seen: bool, expected: str, found: object = "") -> None:
    if not seen:
        raise NotSeenError(f"expected {expected}" + (f"; found {found}" if found != "" else ""))


def until(expected: str, ask: Callable[[], Any]) -> Any:
    """Ask again until the answer is true; the services have their own time."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if answer := ask():
            return answer
        time.sleep(0.3)
    raise NotSeenError(f"expected {expected} within {PATIENCE:.0f} seconds")


@dataclass
class Walk:
    """One new person's way through a running service. `say` prints a line."""

    say: Callable[[str], None]
    web: str = field(default_factory=lambda: os.environ["EFFACE_BASE_URL"])
    backend: str = field(default_factory=lambda: f"http://127.0.0.1:{os.environ['EFFACE_DEMO_PORT']}")
    var: Path = field(default_factory=lambda: Path(os.environ["EFFACE_VAR"]))
    mails: Path = field(default_factory=lambda: Path(os.environ["EFFACE_MAIL_DIR"]))

    def __post_init__(self) -> None:
        self.reference = f"usr_{secrets.token_hex(4)}"
        self.address = f"{self.reference}@example.test"
        self.made: dict[str, Any] = json.loads((self.var / "demo.json").read_text())
        self.person = Visitor(self.web)
        self.shop = httpx.Client(base_url=self.backend, trust_env=False, timeout=30)
        self.code = self.status_url = ""

    def scan_is_denied(self) -> None:
        """The backend asks before a scan and is denied: there is no release."""
        answer = self.shop.post("/demo/scans", json={"reference": self.reference})
        must(answer.status_code == 403, "a denial", answer.status_code)
        must(self.files() == [], "nothing stored", self.files())
        self.say(f"denied, because: {answer.json()['reason']}; nothing is on the backend's disk")

    def person_signs(self) -> None:
        """The person opens the hosted page, reads, and signs for the scan. The training box stays empty."""
        link = self.shop.post("/demo/signing-links", json={"reference": self.reference, "email": self.address})
        must(link.status_code in (200, 201), "a link to sign", link.text)
        page = self.person.open(link.json()["url"])
        must("checked" not in page, "no box ticked beforehand")
        must("face geometry" in page.lower(), "the notice to say that face geometry is collected")
        page = self.person.press(form_with="agree", name="Ana Example", agree="yes")
        must("Signed" in page, "a page that says “Signed”", words(page)[:200])
        self.say("signed for face_scan with a typed name and a ticked box; training was not touched")

    def scan_runs(self) -> None:
        """The check allows, the scan runs, and the backend registers what it made."""
        answer = self.shop.post("/demo/scans", json={"reference": self.reference})
        must(answer.status_code == 201, "the scan to run", answer.text[:300])
        files = self.files()
        must(len(files) >= 7, "an upload and what is made from it", files)
        kinds = sorted({row["category"] for row in files})
        self.say(f"{len(files)} artifacts on disk: {', '.join(kinds)}")
        for row in answer.json()["artifacts"][:2]:
            self.say(f"  {row['id']}: due {row['due_at']}")

    def person_asks(self) -> None:
        """The person opens the public form and asks to delete everything."""
        self.person.open("/privacy/")
        page = self.person.press(form_with="reference", reference=self.reference, email=self.address)
        must("mail" in page.lower(), "a page that says that a mail is on its way", words(page)[:200])
        link = until("the mail with the link", lambda: self.mail_link("/privacy/confirm/"))
        page = self.person.open(link)
        again = Visitor(self.web)
        again.open(link)
        must(self.requests_open() == 0, "a look at the link to confirm nothing", self.requests_open())
        page = self.person.press(form_with="csrfmiddlewaretoken")
        self.status_url = str(self.person.page.url)
        found = re.search(r"EF-[A-Z2-7-]+", page)
        must(found is not None, "a reference on the status page", words(page)[:300])
        self.code = found[0] if found else ""
        deadline = re.search(r"(?i)deadline(?: by law)?\s+\w+,? (\d{1,2} \w+ 20\d\d)", words(page))
        must(deadline is not None, "the legal deadline on the status page", words(page)[:600])
        self.say(f"confirmed with a button; reference {self.code}; we must answer by {deadline[1] if deadline else ''}")

    def officer_approves(self) -> None:
        """The officer signs in, sees the request with its history, and approves with a reason."""
        officer = Visitor(self.web)
        officer.open("/admin/login/?next=/admin/")
        officer.press(form_with="username", username=self.made["officer"]["username"], password=self.made["officer"]["password"])
        officer.open(f"/admin/dsar/request/?q={self.code}")
        page = officer.open(officer.link("/admin/dsar/request/[0-9a-f-]{36}/change/"))
        must(self.reference in page, "the reference, for an officer who may see it")
        officer.open(officer.link("/approve/"))
        officer.press(form_with="reason", reason="Identity confirmed by mail")
        answer = self.shop.post("/demo/scans", json={"reference": self.reference})
        must(answer.status_code == 403, "scans to be denied from the moment of the order", answer.status_code)
        self.say(f"approved; a new scan is denied, because: {answer.json()['reason']}")

    def everything_is_gone(self) -> None:
        """The service destroys, reads back, and seals the certificate."""
        until("the status page to offer the certificate", lambda: "certificate.pdf" in self.person.open(self.status_url))
        must(self.files() == [], "nothing on the backend's disk", self.files())
        self.say("the backend's disk holds nothing of this person; every artifact was read back as absent")
        until("the mail with the answer", lambda: self.mail_link(f"/privacy/requests/{self.code}", "certificate"))

    def document_verifies(self) -> None:
        """The certificate and its JSON twin are fetched from the status page, and verified."""
        folder = self.var / "demo"
        folder.mkdir(exist_ok=True)
        self.person.open(self.status_url)
        for form in ("pdf", "json"):
            got = self.person.http.get(self.person.link(f"certificate.{form}"))
            got.raise_for_status()
            (folder / f"certificate.{form}").write_bytes(got.content)
        command = [
            sys.executable,
            "manage.py",
            "verify_document",
            str(folder / "certificate.pdf"),
            "--twin",
            str(folder / "certificate.json"),
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  # our own command, no input
        for line in done.stdout.splitlines():
            self.say(line)
        must(done.returncode == 0, "a document that verifies", done.stderr[-300:])

    def files(self) -> list[dict[str, Any]]:
        """Ground truth: what lies on the backend's disk for this person."""
        body = self.shop.get("/demo/files", params={"subject": self.reference}).raise_for_status().json()
        rows: list[dict[str, Any]] = body["files"] if isinstance(body, dict) else body
        return rows

    def requests_open(self) -> int:
        """How many requests of this person were confirmed: the status mail comes only then."""
        return sum("status code" in text.lower() and "/privacy/requests/" in text for text in self.letters())

    def letters(self) -> list[str]:
        found = []
        for path in sorted(self.mails.glob("*.eml")):
            message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
            if self.address in str(message["To"]):
                body = message.get_body(("plain",))
                found.append(f"{message['Subject']}\n{body.get_content() if body else ''}")
        return found

    def mail_link(self, part: str, word: str = "") -> str | None:
        """The newest address with `part` in a mail to this person that also says `word`."""
        for text in reversed(self.letters()):
            found = re.search(rf"https?://\S*{re.escape(part)}\S*", text)
            if found and word.lower() in text.lower():
                return found[0].rstrip(".")
        return None
