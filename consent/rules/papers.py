"""Which PDF may be kept as a paper: what it is, what it must not do, and how large it may be. Nothing here shows or runs it."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.core.errors import FieldError, Invalid

MAX_PAPER = 5_000_000
PROCESS = Path(__file__).with_name("paper_process.py")
SECONDS = 10
REFUSED: Mapping[str, object] = {
    "encrypted": gettext_lazy("This PDF has a password or locks. Save it without them."),
    "script": gettext_lazy("This PDF holds a script. Print it to a new PDF, or scan the paper again."),
    "action": gettext_lazy("This PDF starts something by itself. Print it to a new PDF, or scan the paper again."),
    "form": gettext_lazy("This PDF is a form that runs code. Print it to a new PDF, or scan the paper again."),
    "file": gettext_lazy("This PDF has other files inside. Print it to a new PDF, or scan the paper again."),
    "media": gettext_lazy("This PDF holds sound, film or an attached file. Print it to a new PDF, or scan the paper again."),
    "many": gettext_lazy("This PDF has too many parts. Scan the paper again."),
    "empty": gettext_lazy("This PDF has no page."),
}


@dataclass(frozen=True)
class Pdf:
    """A file that was looked at. `sha256` is over the exact bytes that were handed in."""

    content: bytes = field(repr=False)
    sha256: str

    @property
    def size(self) -> int:
        return len(self.content)


def checked(content: bytes, pointer: str) -> Pdf:
    """The file, when it is a PDF that does nothing; raises `Invalid` that says what is wrong with the field at `pointer`.

    Never inside a transaction: it starts a process, for a third of a second.
    """
    if says := _wrong(content):
        raise Invalid(_("This file cannot be kept."), [FieldError(pointer, str(says))])
    return Pdf(content, hashlib.sha256(content).hexdigest())


def _wrong(content: bytes) -> object:
    if not content:
        return _("Choose a PDF file.")
    if len(content) > MAX_PAPER:
        return _("This file is too large. 5 MB is the most.")
    if not content.startswith(b"%PDF-"):
        return _("This is not a PDF file.")
    found = _look(content)
    return "" if found == "ok" else REFUSED.get(found, _("This PDF cannot be read. Print it to a new PDF, or scan the paper again."))


def _look(content: bytes) -> str:
    """The word of the process that looked; `broken` when it died of the file or took too long."""
    try:
        done = subprocess.run(  # our own interpreter and script; the file goes in on standard input
            [sys.executable, "-I", str(PROCESS)],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "broken"
    return done.stdout.decode("ascii", "replace") if done.returncode == 0 else "broken"
