"""C13: after every signature and every end, a sealed receipt that the person can fetch and anybody can check."""

import json
import re
import subprocess
import sys
import uuid
from datetime import timedelta
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import transaction

import compliance.evidence.verify_document as verifier
from compliance.audit import notes
from compliance.core import clock
from compliance.core.actor import PERSON, SERVICE
from compliance.core.errors import Conflict, LeaseLost
from compliance.delivery.actions import drain
from compliance.delivery.models import Promise
from compliance.evidence import keys, verify
from compliance.evidence.models import Document
from compliance.subjects.actions import destroy_key
from compliance.subjects.models import Subject
from consent.actions import end, receipt, withdraw
from consent.actions.receipt import seal_receipts
from consent.handlers import release_ended, release_signed
from consent.models import Release
from consent.queries.receipts import content_of, entry_of, of_release
from consent.rules.receipts.words import WORDS
from tests.apps.consent.consent_cast import World, activated, signed, starter

pytestmark = pytest.mark.django_db(transaction=True)
HANDLERS = {"consent.release_signed": release_signed, "consent.release_ended": release_ended}
SCHEMA = Path(settings.BASE_DIR).parent / "shared" / "vectors" / "kantara-cr-v1_1-schema.json"


@pytest.fixture(autouse=True)
def signing_dir(tmp_path: Path, settings: Any) -> Path:
    """Keys of this test alone; and promises are kept when the test says so."""
    folder = tmp_path / "signing"
    settings.SIGNING_DIR, settings.ANNOUNCE_WORK, settings.JOURNAL_DIR = folder, "", tmp_path / "journal"
    keys.create(folder)
    notes.create(folder, "privacy.example.test")
    return folder


def keep() -> None:
    """Keep what these tests are about; promises of other parts wait."""
    Promise.objects.exclude(topic__in=HANDLERS).update(due_at=clock.now() + timedelta(days=1))
    drain(HANDLERS)


def take_back(release: Release) -> None:
    withdraw(subject_id=release.subject_id, purpose=release.purpose, actor=PERSON, at=clock.now(), how="in a test")


def receipts(release: Release) -> list[Document]:
    return list(Document.objects.filter(kind="receipt", object_id=str(release.pk)).order_by("version"))


def content(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(document.twin))["content"]
    return found


def states(release: Release) -> list[str]:
    return [content(one)["release"]["state"] for one in receipts(release)]


def test_c13_ana_signs_and_gets_a_sealed_receipt_then_takes_it_back_and_gets_the_next(committed_world: World, tmp_path: Path) -> None:
    release = signed("ana")
    assert receipts(release) == []
    keep()
    [first] = receipts(release)
    assert (content(first)["release"]["state"], content(first)["release"]["ended_at"]) == ("active", None)
    take_back(release)
    keep()
    first, second = receipts(release)
    assert states(release) == ["active", "withdrawn"]
    assert content(second)["release"]["ended_by"] == "person"
    assert second.supersedes == first
    assert of_release(release.pk) == second
    # Kept twice by accident: no third.
    Promise.objects.filter(topic__in=HANDLERS).update(state="waiting", due_at=clock.now(), lease_until=None)
    keep()
    assert receipts(release) == [first, second]
    # The public page knows both, and which is the newer.
    assert str(second.pk) in committed_world.browser.get(f"/verify/{first.pk}").content.decode()
    # They stay, and stay provable, when everything that names Ana is gone.
    destroy_key(subject_id=release.subject_id, actor=SERVICE, at=clock.now(), reason="test")
    for document in receipts(release):
        verifies(document, tmp_path)


