"""Paper that comes in: an officer says what stands on it; a file that does something is refused; nothing is ever half stored."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.actor import PERSON
from compliance.core.errors import Invalid, KeyDestroyed
from compliance.subjects.actions import destroy_key
from consent.actions import withdraw
from consent.actions.grant import Overtaken
from consent.actions.paper import OnPaper, open_paper, record_paper
from consent.models import Paper, Release
from consent.queries import current_notice
from consent.queries.releases import content_of
from consent.rules import papers
from consent.rules.papers import MAX_PAPER, checked
from tests.apps.consent.consent_cast import OFFICER, World, activated, signed, starter
from tests.apps.consent.release_cast import pdf, person

pytestmark = pytest.mark.django_db


def javascript(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")


def named_script(document: pikepdf.Pdf) -> None:
    script = document.make_indirect(Dictionary(S=Name.JavaScript, JS="app.alert(1)"))
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["x", script])))


def orphan_script(document: pikepdf.Pdf) -> None:
    """In an object that a page's private piece alone leads to."""
    document.pages[0].obj.PieceInfo = Dictionary(X=Dictionary(Private=document.make_indirect(Dictionary(JS="app.alert(1)"))))


def launch(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, A=Dictionary(S=Name.Launch, F="cmd.exe"))])


def submit(document: pikepdf.Pdf) -> None:
    action = Dictionary(S=Name.SubmitForm, F="https://x.test")
    document.pages[0].obj.Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 1, 1], A=action)])


def additional(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.URI, URI="https://x.test"))


def embedded(document: pikepdf.Pdf) -> None:
    document.attachments["evil.exe"] = b"MZ"


def attached(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=[0, 0, 1, 1])])


def xfa(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = Dictionary(XFA=document.make_stream(b"<xdp/>"), Fields=Array())


def rich(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=[0, 0, 1, 1])])


HOSTILE: list[Callable[[pikepdf.Pdf], None]] = [
    javascript, named_script, orphan_script, launch, submit, additional, embedded, attached, xfa, rich,
]  # fmt: skip  # one short list


@pytest.mark.parametrize("change", HOSTILE, ids=lambda change: change.__name__)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "in object streams"])
def test_a_pdf_that_does_something_is_refused_with_a_remedy(change: Callable[[pikepdf.Pdf], None], packed: bool) -> None:
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    with pytest.raises(Invalid) as refused:
        checked(pdf(change=change, object_stream_mode=mode), "/content")
    (error,) = refused.value.errors
    assert error.pointer == "/content"
    assert "Print it to a new PDF, or scan the paper again." in error.detail


def outlined(document: pikepdf.Pdf) -> None:
    with document.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Page 1", 0))
    document.Root.OpenAction = Array([document.pages[0].obj, Name.Fit])
    document.docinfo["/Title"] = "A scan"


def test_a_plain_scan_is_kept_to_the_byte() -> None:
    for content in (pdf(), pdf(pages=30), pdf(change=outlined)):
        assert checked(content, "/content").content == content


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "Choose a PDF"),
        (b"MZ\x90", "not a PDF"),
        (b"<html>%PDF-1.7", "not a PDF"),
        (b"\xff\xd8\xff\xe0 a photo", "not a PDF"),
        (b"%PDF-1.7\nnothing more", "cannot be read"),
        (b"%PDF-1.7" + b"0" * MAX_PAPER, "too large"),
        (pdf(encryption=pikepdf.Encryption(owner="o", user="")), "password"),
        (pdf(encryption=pikepdf.Encryption(owner="o", user="u")), "password"),
        (pdf(pages=0), "no page"),
        (pdf()[:-200], "cannot be read"),
    ],
    ids=["empty", "program", "page", "photo", "cut", "large", "locked", "password", "blank", "torn"],
)
def test_what_is_no_plain_pdf_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked(content, "/authority")
    assert says in refused.value.errors[0].detail


