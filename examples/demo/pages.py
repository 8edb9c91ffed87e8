"""A person with a browser, without the browser: open a page, fill in its form, press its button."""

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx


class Forms(HTMLParser):
    """The forms of a page: where each leads, the values its hidden fields bring along, and its buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({"action": given.get("action", ""), "hidden": {}, "names": set()})
        elif tag in ("input", "select", "textarea", "button") and self.forms and given.get("name"):
            self.forms[-1]["names"].add(given["name"])
            if given.get("type") == "hidden":
                self.forms[-1]["hidden"][given["name"]] = given.get("value", "")


class Visitor:
    """One person's visit: cookies are kept, redirects are followed, an error page is an error."""

    def __init__(self, base: str) -> None:
        self.http = httpx.Client(base_url=base, follow_redirects=True, trust_env=False, timeout=30)
        self.page: httpx.Response

    def open(self, address: str) -> str:
        """GET a page; returns its text."""
        self.page = self.http.get(address)
        self.page.raise_for_status()
        return self.page.text

    def press(self, *, form_with: str, **fields: str) -> str:
        """Send the form of the open page whose action or field names contain `form_with`; returns the next page's text."""
        parser = Forms()
        parser.feed(self.page.text)
        found = [f for f in parser.forms if form_with in f["action"] or form_with in f["names"]]
        if not found:
            raise LookupError(f"the page {self.page.url.path} has no form with “{form_with}”")
        address = urljoin(str(self.page.url), found[0]["action"]) if found[0]["action"] else str(self.page.url)
        self.page = self.http.post(address, data={**found[0]["hidden"], **fields}, headers={"Referer": str(self.page.url)})
        if self.page.status_code >= 400:
            wait = self.page.headers.get("Retry-After")
            hint = f" (a limit against floods: try again in {wait} seconds)" if wait else ""
            raise RuntimeError(f"{self.page.url.path} answered {self.page.status_code}{hint}: {words(self.page.text)[:300]}")
        return self.page.text

    def link(self, pattern: str) -> str:
        """The first address in the open page that matches a regular expression."""
        found = re.search(rf'href="([^"]*{pattern}[^"]*)"', self.page.text)
        if not found:
            raise LookupError(f"the page {self.page.url.path} has no link like “{pattern}”")
        return found[1].replace("&amp;", "&")


def words(page: str) -> str:
    """The text of a page's main part, without its tags."""
    page = re.sub(r"(?s).*<main[^>]*>|</main>.*", "", page)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(head|style|script).*?</\1>", " ", page))).strip()