def verifies(document: Document, folder: Path) -> None:
    """With the published keys and the script that anybody can run, and nothing of this service."""
    report = verify.verify(bytes(document.pdf), bytes(document.twin))
    assert report.valid, report.wrong
    files = {"receipt.pdf": bytes(document.pdf), "receipt.json": bytes(document.twin), "certificate.pem": keys.certificate()}
    for name, body in {**files, "ledger.txt": verify.ledger_key().encode()}.items():
        (folder / name).write_bytes(body)
    where = {name: str(folder / name) for name in ("receipt.pdf", "receipt.json", "certificate.pem", "ledger.txt")}
    command = [sys.executable, str(verifier.__file__), where["receipt.pdf"], "--twin", where["receipt.json"]]
    command += ["--certificate", where["certificate.pem"], "--ledger-key", where["ledger.txt"]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    changed = bytes(document.twin).replace(b"efface-receipt/1", b"efface-receipt/2")
    assert not verify.verify(bytes(document.pdf), changed).valid


@pytest.mark.parametrize("state", ["withdrawn", "expired", "stale", "superseded"])
def test_c13_every_end_of_a_release_is_promised_a_receipt(committed_world: World, state: str) -> None:
    release = signed("ana")
    assert not Promise.objects.filter(topic="consent.release_ended").exists()
    with transaction.atomic():
        end.end(release=release, state=Release.State(state), actor=SERVICE, at=clock.now(), how="in a test")
    promise = Promise.objects.get(topic="consent.release_ended")
    assert promise.payload == {"release": str(release.pk)}
    release.refresh_from_db()
    said = content_of(release, ended=True, entry=entry_of(release, state))
    assert (said["release"]["state"], said["release"]["ended_by"]) == (state, "service")
    assert said["consent_record"]["dpv:hasConsentStatus"][1]["@type"][1] == f"efface:{state.title()}"


def test_c13_a_receipt_names_nobody(committed_world: World) -> None:
    release = signed("ana-reference-1", email="ana@example.test")
    said = json.dumps(content_of(release, ended=False, entry=entry_of(release, "active")))
    for personal in ("Ana", "ana-reference-1", "ana@example.test"):
        assert personal not in said
    assert f'"subject": "{release.subject_id}"' in said


def test_c13_the_record_holds_what_iso_27560_demands_and_needs_no_network(committed_world: World) -> None:
    release = signed("ana")
    take_back(release)
    release.refresh_from_db()
    record = content_of(release, ended=True, entry=entry_of(release, "withdrawn"))["consent_record"]
    assert record["dct:conformsTo"] == {"@id": "https://w3id.org/dpv/schema/dpv-27560#record"}
    assert uuid.UUID(record["dct:identifier"]) == release.pk
    assert record["dpv:hasDataSubject"]["dct:identifier"] == str(release.subject_id)
    assert (record["dpv:hasNotice"]["dct:language"], record["dct:language"]) == ("en", "en")
    [process] = record["dpv:hasProcess"]
    for mandatory in (
        "Purpose",
        "PersonalData",
        "StorageCondition",
        "DataController",
        "Recipient",
        "ConsentControl",
        "Jurisdiction",
        "Right",
    ):
        assert process[f"dpv:has{mandatory}"], mandatory
    storage = {one for one in terms(process["dpv:hasStorageCondition"]) if one.startswith("dpv:Storage")}
    assert storage == {"dpv:StorageDuration", "dpv:StorageLocation", "dpv:StorageDeletion"}
    controller = record["dpv:hasDataController"]
    assert all(controller[name] for name in ("dpv:hasName", "dct:identifier", "dpv:hasRole", "dpv:hasContact", "dpv:hasAddress"))
    given, taken = record["dpv:hasConsentStatus"]
    assert (given["@type"][0], taken["@type"][0]) == ("dpv:ConsentGiven", "dpv:ConsentWithdrawn")
    for event in (given, taken):
        assert all(event[name] for name in ("dct:type", "dpv:isIndicatedAtTime", "dpv:isIndicatedBy", "dpv:hasDuration"))
    assert record["efface:hasWrittenRelease"]["efface:digestOfTextShown"]["efface:value"] == release.text_hash
    # Every prefix that is used is written out.
    used = {word.partition(":")[0] for word in terms(record) if ":" in word}
    assert used - {"urn", "http", "https"} <= set(record["@context"])


def test_c13_the_record_says_where_it_is_stored_and_which_law_the_person_lives_under(committed_world: World, settings: Any) -> None:
    """Storage regions of the profile, not the companies that receive it; the person's own place, and all that are served without one."""
    release = signed("ana")
    document = starter("thirty-days")
    document["operator"]["storage_regions"] = ["US", "IE"]
    activated(document)
    for places, expected in (([], list(settings.SERVED_JURISDICTIONS)), (["IL"], ["IL"])):
        Subject.objects.filter(pk=release.subject_id).update(jurisdictions=places)
        found = content_of(Release.objects.get(pk=release.pk), ended=False, entry=None)
        [process] = found["consent_record"]["dpv:hasProcess"]
        [place] = [one for one in process["dpv:hasStorageCondition"] if one["@type"] == "dpv:StorageLocation"]
        assert place["dpv:hasLocation"] == [{"@id": "loc:US"}, {"@id": "loc:IE"}]
        assert process["dpv:hasJurisdiction"] == expected
        assert found["kantara"]["jurisdiction"] == ", ".join(expected)
    assert len(settings.SERVED_JURISDICTIONS) > 1


def terms(value: Any) -> list[str]:
    """Every key, and every @id and @type, of a JSON-LD value, without its context."""
    if isinstance(value, list):
        return [term for one in value for term in terms(one)]
    if not isinstance(value, dict):
        return []
    inside = {name: one for name, one in value.items() if name != "@context"}
    named = [one for name in ("@id", "@type") for one in ([value[name]] if isinstance(value.get(name), str) else value.get(name, []))]
    return [*inside, *named, *(term for one in inside.values() for term in terms(one))]


def test_c13_the_kantara_receipt_validates_against_its_schema(committed_world: World) -> None:
    if not SCHEMA.exists():
        pytest.skip("the Kantara schema lies beside the repository, and is not here")
    jsonschema = pytest.importorskip("jsonschema")
    check = jsonschema.Draft4Validator(json.loads(re.sub(r"^\s*//.*$", "", SCHEMA.read_text(), flags=re.MULTILINE)))
    for recipients in ([], ["gpu-host"]):
        release = signed("ana", recipients=recipients)
        found = content_of(release, ended=False, entry=entry_of(release, "active"))["kantara"]
        check.validate(found)
        assert found["piiPrincipalId"] == str(release.subject_id)
    assert list(check.iter_errors({name: value for name, value in found.items() if name != "spiCat"}))


def test_c13_two_workers_at_once_seal_each_receipt_once_and_never_out_of_turn(
    committed_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = signed("ana")
    take_back(release)
    really = content_of
    slow: list[int] = []

    def while_another_seals_both(*args: Any, **more: Any) -> Any:
        made = really(*args, **more)
        if not slow:
            slow.append(1)
            seal_receipts(release_id=release.pk, at=clock.now(), guard=lambda: None)
        return made

    monkeypatch.setattr(receipt, "content_of", while_another_seals_both)
    # The slow one wants to seal "given" when "ended" is sealed already: refused, and its promise is looked at again later.
    with pytest.raises(Conflict):
        seal_receipts(release_id=release.pk, at=clock.now(), guard=lambda: None)
    assert states(release) == ["active", "withdrawn"]
    assert seal_receipts(release_id=release.pk, at=clock.now(), guard=lambda: None) is None


def test_c13_a_worker_that_lost_its_lease_seals_nothing(committed_world: World) -> None:
    release = signed("ana")

    def lost() -> None:
        raise LeaseLost("another worker")

    with pytest.raises(LeaseLost):
        seal_receipts(release_id=release.pk, at=clock.now(), guard=lost)
    assert receipts(release) == []


def test_c13_the_mails_carry_the_receipt_and_say_how_to_fetch_it_again(committed_world: World) -> None:
    release = signed("ana", email="ana@example.test")
    keep()
    [message] = mail.outbox
    [first] = receipts(release)
    assert str(first.pk) in message.body
    assert f"{settings.BASE_URL}/r/" in message.body
    assert message.attachments[0][1] == bytes(first.pdf)
    take_back(release)
    keep()
    [_, message] = mail.outbox
    second = receipts(release)[1]
    assert str(second.pk) in message.body
    assert message.attachments[0][1] == bytes(second.pdf)
    assert "ana@example.test" not in message.body
    assert "Ana" not in message.body


def test_c13_the_page_of_the_link_hands_out_its_own_receipts_and_no_others(committed_world: World) -> None:
    world = committed_world
    path = world.link("ana")
    world.sign_on_page(path)
    release = Release.objects.get()
    waiting = world.browser.get(f"{path}/receipt/{release.pk}.pdf")
    assert waiting.status_code == 202
    keep()
    pdf, twin = (world.browser.get(f"{path}/receipt/{release.pk}.{form}") for form in ("pdf", "json"))
    [document] = receipts(release)
    assert (pdf.content, twin.content) == (bytes(document.pdf), bytes(document.twin))
    assert pdf["Referrer-Policy"] == "no-referrer"
    assert pdf["Cache-Control"] == "no-store"
    other = signed("ben")
    assert world.browser.get(f"{path}/receipt/{other.pk}.pdf").status_code == 404
    assert world.browser.get(f"/sign/nobody/receipt/{release.pk}.pdf").status_code == 404
    assert world.browser.get(f"{path}/receipt/{release.pk}.exe").status_code == 404


def test_c13_the_words_of_receipts_are_the_same_statements_in_every_language() -> None:
    blanks = {key: {name for _, name, _, _ in Formatter().parse(text) if name} for key, text in WORDS["en"].items()}
    for language, table in WORDS.items():
        found = {key: {name for _, name, _, _ in Formatter().parse(text) if name} for key, text in table.items()}
        assert found == blanks, language
        # Nothing was left in English by mistake; a few words are the same in two languages.
        same = {key for key, text in table.items() if text == WORDS["en"][key]}
        assert language == "en" or same <= {"doc.document", "doc.version", "doc.person"}, same
