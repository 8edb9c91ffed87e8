"""A demo backend of one's own for each file of tests, with a stand-in for the service it reports to."""

from collections.abc import Callable, Iterator

import pytest

from examples.scan_backend.harness import Running, StandIn, running, stand_in


@pytest.fixture(scope="module")
def efface() -> Iterator[StandIn]:
    with stand_in() as service:
        yield service


@pytest.fixture(scope="module")
def backend(efface: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("protocol")
    with running(folder, efface.url, "--allow-faults", "--purge-delay", "0.3") as process:
        yield process


@pytest.fixture
def fault(backend: Running) -> Iterator[Callable[[str], None]]:
    def switch(mode: str) -> None:
        assert backend.http.post("/demo/faults", json={"mode": mode}).status_code == 200

    yield switch
    switch("none")
