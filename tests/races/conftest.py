"""A scan backend of each test's own, as a process: its disk is the truth that no database can bend."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from examples.scan_backend.harness import TOKEN, running, stand_in
from tests import factories
from tests.apps.erasure.conftest import Scans


@pytest.fixture
def scans(tmp_path: Path, settings: Any) -> Iterator[Scans]:
    settings.ANNOUNCE_WORK = ""
    with stand_in() as efface, running(tmp_path, efface.url, "--purge-delay", "0.05") as backend:
        settings.BACKEND_ALLOW = [backend.http.base_url.netloc.decode()]
        yield Scans(backend, factories.system(str(backend.http.base_url), TOKEN))
