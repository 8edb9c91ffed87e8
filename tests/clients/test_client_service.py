"""The client and the service together: what Ana granted is allowed, what she took back is not."""

from datetime import datetime, timedelta

import httpx
import pytest
from efface_client import Client, Question

from compliance.core import clock
from compliance.core.actor import PERSON
from consent.actions import withdraw
from tests.clients.conftest import HERE
from tests.factories import api_key, signed


def taken_back(reference_of: object) -> str:
    """Ana withdraws; returns the consistency token."""
    subject_id = getattr(reference_of, "subject_id")  # noqa: B009  # a release of the factories
    done = withdraw(subject_id=subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
    return str(done.token)


def test_a_check_says_what_the_service_says(client: Client) -> None:
    release = signed("usr_ana")
    decision = client.check("usr_ana", "face_scan", resource=("scan_session", "scn_19"), recipient=release.recipients[0])
    assert (decision.allowed, decision.reason, decision.release_id) == (True, "active", str(release.pk))
    assert decision.expires_at is not None
    assert abs(decision.expires_at - release.expires_at) < timedelta(seconds=1) or decision.expires_at < release.expires_at
    assert client.check("usr_ana", "face_scan", recipient="somebody else").reason == "recipient_not_named"
    assert client.check("usr_ben", "face_scan").reason == "unknown_subject"
    assert client.check("usr_ana", "sale").reason == "not_consentable"
    assert client.check("", "face_scan").detail == "status 400"
    token = taken_back(release)
    assert client.check("usr_ana", "face_scan", at_least_as_fresh=token).reason == "withdrawn"
    assert not client.allowed("usr_ana", "face_scan")


def test_many_checks_are_answered_in_their_order(client: Client) -> None:
    signed("usr_ana")
    asked = [Question(who, "face_scan") for who in ("usr_ana", "usr_ben", "", "usr_ana")]
    assert [decision.allowed for decision in client.check_many(asked)] == [True, False, False, True]


def test_a_token_of_the_service_verifies_offline_for_what_it_says_and_nothing_else(client: Client) -> None:
    release = signed("usr_ana")
    bound = {"resource": ("scan_session", "scn_19"), "recipient": release.recipients[0]}
    decision = client.check("usr_ana", "face_scan", **bound)  # type: ignore[arg-type]  # a dict of two kinds
    assert decision.token is not None
    (many,) = client.check_many([Question("usr_ana", "face_scan", ("scan_session", "scn_19"), release.recipients[0])], tokens=True)
    for token in (decision.token, many.token or ""):
        good = client.verify(token, subject="usr_ana", purpose="face_scan", audience="demo-scan", **bound)  # type: ignore[arg-type]  # as above
        assert good, good.detail
        assert good.release_id == str(release.pk)
        assert not client.verify(token, subject="usr_ben", purpose="face_scan", **bound)  # type: ignore[arg-type]  # as above
        late = datetime.now(tz=release.signed_at.tzinfo) + timedelta(seconds=301)
        assert not client.verify(token, subject="usr_ana", purpose="face_scan", now=late, **bound)  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize("key", ["", "efk_x_y", "not even a key"])
def test_without_a_key_nothing_is_allowed(service: httpx.WSGITransport, key: str) -> None:
    signed("usr_ana")
    assert Client(HERE, api_key("check"), 20, transport=service).allowed("usr_ana", "face_scan")
    assert Client(HERE, key, 20, transport=service).check("usr_ana", "face_scan").detail == "status 401"
    assert Client(HERE, api_key("changes:read"), 20, transport=service).check("usr_ana", "face_scan").detail == "status 403"
