"""The client as a program of somebody else has it: the package alone, talking to the real views over WSGI."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.wsgi import get_wsgi_application

from compliance.evidence import token_keys
from tests.architecture.source import ROOT
from tests.factories import api_key

sys.path.insert(0, str(ROOT / "clients" / "python"))
from efface_client import Client  # it is installed nowhere: its folder comes first

HERE = "http://localhost"


@pytest.fixture
def service(transactional_db: None, settings: Any, tmp_path: Path) -> httpx.WSGITransport:
    """Efface itself. Committed rows, because the feed has no place for others."""
    settings.ANNOUNCE_WORK = ""
    settings.BASE_URL = HERE
    settings.SIGNING_DIR = tmp_path
    token_keys.create(tmp_path)
    return httpx.WSGITransport(app=get_wsgi_application())


@pytest.fixture
def client(service: httpx.WSGITransport) -> Iterator[Client]:
    made = Client(HERE, api_key(), timeout=20, transport=service)
    yield made
    made.close()


class Clock:
    """A monotonic clock that stands until told."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def pass_by(self, time: timedelta) -> None:
        self.seconds += time.total_seconds()
