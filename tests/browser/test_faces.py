"""The three faces in a real browser: the person's pages, the status page, the officer's admin."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from examples.demo.walk import Walk, until
from tests.browser.conftest import Watched, press_until
from tests.processes import Service

KILOBYTES_100 = 100_000


def sign_in(page: Page, running: Service) -> None:
    page.goto("/admin/")
    page.get_by_label("Username").fill(running.made["officer"]["username"])
    page.get_by_label("Password").fill(running.made["officer"]["password"])
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()


def ask(page: Page, walk: Walk) -> None:
    page.goto("/privacy/")
    page.get_by_label("reference", exact=False).first.fill(walk.reference)
    page.get_by_label("e-mail", exact=False).first.fill(walk.address)
    page.get_by_role("button", name="Delete everything").click()


def confirm(page: Page, walk: Walk) -> None:
    link = until("the mail with the link", lambda: walk.mail_link("/privacy/confirm/"))
    page.goto(link)
    page.get_by_role("button").first.click()
    walk.status_url = page.url
    walk.code = page.url.rstrip("/").rsplit("/", 1)[1]


def scanned(walk: Walk) -> None:
    walk.scan_is_denied()
    walk.person_signs()
    walk.scan_runs()


def test_u12_the_whole_request_works_on_a_phone_without_javascript(phone: Watched, walk: Walk) -> None:
    scanned(walk)
    page = phone.page
    ask(page, walk)
    expect(page.get_by_role("heading", level=1)).to_contain_text("mail")
    confirm(page, walk)
    expect(page.locator("body")).to_contain_text(walk.code)
    expect(page.locator("body")).to_contain_text("Deadline by law")
    assert phone.elsewhere == []
    assert phone.weight <= 4 * KILOBYTES_100


def test_u1_an_empty_form_says_what_is_missing_and_keeps_what_was_typed(narrow: Watched) -> None:
    page = narrow.page
    page.goto("/privacy/")
    page.get_by_label("reference", exact=False).first.fill("usr_kept")
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("reference", exact=False).first).to_have_value("usr_kept")
    narrow.complaints.clear()  # the browser notes the 422 of the form itself
    narrow.assert_fit("form with mistakes")


def test_c1_signing_by_keyboard_alone_with_the_training_box_left_empty(desk: Watched, walk: Walk, album: Path) -> None:
    link = walk.shop.post("/demo/signing-links", json={"reference": walk.reference, "email": walk.address}).json()["url"]
    page = desk.page
    page.goto(link)
    boxes = page.get_by_role("checkbox", include_hidden=True)
    assert boxes.count() >= 1
    assert not any(boxes.nth(n).is_checked() for n in range(boxes.count()))
    desk.assert_fit("the signing page")
    desk.picture(album / "sign.png")
    press_until(page, "name")
    page.keyboard.type("Ana Example")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Signed")
    desk.assert_fit("the page after signing")
    desk.picture(album / "signed.png")
    assert walk.shop.post("/demo/scans", json={"reference": walk.reference}).status_code == 201


def test_the_form_the_status_and_the_admin_are_fit_to_show(
    desk: Watched, narrow: Watched, walk: Walk, running: Service, album: Path
) -> None:
    scanned(walk)
    page = desk.page
    for watched, name in ((desk, "form"), (narrow, "form-phone")):
        watched.page.goto("/privacy/")
        watched.assert_fit(name)
        watched.picture(album / f"{name}.png")
        assert watched.weight <= KILOBYTES_100, name
    ask(page, walk)
    desk.assert_fit("check your mail")
    confirm(page, walk)
    desk.assert_fit("status before the decision")

    officer = narrow.page
    officer.set_viewport_size({"width": 1280, "height": 900})
    sign_in(officer, running)
    narrow.assert_fit("admin: today")
    narrow.picture(album / "admin.png")
    officer.goto(f"/admin/dsar/request/?q={walk.code}")
    narrow.assert_fit("admin: requests")
    narrow.picture(album / "admin-requests.png")
    officer.locator("#result_list tbody th a").first.click()
    expect(officer.locator("body")).to_contain_text(walk.reference)
    narrow.assert_fit("admin: one request")
    officer.get_by_role("link", name="Approve").click()
    narrow.assert_fit("admin: approve")
    narrow.picture(album / "admin-approve.png")
    officer.get_by_label("Reason").fill("Identity confirmed by mail")
    officer.get_by_role("button", name="Approve").or_(officer.locator("input[type=submit]")).first.click()
    expect(officer.locator("body")).to_contain_text("running", ignore_case=True)

    until("the certificate", lambda: page.goto(walk.status_url) and page.get_by_role("link", name="Certificate as PDF").count())
    desk.assert_fit("status with the certificate")
    desk.picture(album / "status.png")
    officer.goto(f"/admin/dsar/request/?q={walk.code}")
    officer.locator("#result_list tbody th a").first.click()
    narrow.assert_fit("admin: an answered request")
    narrow.picture(album / "admin-request.png")


def test_the_form_for_a_paper_is_fit_on_a_phone_however_long_the_choices_are(narrow: Watched, running: Service) -> None:
    sign_in(narrow.page, running)
    narrow.page.goto("/admin/consent/release/paper/")
    narrow.page.evaluate("document.querySelector('select[name=notice]').add(new Option('train_shared_model · version 12 · '.repeat(4)))")
    narrow.assert_fit("admin: add a paper")


def test_every_admin_page_opens_under_the_strict_policy(desk: Watched, running: Service) -> None:
    page = desk.page
    sign_in(page, running)
    links = page.locator("#content-main a, #content a").evaluate_all("found => found.map(a => a.getAttribute('href'))")
    lists = sorted({link for link in links if link.startswith("/admin/") and link.count("/") == 4 and "add" not in link})
    assert len(lists) >= 10, lists
    for address in lists:
        page.goto(address)
        assert page.title()
        first = page.locator("#result_list tbody th a").first
        if first.count():
            first.click()
            history = page.get_by_role("link", name="History")
            if history.count():
                history.first.click()
        assert desk.complaints == [], (address, desk.complaints)
        assert desk.elsewhere == [], (address, desk.elsewhere)


@pytest.mark.parametrize(
    "address", ["/privacy/", "/privacy/requests/", "/nowhere", "/verify/00000000-0000-0000-0000-000000000000", "/admin/login/"]
)
def test_every_public_page_is_fit_on_a_phone(narrow: Watched, address: str) -> None:
    narrow.page.goto(address)
    narrow.complaints = [c for c in narrow.complaints if "404" not in c]
    narrow.assert_fit(address)


def test_the_api_docs_come_from_local_files_under_a_strict_policy(desk: Watched) -> None:
    """Swagger UI is somebody else's page: what it shows to axe is theirs, where it loads from is ours."""
    desk.page.goto("/api/docs")
    expect(desk.page.locator("body")).to_contain_text("/api/v1/artifacts", timeout=15_000)
    assert (desk.complaints, desk.elsewhere) == ([], [])
