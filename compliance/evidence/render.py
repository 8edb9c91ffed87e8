"""Make a PDF from a template and a twin, in a process of its own. Same input, same bytes."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from compliance.evidence.errors import RenderFailed

PROCESS = Path(__file__).with_name("render_process.py")
# The wall clock; the process caps its own processor time at 15 s; a lease lasts 30.
SECONDS = 20
VARIANT = "pdf/a-3a"


@dataclass(frozen=True)
class Page:
    """What is to be rendered. `context` is all the template sees; `twin` becomes the embedded file `twin_name`."""

    template: str
    context: Mapping[str, Any]
    language: str
    twin: bytes
    twin_name: str
    identifier: str
    at: datetime


def render(page: Page) -> bytes:
    """The PDF/A-3 of a page, with its twin embedded. Raises `RenderFailed`; never inside a transaction: it takes seconds."""
    with translation.override(page.language):
        html = render_to_string(page.template, dict(page.context))
    job = {
        "html": html,
        "twin": base64.b64encode(page.twin).decode(),
        "twin_name": page.twin_name,
        "identifier": page.identifier,
        "at": page.at.isoformat(),
        "variant": VARIANT,
        "fonts": str(fonts()),
    }
    return _run(json.dumps(job).encode())


def fonts() -> Path:
    """The folder of the fonts we ship."""
    return Path(settings.BASE_DIR) / "templates" / "documents" / "fonts"


def _run(job: bytes) -> bytes:
    # A bare environment: no proxies, no keys, and fontconfig sees our fonts alone.
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "FONTCONFIG_FILE": str(fonts() / "fonts.conf")}
    try:
        done = subprocess.run(  # our own interpreter and script; the page goes in on standard input
            [sys.executable, "-I", str(PROCESS)], input=job, capture_output=True, timeout=SECONDS, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        raise RenderFailed("too-slow") from None
    if done.returncode == 0 and done.stdout.startswith(b"%PDF-"):
        return done.stdout
    # The renderer's own words may quote the page, so only the way it ended is told.
    raise RenderFailed("killed" if done.returncode < 0 else "too-big" if b"MemoryError" in done.stderr else "broken")
