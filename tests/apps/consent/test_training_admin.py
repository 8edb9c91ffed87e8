"""O15: what officers see of training, and the one form with which they write down what became of a withdrawal."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from compliance.audit.models import Entry
from compliance.core import clock
from consent.admin import training_pages
from consent.models import Release, Remediation
from consent.queries import ledger
from consent.queries.training import report_section
from tests import factories
from tests.apps.consent.training_cast import Trainer, allowed, person, promise, report, taken_back, thing, use

pytestmark = pytest.mark.django_db


class Office:
    """Ana stands by her opt-in, Ben took his back; one model saw both."""

    def __init__(self, client: Client) -> None:
        promise()
        self.trainer = Trainer()
        for name in ("ana", "ben"):
            allowed(name)
            thing(name, f"{name}-1", category="metadata", biometric=False, purpose="account_history")
        allowed("cy")
        self.dataset = self.trainer.dataset(name="heads")
        taken = self.trainer.snapshot(self.dataset, ["ana-1", "ben-1"])
        self.model: dict[str, Any] = self.trainer.model(taken.id, name="faces")
        taken_back("ben")
        taken_back("cy")
        report(self.trainer, use("ben", "train_shared_model"), use("ben", "disclose:lab", kind="disclosure", recipient="lab"))
        self.http = client

    def look(self, name: str, *args: Any, role: str = "officer", query: str = "") -> str:
        self.sign_in(role)
        answer = self.http.get(reverse(f"admin:{name}", args=args) + query)
        assert answer.status_code == 200, (name, answer.status_code)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))

    def sign_in(self, role: str) -> None:
        from compliance.access.models import Officer

        name = role.replace(" ", "-")
        self.http.force_login(Officer.objects.filter(username=name).first() or factories.officer(name, role))

    @property
    def form(self) -> str:
        release = person("ben").releases.get(purpose="train_shared_model")
        return reverse("admin:consent_training_record", args=[self.model["id"], release.pk])


@pytest.fixture
def office(client: Client) -> Office:
    return Office(client)


def test_o15_the_ledger_shows_withdrawals_with_the_models_that_saw_them_and_opt_ins(office: Office) -> None:
    page = office.look("consent_training")
    assert str(person("ben").pk)[:8] in page
    words = "Left out of everything from now on. This model was trained before that."
    assert f"faces {office.model['version']} : {words} (follows by itself)" in page
    assert "never used in a model" in page
    assert str(person("ana").pk)[:8] not in page
    page = office.look("consent_training", query="?what=optins")
    assert str(person("ana").pk)[:8] in page
    assert page.count(f"faces {office.model['version']}") == 2


def test_o15_one_page_a_person_reached_by_their_number_or_a_releases(office: Office) -> None:
    ben = person("ben")
    page = office.look("consent_training_person", ben.pk)
    for words in ("Also to train.", "heads", f"faces {office.model['version']}", "Left out of everything from now on.", "Record"):
        assert words in page
    assert "Nothing explains it: no release for this purpose." in page or "Nothing explains it:" in page
    release = ben.releases.get(purpose="train_shared_model")
    for number in (ben.pk, release.pk):
        answer = office.http.get(reverse("admin:consent_training"), {"number": f" {number} "})
        assert answer["Location"] == reverse("admin:consent_training_person", args=[ben.pk])
    assert office.http.get(reverse("admin:consent_training"), {"number": "usr_ben"}, follow=True).status_code == 200
    assert office.http.get(reverse("admin:consent_training_person", args=[office.dataset])).status_code == 404


@pytest.mark.parametrize("what", ["", "what=optins&"])
def test_o15_no_row_is_lost_between_pages_when_many_share_one_moment(office: Office, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    for module in (training_pages, ledger):
        monkeypatch.setattr(module, "PAGE", 2)
    at, ended = clock.now() - timedelta(days=2), clock.now() - timedelta(hours=1)
    for number in range(5):
        allowed(f"many-{number}", at=at, state="withdrawn", ended_at=ended)
    rows = Release.objects.filter(purpose="train_shared_model")
    everybody = {str(pk) for pk in (rows if what else rows.filter(ended_at__isnull=False)).values_list("subject_id", flat=True)}
    office.sign_in("officer")
    seen, query = [], f"?{what}"
    while query:
        page = unescape(office.http.get(reverse("admin:consent_training") + query).content.decode())
        seen += re.findall(r"/person/([0-9a-f-]{36})/", page)
        older = re.search(r'<a href="(\?[^"]*after=[^"]+)"', page)
        query = older.group(1) if older else ""
    assert len(seen) == len(everybody) >= 7
    assert set(seen) == everybody


def test_o15_a_page_that_nothing_names_is_the_newest(office: Office) -> None:
    newest = office.look("consent_training")
    for place in ("soon", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00/", "2026-01-01T00:00:00Z/7", f"2026-01-01T00:00:00/{UUID(int=1)}"):
        assert str(person("ben").pk)[:8] in office.look("consent_training", query=f"?after={place}"), place
    assert str(person("ben").pk)[:8] in newest


def test_b1_the_page_of_a_person_shows_what_an_access_report_would_say(office: Office) -> None:
    page = office.look("consent_training_person", person("ben").pk)
    _before, found, section = page.partition("What an access report would say")
    assert found
    said = json.loads(section[section.index("{") : section.rindex("}") + 1])
    assert said == report_section(person("ben").pk, clock.now())
    assert said["answer"] == "trained"


def test_o15_a_model_says_how_many_people_it_saw_and_how_many_withdrew_since(office: Office) -> None:
    page = office.look("consent_modelversion_change", office.model["id"])
    assert "People it saw 2" in page
    assert "Whose opt-in ended since 1" in page
    assert "Left out from now on; this model still saw it 1" in page
    assert str(person("ben").pk) in page
    assert str(person("ana").pk) not in page
    assert "Asked Allowed" in office.look("consent_dataset_change", office.dataset)


def test_an_officer_records_a_remediation_with_a_reason_and_the_person_page_says_it(office: Office) -> None:
    office.sign_in("officer")
    claim = {"state": "approximate_unlearning", "method": "scrubbing", "metric": "AUC 0.5", "attested_by": "", "reason": "done today"}
    answer = office.http.post(office.form, claim)
    assert answer.status_code == 200
    assert "needed for this state" in answer.content.decode()
    assert office.http.post(office.form, {**claim, "attested_by": "Dr. Lee", "reason": ""}).status_code == 200
    assert office.http.post(office.form, {**claim, "state": "model_destroyed", "method": "", "metric": ""}).status_code == 200
    assert not Remediation.objects.exists()
    answer = office.http.post(office.form, {**claim, "attested_by": "Dr. Lee"})
    assert answer["Location"] == reverse("admin:consent_training_person", args=[person("ben").pk])
    page = office.look("consent_training_person", person("ben").pk)
    assert "Approximate unlearning by scrubbing, measured by AUC 0.5, attested by Dr. Lee." in page
    entry = Entry.objects.get(kind="consent:remediation:recorded")
    assert (entry.actor_role, entry.object_id) == ("officer", str(Remediation.objects.get().pk))


def test_only_officers_record_and_only_those_with_the_right_look(office: Office) -> None:
    for role in ("viewer", "auditor"):
        assert "Record" not in office.look("consent_training_person", person("ben").pk, role=role)
        assert office.http.get(office.form).status_code == 403
        assert office.http.post(office.form, {"state": "excluded_future", "reason": "because"}).status_code == 403
    office.sign_in("operator")
    for name, args in (("consent_training", []), ("consent_training_person", [person("ben").pk])):
        assert office.http.get(reverse(f"admin:{name}", args=args)).status_code == 403
    assert not Remediation.objects.exists()


@pytest.mark.parametrize("name", ["dataset", "snapshot", "modelversion", "remediation", "use"])
def test_every_list_opens_and_nothing_on_it_is_edited(office: Office, name: str) -> None:
    office.look(f"consent_{name}_changelist", role="viewer")
    assert office.http.get(reverse(f"admin:consent_{name}_add")).status_code == 403
    row = next(m for m in admin.site._registry if m._meta.label_lower == f"consent.{name}")._default_manager.first()
    if row is not None:
        change = reverse(f"admin:consent_{name}_change", args=[row.pk])
        assert office.http.get(change).status_code == 200
        assert office.http.post(change, {}).status_code in {403, 404, 405}
