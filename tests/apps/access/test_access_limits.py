"""Rate limits and the caller's address."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory

from compliance.access import admin_site
from compliance.access.actions import take
from compliance.access.admin_site import TRIES, TRIES_NAME, TRIES_NETWORK
from compliance.access.caller import address, network
from compliance.access.models import RateCount
from compliance.core.errors import TooMany
from tests.apps.access.support import PASSWORD, officer


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Any) -> None:
    """Forty tries with the real hash would take twenty seconds, and its slowness is not what is tested."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


AT = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def use(who: str, at: datetime = AT) -> None:
    take(use="form", who=who, limit=2, window=MINUTE, at=at)


@pytest.mark.django_db
def test_ben_is_stopped_and_told_when_to_come_back_while_ana_goes_on() -> None:
    use("192.0.2.1")
    use("192.0.2.1")
    with pytest.raises(TooMany) as refused:
        use("192.0.2.1")
    assert refused.value.retry_after == 30
    use("192.0.2.2")
    use("192.0.2.1", AT + MINUTE)


@pytest.mark.django_db
def test_who_called_is_not_stored_and_cannot_be_followed_over_days() -> None:
    use("192.0.2.77")
    use("192.0.2.77", AT + timedelta(days=1))
    buckets = list(RateCount.objects.values_list("bucket", flat=True))
    assert len({bucket.split(":")[1] for bucket in buckets}) == 2
    assert not any("192.0.2" in bucket for bucket in buckets)


@pytest.mark.parametrize(
    ("hops", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(hops: int, forwarded: str, expected: str, settings: Any) -> None:
    settings.PROXY_HOPS = hops
    assert address(RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": forwarded})) == expected


def sign_in(browser: Client, username: str, password: str) -> tuple[int, bytes]:
    answer = browser.post("/admin/login/", {"username": username, "password": password})
    return answer.status_code, re.sub(rb'csrfmiddlewaretoken" value="\w+"', b"", answer.content.replace(username.encode(), b""))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("no address", "nor this", True),
    ],
)
def test_a_household_of_ipv6_is_one_caller_and_nonsense_is_one_too(one: str, other: str, same: bool) -> None:
    names = [network(RequestFactory().get("/", REMOTE_ADDR=address)) for address in (one, other)]
    assert (len(set(names)) == 1) is same


@pytest.mark.django_db
def test_signing_in_from_one_network_is_limited_the_same_for_known_and_unknown_names() -> None:
    officer("dana")
    known = [sign_in(Client(REMOTE_ADDR=f"2001:db8::{n}"), "dana", "wrong") for n in range(1, TRIES + 2)]
    unknown = [sign_in(Client(REMOTE_ADDR=f"2001:db8:0:1::{n}"), "nobody", "wrong") for n in range(1, TRIES + 2)]
    assert [status for status, _ in known] == [200] * TRIES + [429]
    assert known == unknown


@pytest.mark.django_db
def test_an_outsider_cannot_lock_dana_out_of_her_own_network() -> None:
    officer("dana")
    outsider = Client(REMOTE_ADDR="192.0.2.1")
    assert [sign_in(outsider, "DANA", "wrong")[0] for _ in range(TRIES_NETWORK)][TRIES:] == [429] * (TRIES_NETWORK - TRIES)
    assert sign_in(outsider, "dana", PASSWORD)[0] == 429
    assert sign_in(Client(REMOTE_ADDR="192.0.2.2"), "dana", PASSWORD)[0] == 302


@pytest.mark.django_db
def test_many_networks_that_guess_one_name_together_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_site, "TRIES_NAME", 4)
    officer("dana")
    statuses = [sign_in(Client(REMOTE_ADDR=f"192.0.2.{n}"), "dana", "wrong")[0] for n in range(5)]
    assert statuses == [200] * 4 + [429]
    assert TRIES_NAME >= 10 * TRIES


@pytest.mark.django_db
def test_one_network_that_tries_name_after_name_is_stopped_also_with_the_right_password() -> None:
    officer("dana")
    browser = Client(REMOTE_ADDR="192.0.2.1")
    for number in range(TRIES_NETWORK):
        assert sign_in(browser, f"name{number}", "wrong")[0] == 200
    assert sign_in(browser, "dana", PASSWORD)[0] == 429
    assert sign_in(Client(REMOTE_ADDR="192.0.2.2"), "dana", PASSWORD)[0] == 302
