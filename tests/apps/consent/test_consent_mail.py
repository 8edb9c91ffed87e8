"""The copy of what was signed, and what officers may look at."""

from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from compliance.access.models import Officer
from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.errors import LeaseLost
from compliance.delivery.actions import Lease, drain
from compliance.delivery.models import Promise
from consent.handlers import release_signed
from consent.models import Release
from tests.apps.consent.consent_cast import World, signed
from tests.apps.consent.test_receipts import signing_dir as signing_dir

pytestmark = pytest.mark.django_db
TOPIC = "consent.release_signed"
# That a promise became active is not what these tests are about.
HANDLERS = {TOPIC: release_signed, "profiles.activated": lambda *_: None}


def signing() -> Promise:
    """The one promise that a signature made."""
    return Promise.objects.get(topic=TOPIC)


def test_c13_ana_gets_a_copy_of_the_exact_text_by_mail_once(world: World) -> None:
    release = signed("ana", email="ana@example.test")
    drain(HANDLERS)
    [message] = mail.outbox
    assert message.to == ["ana@example.test"]
    assert release.notice.body in message.body
    assert release.text_hash in message.body
    assert str(release.pk) in message.body
    assert "Ana" not in f"{message.subject}{message.body}"
    assert "/sign/" not in message.body
    assert message.message()["Auto-Submitted"] == "auto-generated"
    assert signing().state == "kept"
    assert Entry.objects.filter(object_id=str(release.pk), kind="consent:release:copy_sent").count() == 1
    # Kept twice by accident: one mail all the same.
    Promise.objects.filter(topic=TOPIC).update(state="waiting")
    drain(HANDLERS)
    assert len(mail.outbox) == 1


def test_ben_left_no_address_and_gets_no_mail(world: World) -> None:
    signed("ben")
    drain(HANDLERS)
    assert signing().state == "kept"
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("refusal", "for_good"),
    [
        (SMTPRecipientsRefused({"ana@example.test": (550, b"no such user")}), True),
        (SMTPDataError(554, b"not accepted"), True),
        (SMTPRecipientsRefused({"ana@example.test": (450, b"greylisted")}), False),
        (SMTPRecipientsRefused({"ana@example.test": (550, b"no such user"), "a@example.test": (451, b"later")}), False),
        (SMTPDataError(452, b"disk full"), False),
        (SMTPException("the line broke"), False),
    ],
)
def test_a_mail_that_is_refused_for_good_ends_on_record_and_another_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch, refusal: SMTPException, for_good: bool
) -> None:
    release = signed("ana", email="ana@example.test")

    def refuse(*_: object) -> int:
        raise refusal

    with monkeypatch.context() as far_side:
        far_side.setattr(EmailBackend, "send_messages", refuse)
        drain(HANDLERS)
    assert signing().state == ("kept" if for_good else "waiting")
    Promise.objects.filter(topic=TOPIC).update(state="waiting", due_at=clock.now(), lease_until=None)
    drain(HANDLERS)
    assert len(mail.outbox) == (0 if for_good else 1)
    ends = Entry.objects.filter(object_id=str(release.pk)).exclude(kind="consent:release:signed").values_list("kind", flat=True)
    assert list(ends) == ["consent:release:undeliverable" if for_good else "consent:release:copy_sent"]


def test_a_worker_that_lost_its_lease_sends_nothing(world: World) -> None:
    release = signed("ana", email="ana@example.test")
    stale = Lease(signing().pk, fence=99)
    with pytest.raises(LeaseLost):
        release_signed({"release": str(release.pk)}, stale, clock.now())
    assert mail.outbox == []


def test_officers_see_releases_and_notices_and_can_change_none(world: World, client: Any) -> None:
    release = signed("ana")
    client.force_login(Officer.objects.create_superuser("olga", password="x" * 20))
    for address in (
        "/admin/consent/notice/",
        f"/admin/consent/notice/{release.notice_id}/change/",
        f"/admin/consent/notice/{release.notice_id}/history/",
        "/admin/consent/release/?state__exact=active",
        f"/admin/consent/release/{release.pk}/change/",
        f"/admin/consent/release/{release.pk}/history/",
        "/admin/consent/releaselink/",
    ):
        page = client.get(address)
        assert page.status_code == 200, address
        assert b"evidence_sealed" not in page.content
        assert b'name="_save"' not in page.content
    assert client.post(f"/admin/consent/release/{release.pk}/change/", {"state": "withdrawn"}).status_code == 403
    assert client.post(f"/admin/consent/release/{release.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/consent/release/add/").status_code == 403
    assert Release.objects.get().state == "active"
