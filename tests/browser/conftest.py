"""Debian's chromium against the whole service: what a person sees, and what the browser complains about."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from examples.demo.walk import Walk
from tests.processes import Service, service

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)
GRAVE = {"serious", "critical"}


# Of one file: the service and the browser would else run on beside all that comes after them.
@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Service]:
    with service(tmp_path_factory.mktemp("browser"), "backend", "web", "worker", "beat") as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Debian's chromium is not installed here (apt-get install chromium)")
    with sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@dataclass
class Watched:
    """A page, and everything that must stay empty: console errors, refused content, calls to elsewhere."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    weight: int = 0

    def watch(self, home: str) -> None:
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: None if request.url.startswith(home) else self.elsewhere.append(request.url))
        self.page.on("response", self.weigh)

    def weigh(self, response: Any) -> None:
        self.weight += int(response.headers.get("content-length", 0))

    def assert_fit(self, what: str) -> None:
        """axe finds nothing serious, nothing runs off the side, nothing was refused by the policy or asked elsewhere."""
        assert self.complaints == [], (what, self.complaints)
        assert self.elsewhere == [], (what, self.elsewhere)
        found = Axe().run(self.page).response["violations"]
        grave = [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in GRAVE]
        assert grave == [], (what, grave)
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (what, f"{wide} px too wide")
        self.complaints.clear()  # what axe itself tried

    def picture(self, path: Path) -> None:
        """Playwright hides the caret with a style of its own, which our policy refuses: that is not the page's doing."""
        self.page.screenshot(path=path, full_page=True)
        self.complaints.clear()


def visit(browser: Browser, running: Service, **options: Any) -> Iterator[Watched]:
    wanted = {"locale": "en-US", "timezone_id": "America/Chicago", **options}
    context: BrowserContext = browser.new_context(base_url=running.url, **wanted)
    watched = Watched(context.new_page())
    watched.watch(running.url)
    yield watched
    context.close()


def press_until(page: Page, name: str) -> None:
    """Tab until the field of this name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"the keyboard never reaches “{name}”")


@pytest.fixture
def desk(browser: Browser, running: Service) -> Iterator[Watched]:
    yield from visit(browser, running, viewport={"width": 1280, "height": 900})


@pytest.fixture
def phone(browser: Browser, running: Service) -> Iterator[Watched]:
    """320 px wide, and no JavaScript; axe needs some, so pages are checked for it on `desk` and `narrow`."""
    yield from visit(browser, running, viewport={"width": 320, "height": 640}, java_script_enabled=False)


@pytest.fixture
def narrow(browser: Browser, running: Service) -> Iterator[Watched]:
    yield from visit(browser, running, viewport={"width": 320, "height": 640})


@pytest.fixture
def walk(running: Service, monkeypatch: pytest.MonkeyPatch) -> Walk:
    """Ana, whose steps without a browser are already tested elsewhere."""
    for name, value in running.environ.items():
        monkeypatch.setenv(name, value)
    return Walk(say=lambda _line: None)


@pytest.fixture(scope="session")
def album(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where pictures go: var/screenshots, from where those of the README are taken over by hand."""
    folder = tmp_path_factory.mktemp("album")
    yield folder
    wanted = Path(__file__).resolve().parents[2] / "var" / "screenshots"
    wanted.mkdir(parents=True, exist_ok=True)
    for picture in folder.glob("*.png"):
        shutil.copy(picture, wanted / picture.name)
