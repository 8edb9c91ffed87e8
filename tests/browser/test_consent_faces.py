"""Signing, saying no and taking back in four languages, on a small screen without JavaScript; and what JavaScript adds."""

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Locator, Page, Request

from tests.browser.conftest import Watched, press_until, visit
from tests.processes import Service

LANGUAGES = ("en", "es", "de", "fr")
# What is the same page in every language is looked at in the one with the longest words.
LONGEST = "de"
NAMES = {"en": "Ana Example", "es": "Ana Ejemplo", "de": "Ana Beispiel", "fr": "Ana Exemple"}
TITLES = {
    "en": ("Signed", "Taken back", "You said no"),
    "es": ("Firmado", "Retirado", "Usted dijo que no"),
    "de": ("Unterschrieben", "Zurückgenommen", "Sie haben Nein gesagt"),
    "fr": ("Signé", "Retiré", "Vous avez dit non"),
}
SMALL = {"width": 320, "height": 640}
LOOKS = "e => ['fontWeight', 'fontSize', 'color', 'backgroundColor', 'borderColor', 'padding'].map(name => getComputedStyle(e)[name])"
EVERY = pytest.mark.parametrize("language", LANGUAGES)


@contextmanager
def person(browser: Browser, running: Service, language: str, *, script: bool) -> Iterator[Watched]:
    """Somebody with a small screen whose browser speaks `language`."""
    options = {"viewport": SMALL, "java_script_enabled": script, "locale": f"{language}-{language.upper()}", "reduced_motion": "reduce"}
    for watched in visit(browser, running, **options):
        watched.page.set_default_timeout(10_000)
        yield watched


def link(running: Service) -> str:
    """A fresh signing link for somebody new, as the scan backend asks for it."""
    made = running.api("/api/v1/release-links", {"subject": f"usr_{uuid.uuid4().hex[:8]}", "purpose": "face_scan"}, uuid.uuid4().hex)
    assert made.status_code in (200, 201), made.text
    return str(made.json()["url"])


@dataclass(frozen=True)
class Effort:
    """What one act costs a person: screens seen, presses, inputs in front of them, and words to read on the way."""

    screens: int
    presses: int
    fields: int
    words: int

    def fits_in(self, other: "Effort") -> bool:
        return self.screens <= other.screens and self.presses <= other.presses and self.fields <= other.fields and self.words <= other.words


def words(page: Page) -> int:
    return len(page.locator("main").inner_text().split())


def do(page: Page, button: Locator, name: str = "") -> Effort:
    """Act with `button`, filling in what its form shows, and count: this screen and the next, which must be the last one."""
    form = button.locator("xpath=ancestor::form")
    read, presses = words(page), 1
    fields = form.locator("input:visible, select:visible, textarea:visible").count()
    if fields:
        form.locator("input[name=name]").fill(name)
        form.locator("input[name=agree]").check()
        presses += 1
    button.click()
    return Effort(2, presses, fields, read + words(page))


def heading(page: Page) -> str:
    return page.locator("h1").inner_text().replace("\u00ad", "")


