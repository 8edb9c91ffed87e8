"""Rendering: the same bytes twice, a valid archive file, hostile content that stays text, and words that promise no more than is known."""

import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.template.loader import render_to_string
from pytest_django import Settings

from compliance.core.canonical import canonical
from compliance.evidence import keys, qr
from compliance.evidence.errors import RenderFailed
from compliance.evidence.render import Page, render
from compliance.evidence.sign import sign
from tests.apps.evidence.samples import artifact, content

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NUMBER = "3f0c8a52-4d1e-4c7b-9f39-2b8f0f7d5a10"
URL = f"https://privacy.example.com/verify/{NUMBER}"


def page(facts: dict[str, Any], template: str = "documents/certificate.html") -> Page:
    head = {
        "number": NUMBER,
        "kind": "certificate",
        "version": 1,
        "language": "en",
        "sealed_at": "2026-11-20T12:00:00.000Z",
        "supersedes": None,
        "check_url": URL,
        "operator": facts["operator"]["name"],
    }
    twin = {"document": head, "content": facts, "ledger": None}
    return Page(template, {**twin, "qr": qr.code(URL)}, "en", canonical(twin), "certificate.json", NUMBER, NOON)


def facts(**changes: Any) -> dict[str, Any]:
    return content("00000000-0000-0000-0000-0000000000aa", **changes)


