"""A receiver of webhooks of each test's own."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.apps.delivery.far import Far, listening


@pytest.fixture
def far(settings: Any) -> Iterator[Far]:
    settings.ANNOUNCE_WORK = ""
    with listening(settings) as receiver:
        yield receiver
