"""What people do in a browser, for the tests of requests."""

import re
from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client

from compliance.access.models import Officer

# What differs between two equal pages: the token against forged forms, and nothing else.
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


def submit(browser: Client, url: str, page: str = "", **fields: str) -> Any:
    """Open `page` (or `url`), take its form's token, and send the form."""
    browser.get(page or url)
    token = browser.cookies["csrftoken"].value
    return browser.post(url, {**fields, "csrfmiddlewaretoken": token})


def without_token(response: Any) -> bytes:
    return TOKEN.sub(b"", response.content)


def officer(name: str, *rights: str) -> Officer:
    account = Officer.objects.create_user(name, is_staff=True, first_name=name.title())
    account.user_permissions.set(Permission.objects.filter(content_type__app_label="dsar", codename__in=rights))
    return account


def look(browser: Client, url: str, status: int = 200) -> str:
    """The page at `url`, which must answer with `status`."""
    response = browser.get(url)
    assert response.status_code == status
    return response.content.decode()