def runs_off(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@EVERY
def test_c1_c5_u7_u12_taking_back_is_never_harder_than_granting(browser: Browser, running: Service, language: str) -> None:
    """X34: the same person, the same channel, without JavaScript on 320 px; counted, not claimed."""
    signed, back, _ = TITLES[language]
    with person(browser, running, language, script=False) as ana:
        page = ana.page
        page.goto(link(running))
        assert page.locator("html").get_attribute("lang") == language
        assert runs_off(page) <= 0
        granted = do(page, page.locator(".choices .button").first, NAMES[language])
        assert heading(page) == signed
        assert runs_off(page) <= 0
        page.locator("main details:has(form) > summary").first.click()
        box_granted = do(page, page.locator("main details form button[type=submit]").first, NAMES[language])
        assert heading(page) == signed
        box_taken = do(page, page.locator("form[action$='/withdraw'] button").last)
        assert heading(page) == back
        page.goto(page.url.rsplit("/", 2)[0])
        taken = do(page, page.locator("#back ~ form button"))
        assert heading(page) == back
        assert runs_off(page) <= 0
        assert granted.fields >= 2
        assert granted.presses >= 2
        assert taken.fits_in(granted), (taken, granted)
        assert box_taken.fits_in(box_granted), (box_taken, box_granted)
        assert (taken.fields, taken.presses) == (box_taken.fields, box_taken.presses) == (0, 1)
        assert ana.elsewhere == []


@EVERY
def test_u8_no_is_one_press_beside_a_yes_of_the_same_weight(browser: Browser, running: Service, language: str) -> None:
    with person(browser, running, language, script=False) as ben:
        page = ben.page
        page.goto(link(running))
        yes, no = page.locator(".choices .button").all()
        assert yes.evaluate(LOOKS) == no.evaluate(LOOKS)
        first, second = yes.bounding_box(), no.bounding_box()
        assert first is not None
        assert second is not None
        assert (first["width"], first["height"]) == (second["width"], second["height"])
        assert first["height"] >= 24
        assert page.locator("main input:checked").count() == 0
        no.click()
        assert heading(page) == TITLES[language][2]
        assert runs_off(page) <= 0


@EVERY
def test_u22_axe_finds_nothing_grave_in_any_language(browser: Browser, running: Service, language: str, album: Path) -> None:
    with person(browser, running, language, script=True) as cy:
        page = cy.page
        page.goto(link(running))
        cy.picture(album / f"sign-{language}.png")
        for box in page.locator("main details > summary").all():
            box.click()
        cy.assert_fit(f"sign, {language}")
        assert cy.weight <= 100_000
        if language == LONGEST:
            page.locator(".choices .button").first.click()
            assert page.locator("[role=alert]").is_visible()
            cy.complaints.clear()  # the browser notes the 422 of the form itself
            cy.assert_fit("mistakes")
        page.locator("#name").fill(NAMES[language])
        page.locator("#agree").check()
        page.locator(".choices .button").first.click()
        assert heading(page) == TITLES[language][0]
        cy.assert_fit(f"signed, {language}")
        cy.picture(album / f"signed-{language}.png")
        if language == LONGEST:
            page.locator("#back ~ form button").click()
            cy.assert_fit("taken back")


def test_u24_the_language_is_switched_at_the_same_address_without_javascript(phone: Watched, running: Service) -> None:
    page, address = phone.page, link(running)
    page.goto(address)
    assert page.locator("html").get_attribute("lang") == "en"
    for name, code in (("Deutsch", "de"), ("Français", "fr"), ("Español", "es")):
        page.get_by_role("link", name=name, exact=True).click()
        assert page.locator("html").get_attribute("lang") == code
        assert page.url.split("?")[0] == address
        assert runs_off(page) <= 0
    page.goto(address)
    assert page.locator("html").get_attribute("lang") == "es"
    assert page.context.cookies()[0]["name"] == "efface_language"


def test_c3_a_drawn_name_is_a_signature_and_nothing_is_typed(desk: Watched, running: Service) -> None:
    page, sent = desk.page, []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.goto(link(running))
    canvas = page.locator("canvas").first
    canvas.scroll_into_view_if_needed()
    frame = canvas.bounding_box()
    assert frame is not None
    for start in (0.1, 0.5):
        page.mouse.move(frame["x"] + frame["width"] * start, frame["y"] + frame["height"] * 0.7)
        page.mouse.down()
        for step in range(1, 9):
            page.mouse.move(frame["x"] + frame["width"] * (start + step * 0.04), frame["y"] + frame["height"] * (0.3 + 0.4 * (step % 2)))
        page.mouse.up()
    page.locator("#agree").check()
    page.locator(".choices .button").first.click()
    assert heading(page) == "Signed"
    form = body(sent[0])
    strokes = json.loads(form["drawn"])
    assert len(strokes) == 2
    assert all(0 <= value <= 1000 for stroke in strokes for point in stroke for value in point)
    assert (form["name"], form["zone"]) == ("", "America/Chicago")
    method = running.query("SELECT method FROM consent_release ORDER BY signed_at DESC LIMIT 1")
    assert method == [("drawn_name",)]
    desk.assert_fit("after a drawn name")


def body(request: Request) -> dict[str, str]:
    """The fields of a form as it was sent, whichever way it is encoded."""
    raw = request.post_data or ""
    if not raw.startswith("--"):
        return {name: values[0] for name, values in parse_qs(raw, keep_blank_values=True).items()}
    return dict(re.findall(r'name="(\w+)"\r\n\r\n(.*?)\r\n--', raw, re.S))


def test_u22_keyboard_alone_signs_in_german(browser: Browser, running: Service) -> None:
    with person(browser, running, "de", script=True) as ana:
        page = ana.page
        page.goto(link(running))
        press_until(page, "name")
        page.keyboard.type("Ana Beispiel")
        press_until(page, "agree")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_load_state()
        assert heading(page) == "Unterschrieben"