def words_in(pdf: bytes) -> str:
    """The text of a PDF as a reader would copy it, in one line."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler-utils) is not installed")
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


@pytest.fixture(scope="module")
def usual() -> bytes:
    return render(page(facts()))


@pytest.fixture
def sealed(usual: bytes, tmp_path: Path, settings: Settings) -> bytes:
    settings.SIGNING_DIR = tmp_path
    keys.create(tmp_path)
    return sign(usual, keys=keys.load(), at=NOON)


def test_the_same_input_gives_the_same_bytes(usual: bytes) -> None:
    assert render(page(facts())) == usual
    assert render(page(facts(holds=[{"artifacts": 1, "authority": "a court", "reference": "No. 1", "review_on": "2027-01-01"}]))) != usual


def test_the_twin_is_inside_as_data_with_the_documents_own_time(usual: bytes) -> None:
    with pikepdf.open(BytesIO(usual)) as document:
        spec = document.Root.AF[0]
        assert spec.AFRelationship == "/Data"
        assert spec.EF.F.read_bytes() == page(facts()).twin
        assert str(spec.EF.F.Params.CreationDate).startswith("D:20261120120000")
        assert document.docinfo["/CreationDate"] == "D:20261120120000Z"


@pytest.mark.parametrize("name", ["usual", "sealed"])
def test_the_file_is_a_valid_pdf_a_3_before_and_after_the_seal(name: str, request: pytest.FixtureRequest) -> None:
    validator = pytest.importorskip("page", reason="page-validation is not installed")
    report = str(validator.validate_pdf_bytes(request.getfixturevalue(name)))
    assert "Profile: PDF/A-3a" in report
    assert "Checks: 0 failed" in report


def test_tools_of_others_find_the_sealed_file_in_order(sealed: bytes, tmp_path: Path) -> None:
    file = tmp_path / "certificate.pdf"
    file.write_bytes(sealed)
    for tool in ("qpdf", "pdfsig"):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")
    assert subprocess.run(["qpdf", "--check", str(file)], capture_output=True, check=False).returncode == 0
    said = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A server on loopback that remembers who called."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                heard.append(caller.recv(100))
                caller.close()

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)


def test_hostile_content_stays_text_and_fetches_nothing(listener: tuple[int, list[bytes]]) -> None:
    port, heard = listener
    bait = f'<img src="http://127.0.0.1:{port}/a"><style>@import "http://127.0.0.1:{port}/b"</style>{{{{ 7 }}}}'
    order = facts()["order"] | {"rule": bait, "reason_words": "</style></dd><script>alert(1)</script>&#x202E;"}
    pdf = render(page(facts(order=order, operator={"name": bait})))
    assert 'src="http://127.0.0.1' in words_in(pdf)
    assert "<script>alert(1)</script>&#x202E;" in words_in(pdf)
    assert "{{ 7 }}" in words_in(pdf)
    assert heard == []
    # The listener does hear: a template of our own that asks for a picture is refused, and one call proves it could have been heard.
    socket.create_connection(("127.0.0.1", port)).close()
    assert wait_for(heard)


def wait_for(heard: list[bytes]) -> bool:
    return any(heard or threading.Event().wait(0.05) for _ in range(40)) and bool(heard)


@pytest.mark.parametrize("where", ["http://127.0.0.1:{port}/x.png", "file:///etc/hostname", "data:image/png;base64,AAAA"])
def test_even_a_template_that_asks_gets_nothing(listener: tuple[int, list[bytes]], settings: Settings, tmp_path: Path, where: str) -> None:
    port, heard = listener
    (tmp_path / "asking.html").write_text(f'<!doctype html><html lang="en"><title>x</title><img src="{where.format(port=port)}" alt="x">')
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    with pytest.raises(RenderFailed) as error:
        render(page(facts(), "asking.html"))
    assert error.value.reason == "broken"
    assert heard == []


def test_a_thousand_items_fit_in_time_and_each_number_is_there() -> None:
    things = [artifact(n, absent_at=f"2026-11-20T09:{n // 60 % 60:02d}:{n % 60:02d}.000Z") for n in range(1000)]
    said = words_in(render(page(facts(artifacts=things)))).replace(" ", "")
    assert [thing["id"] for thing in things if thing["id"] not in said] == []


def test_long_words_and_other_scripts_do_not_break_the_file(tmp_path: Path) -> None:
    validator = pytest.importorskip("page", reason="page-validation is not installed")
    strange = "x" * 400 + " שלום العربية Žluťoučký 中文 🙂 \u202eevil\u0000\u0007"
    things = [artifact(0, words=strange, store="y" * 120, detail=strange), artifact(1)]
    pdf = render(page(facts(artifacts=things, operator={"name": strange[400:]})))
    assert "Checks: 0 failed" in str(validator.validate_pdf_bytes(pdf))
    said = words_in(pdf)
    # No override turns a line around: what cannot be drawn shows as a mark, and the twin keeps the original.
    assert "\u202e" not in said
    assert "�evil" in said
    with pikepdf.open(BytesIO(pdf)) as document:
        assert json.loads(document.Root.AF[0].EF.F.read_bytes())["content"]["artifacts"][0]["words"] == strange


@pytest.mark.parametrize(
    "rung", ["planned", "called", "acknowledged", "absent", "purged", "parties_confirmed", "held", "refused", "reappeared"]
)
def test_nothing_is_called_permanent_before_the_last_backup_is_gone(rung: str) -> None:
    """Read off the page that is rendered; that a page and its PDF say the same is tested on others."""
    one = page(facts(artifacts=[artifact(0, rung="backups_expired"), artifact(1, rung=rung)]))
    said = render_to_string(one.template, dict(one.context))
    assert "permanently" not in said.lower()
    assert "It does not say that no copy is left anywhere." in said


def test_the_last_rung_may_be_called_permanent() -> None:
    said = words_in(render(page(facts(artifacts=[artifact(n, rung="backups_expired") for n in range(2)], still_to_come=[]))))
    assert "All 2 items of face data listed here are permanently deleted." in said
    assert "It does not say that no copy is left anywhere." not in said


def test_a_certificate_says_what_the_law_asks_for(usual: bytes) -> None:
    said = words_in(usual)
    for fact in (
        "All 7 items of face data listed here were destroyed. We looked for them again and they were gone.",
        "740 ILCS 14/15(a)",
        "K7QM-2RTX, received 19 November 2026",
        "Due by 19 December 2026.",
        "Checked: none",
        "7 items asked for, 0 still there",
        "By 4 December 2026.",
        "14 days at most",
        "Our records name none.",
        "What this document does not say",
        URL,
    ):
        assert fact in said, fact
