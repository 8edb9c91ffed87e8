"""The officers' pages: what each may see and do, and that nothing else can."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from compliance.artifacts.models import Artifact
from compliance.audit.models import Entry
from compliance.core.actor import PERSON
from compliance.erasure.models import Order
from compliance.subjects.models import Subject
from dsar import actions
from dsar.models import Request
from tests.apps.dsar.dsar_steps import look, officer, submit

pytestmark = pytest.mark.django_db
Ask = Callable[..., Request]


def page_of(request: Request) -> str:
    return reverse("admin:dsar_request_change", args=[request.pk])


def act_on(request: Request, name: str) -> str:
    return reverse(f"admin:dsar_request_{name}", args=[request.pk])


def views_of(request: Request) -> int:
    return Entry.objects.filter(object_id=str(request.pk), kind="dsar:request:viewed").count()


def test_the_list_says_how_long_is_left(signed_in: Client, ask: Ask, at: datetime) -> None:
    late = ask(reference="usr_late", at=at - timedelta(days=60))
    ask(reference="usr_new")
    url = reverse("admin:dsar_request_changelist")
    page = look(signed_in, url)
    assert "days late" in page
    assert "days left" in page
    assert page.index(late.code[:12]) < page.index("days left")
    assert "usr_late" not in page
    assert late.code[:12] in look(signed_in, f"{url}?clock=late")
    assert "1 request" in look(signed_in, f"{url}?clock=late")
    assert late.code[:12] in look(signed_in, f"{url}?q={late.code}")


def test_o6_one_page_shows_it_all_and_records_the_look(signed_in: Client, deciding: Request, photos: list[Artifact]) -> None:
    page = look(signed_in, page_of(deciding))
    for words in (
        "usr_ana",
        "ana@example.test",
        "GDPR",
        "Work to",
        "The photo you uploaded",
        "A number code made from your face",
        "bucket",
    ):
        assert words in page
    assert "The address is on file for this reference" in page
    assert "2 artifacts in all" in page
    assert "The link in the mail was used" in page
    assert "address on file" in page
    assert "<script>" not in page
    assert "style=" not in page
    assert views_of(deciding) == 1


def test_without_the_right_to_see_persons_nobody_is_shown(deciding: Request) -> None:
    browser = Client()
    browser.force_login(officer("vera", "view_request"))
    page = look(browser, page_of(deciding))
    assert deciding.code in page
    for hidden in ("usr_ana", "ana@example.test", "Approve"):
        assert hidden not in page
    assert views_of(deciding) == 0


def test_without_the_right_to_decide_nothing_can_be_decided(deciding: Request) -> None:
    browser = Client()
    browser.force_login(officer("vera", "view_request", "view_person"))
    for name in ("approve", "refuse", "verify"):
        assert browser.get(act_on(deciding, name)).status_code == 403
        assert browser.post(act_on(deciding, name), {"reason": "because", "grounds": "unfounded"}).status_code == 403
    deciding.refresh_from_db()
    assert (deciding.state, Order.objects.count()) == ("deciding", 0)


def test_whoever_is_not_signed_in_sees_the_sign_in(deciding: Request) -> None:
    for url in (page_of(deciding), act_on(deciding, "approve"), reverse("admin:dsar_request_changelist")):
        answer = Client().get(url)
        assert answer.status_code == 302
        assert "/admin/login/" in answer["Location"]


def test_olga_reads_what_will_happen_and_approves(signed_in: Client, deciding: Request, photos: list[Artifact]) -> None:
    page = look(signed_in, act_on(deciding, "approve"))
    assert "This destroys 2 registered artifacts" in page
    without = submit(signed_in, act_on(deciding, "approve"), reason="")
    assert (without.status_code, Order.objects.count()) == (422, 0)
    assert submit(signed_in, act_on(deciding, "approve"), reason="Identity checked").status_code == 302
    deciding.refresh_from_db()
    assert (deciding.state, deciding.decided_by, Order.objects.count()) == ("running", "Olga", 1)
    newest = deciding.history.latest("history_id")
    assert (str(newest.history_user), newest.history_change_reason) == ("olga", "Identity checked")
    page = look(signed_in, page_of(deciding))
    assert "Approved: destruction was ordered" in page
    assert "Order ordered" in page
    assert act_on(deciding, "approve") not in page


def test_a_page_left_open_too_long_decides_nothing_twice(signed_in: Client, deciding: Request) -> None:
    submit(signed_in, act_on(deciding, "approve"), reason="Identity checked")
    again = submit(signed_in, act_on(deciding, "refuse"), reason="Second thoughts", grounds="unfounded")
    assert again.status_code == 422
    assert "is not possible" in again.content.decode()
    deciding.refresh_from_db()
    assert deciding.state == "running"


def test_olga_accepts_an_identity_and_refuses_another(signed_in: Client, ana: Subject, ask: Ask) -> None:
    known, unknown = ask(), ask(reference="usr_nobody")
    assert submit(signed_in, act_on(unknown, "verify"), reason="Looks right").status_code == 422
    assert submit(signed_in, act_on(known, "verify"), reason="Looks right", subject_reference="").status_code == 302
    assert submit(signed_in, act_on(unknown, "refuse"), reason="Nobody", grounds="not_verified").status_code == 302
    assert dict(Request.objects.values_list("pk", "state")) == {known.pk: "deciding", unknown.pk: "refused"}
    assert "We could not verify who asks" in look(signed_in, page_of(unknown))


def test_html_in_a_name_stays_text(signed_in: Client, ask: Ask) -> None:
    request = ask(reference='<img src=x onerror="alert(1)">', email="ana+<b>@example.test")
    page = look(signed_in, page_of(request))
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    assert "+<b>" not in page


def test_nothing_is_edited_added_or_deleted(signed_in: Client, deciding: Request) -> None:
    signed_in.get(act_on(deciding, "approve"))
    token = {"csrfmiddlewaretoken": signed_in.cookies["csrftoken"].value}
    assert signed_in.post(page_of(deciding), {**token, "state": "answered"}).status_code == 403
    assert signed_in.get(reverse("admin:dsar_request_add")).status_code == 403
    assert signed_in.post(reverse("admin:dsar_request_delete", args=[deciding.pk]), {**token, "post": "yes"}).status_code == 403
    deciding.refresh_from_db()
    assert deciding.state == "deciding"


def test_a_closed_request_shows_that_the_person_was_erased(signed_in: Client, deciding: Request, at: datetime) -> None:
    actions.withdraw_by_person(request_id=deciding.pk, actor=PERSON, at=at)
    page = look(signed_in, page_of(deciding))
    assert "erased on" in page
    assert "usr_ana" not in page


def test_cards_on_the_first_page_count_what_waits(signed_in: Client, deciding: Request) -> None:
    page = look(signed_in, reverse("admin:index"))
    assert "Requests ready to decide" in page