def heavy(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.Contents = document.make_stream(b"0" * 40_000_000)


def test_what_a_page_draws_is_never_decoded() -> None:
    assert checked(pdf(change=heavy), "/x").size < 1_000_000


@pytest.mark.parametrize("script", ["import time; time.sleep(30)", "import os; os.kill(os.getpid(), 11)", "raise MemoryError"])
def test_a_file_that_never_ends_or_kills_its_reader_is_refused_without_harm(
    script: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reader = tmp_path / "reader.py"
    reader.write_text(script)
    monkeypatch.setattr(papers, "PROCESS", reader)
    monkeypatch.setattr(papers, "SECONDS", 1)
    with pytest.raises(Invalid) as refused:
        checked(pdf(), "/x")
    assert "cannot be read" in refused.value.errors[0].detail


def on_paper(purpose: str = "face_scan", **changes: Any) -> OnPaper:
    whole: dict[str, Any] = {
        "notice_id": current_notice(purpose).pk,
        "role": "self",
        "name": "Ana Example",
        "signed_on": clock.now().date(),
        "content": pdf(pages=2),
    }
    return OnPaper(**(whole | changes))


def add(reference: str = "ana", **changes: Any) -> Release:
    return record_paper(reference=reference, paper=on_paper(**changes), reason="came by letter", actor=OFFICER, at=clock.now())


def test_a_release_on_paper_counts_and_its_exact_bytes_are_kept_sealed(world: World) -> None:
    person("ana")
    content = pdf(pages=3)
    release = add(content=content)
    paper = Paper.objects.get()
    assert (release.method, release.channel, release.system, release.paper_id) == ("paper", "paper", "", paper.pk)
    assert (paper.kind, paper.size, paper.added_by) == ("release", len(content), "Olga Officer")
    assert content_of(paper) == content
    assert world.reason("ana") == "active"
    assert release.expires_at.date() == release.signed_at.date().replace(year=release.signed_at.year + 1)


def test_a_paper_counts_from_the_first_moment_of_its_day_anywhere(world: World) -> None:
    person("ana")
    day = clock.now().date()
    assert add(signed_on=day).signed_at == datetime(day.year, day.month, day.day, 10, tzinfo=UTC) - timedelta(days=1)


def test_a_paper_signed_by_a_guardian_holds_both_files(world: World) -> None:
    activated({**starter("thirty-days"), "minors": "guardian"})
    person("ward", age="minor")
    release = add("ward", role="guardian", name="Gus Guardian", authority=pdf(), authority_what="court order")
    assert sorted(Paper.objects.values_list("kind", flat=True)) == ["authority", "release"]
    assert (release.signer_role, release.authority is not None, release.paper is not None) == ("guardian", True, True)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"signed_on": date(2999, 1, 1)}, "/signed_on"),
        ({"signed_on": date(2020, 1, 1)}, "/signed_on"),
        ({"name": "42"}, "/name"),
        ({"piece": "Poster"}, "/piece"),
        ({"role": "parent"}, "/authority"),
        ({"role": "agent"}, "/role"),
        ({"content": b"no"}, "/content"),
    ],
)
def test_a_paper_that_cannot_be_right_is_refused_and_nothing_is_kept(world: World, changes: dict[str, Any], pointer: str) -> None:
    person("ana")
    with pytest.raises(Invalid) as refused:
        add(**changes)
    assert pointer in [error.pointer for error in refused.value.errors]
    assert not Paper.objects.exists()
    assert not Release.objects.exists()


def test_an_old_paper_does_not_undo_what_was_taken_back_since(world: World) -> None:
    release = signed("ana")
    withdraw(subject_id=release.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
    with pytest.raises(Overtaken):
        add()
    assert not Paper.objects.exists()


def test_when_the_last_step_fails_neither_release_nor_paper_is_stored(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    person("ana")

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the lights went out")

    monkeypatch.setattr("consent.actions.grant.met", broken)
    with pytest.raises(RuntimeError):
        add()
    assert not Paper.objects.exists()
    assert not Release.objects.exists()
    assert not Entry.objects.filter(kind="consent:release:signed").exists()


KILLED = """
import os, signal, sys
import django
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
import consent.actions.grant as grant
grant.met = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from compliance.core import clock, keys
from pathlib import Path
keys.configure(Path(sys.argv[2]))
from tests.apps.consent.test_release_papers import add
add("ana")
"""


@pytest.mark.django_db(transaction=True)
def test_a_process_that_is_killed_between_the_file_and_the_commit_leaves_nothing(committed_world: World, key_ring: Any) -> None:
    from django.conf import settings
    from django.db import connection

    person("ana")
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "compliance.settings", "PYTHONPATH": str(settings.BASE_DIR)}
    arguments = [sys.executable, "-c", KILLED, connection.settings_dict["NAME"], str(key_ring)]
    done = subprocess.run(arguments, env=environment, capture_output=True, timeout=60, check=False, cwd=settings.BASE_DIR)
    assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]
    assert not Paper.objects.exists()
    assert not Release.objects.exists()
    # The same again, undisturbed.
    assert add("ana").state == "active"


def test_opening_a_paper_asks_why_and_the_ledger_knows(world: World) -> None:
    person("ana")
    release = add()
    paper = Paper.objects.get()
    assert open_paper(paper=paper, reason="a complaint", actor=OFFICER, at=clock.now()) == content_of(paper)
    entry = Entry.objects.get(kind="consent:paper:opened")
    assert (entry.object_id, entry.actor_name) == (str(paper.pk), "Olga Officer")
    destroy_key(subject_id=release.subject_id, actor=OFFICER, at=clock.now(), reason="erased")
    with pytest.raises(KeyDestroyed):
        open_paper(paper=paper, reason="a complaint", actor=OFFICER, at=clock.now())
