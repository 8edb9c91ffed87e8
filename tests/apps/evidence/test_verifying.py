"""Verifying: the sealed file holds, and every way of tampering is noticed."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.management import call_command
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pytest_django import Settings

from compliance.audit import merkle, notes
from compliance.core.canonical import canonical
from compliance.evidence import keys, qr
from compliance.evidence import verify_document as standalone
from compliance.evidence.render import Page, render
from compliance.evidence.sign import sign
from compliance.evidence.verify import verify
from tests.apps.evidence.samples import content

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NUMBER = "3f0c8a52-4d1e-4c7b-9f39-2b8f0f7d5a10"
FACTS = content("00000000-0000-0000-0000-0000000000aa")


def proof_of(leaf: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A ledger of five entries, ours the third, and its checkpoint."""
    leaves = [merkle.leaf_hash(canonical(leaf if n == 2 else {"other": n})) for n in range(5)]
    edge, nodes = merkle.Edge(), {(0, n): value for n, value in enumerate(leaves)}
    for value in leaves:
        nodes.update({(level, index): node for level, index, node in edge.append(value)})
    hashes = merkle.inclusion_proof(2, 5, lambda level, index: nodes[level, index])
    note = notes.sign_checkpoint(5, edge.root(), notes.load_signer(folder))
    return {"leaf": leaf, "index": 2, "size": 5, "hashes": [base64.b64encode(h).decode() for h in hashes], "checkpoint": note}


def twin_of(ledger: dict[str, Any] | None) -> bytes:
    head = {
        "number": NUMBER,
        "kind": "certificate",
        "version": 1,
        "language": "en",
        "sealed_at": "2026-11-20T12:00:00.000Z",
        "supersedes": None,
        "check_url": f"http://127.0.0.1:8000/verify/{NUMBER}",
        "operator": "Example Studio",
    }
    return canonical({"document": head, "content": FACTS, "ledger": ledger})


def made(twin: bytes) -> bytes:
    context = {**json.loads(twin), "qr": qr.code("http://127.0.0.1:8000/verify/")}
    return render(Page("documents/certificate.html", context, "en", twin, "certificate.json", NUMBER, NOON))


LEAF = {
    "uid": "u",
    "kind": "erasure:order:completed",
    "at": "2026-11-20T09:30:06.000000Z",
    "object": FACTS["order"]["id"],
    "commitment": "ab" * 32,
}


@pytest.fixture(scope="module")
def signing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys of this module: rendering once spares a second a test."""
    folder = tmp_path_factory.mktemp("signing")
    keys.create(folder)
    notes.create(folder, "privacy.example.test")
    return folder


@pytest.fixture(scope="module")
def twin(signing: Path) -> bytes:
    return twin_of(proof_of(LEAF, signing))


@pytest.fixture(scope="module")
def page(twin: bytes) -> bytes:
    return made(twin)


@pytest.fixture(scope="module")
def sealed(page: bytes, signing: Path) -> bytes:
    return sign(page, keys=keys.DocumentKeys(signing / keys.KEY_NAME, signing / keys.CERTIFICATE_NAME, b""), at=NOON)


@pytest.fixture(autouse=True)
def signing_dir(signing: Path, settings: Settings) -> Path:
    settings.SIGNING_DIR = signing
    return signing


def test_an_untouched_document_holds(sealed: bytes, twin: bytes) -> None:
    report = verify(sealed, twin)
    assert report.wrong is None
    assert report.held == (
        "The signature is intact, covers the whole file, and belongs to the published certificate.",
        "The JSON file you gave is the data inside, byte for byte.",
        "The ledger holds entry 2 about it, under a signed checkpoint over 5 entries.",
    )


def test_a_document_without_a_ledger_proof_says_so(signing_dir: Path) -> None:
    pdf = sign(made(twin_of(None)), keys=keys.load(), at=NOON)
    assert verify(pdf).held[-1] == "The document carries no proof of the ledger, and does not claim one."


def test_every_tampered_byte_is_noticed(sealed: bytes) -> None:
    """A byte in every stretch of the file is flipped, whatever it belongs to; none gets through, none crashes the verifier."""
    assert verify(sealed).valid
    start, end = hole(sealed)
    for place in range(0, len(sealed), len(sealed) // 60):
        # Inside the signature's own hole zeros are padding: there a flipped byte may be read as nothing.
        if not start <= place < end:
            assert not verify(sealed[:place] + bytes([sealed[place] ^ 0x01]) + sealed[place + 1 :]).valid, place


def hole(pdf: bytes) -> tuple[int, int]:
    numbers = pdf[pdf.rindex(b"/ByteRange") :].split(b"[")[1].split(b"]")[0].split()
    return int(numbers[1]), int(numbers[2])


def test_a_tampered_signature_is_noticed(sealed: bytes) -> None:
    start, _ = hole(sealed)
    place = start + 1 + 2 * 700
    other = b"0" if sealed[place : place + 1] != b"0" else b"1"
    assert not verify(sealed[:place] + other + sealed[place + 1 :]).valid


def test_another_twin_is_noticed(sealed: bytes, twin: bytes) -> None:
    assert verify(sealed, twin.replace(b'"purged":7', b'"purged":8')).wrong == "the JSON file you gave differs from the data inside the PDF"


def test_a_twin_swapped_inside_the_file_is_noticed(sealed: bytes) -> None:
    out = BytesIO()
    with pikepdf.open(BytesIO(sealed)) as document:
        names = document.Root.Names.EmbeddedFiles.Names
        names[1].EF.F.write(twin_of(None))
        document.save(out)
    assert not verify(out.getvalue()).valid


def test_something_added_after_the_seal_is_noticed(sealed: bytes) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(sealed))
    writer.root["/Lang"] = writer.root["/Type"]
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(sealed)
    assert verify(out.getvalue()).wrong == "something was added after the signature"


def test_a_second_signature_is_noticed(sealed: bytes, tmp_path: Path) -> None:
    keys.create(tmp_path / "mallory")
    mallory = tmp_path / "mallory"
    forger = keys.DocumentKeys(mallory / keys.KEY_NAME, mallory / keys.CERTIFICATE_NAME, b"")
    twice = sign(sealed, keys=forger, at=NOON, field="Mallory")
    assert verify(twice).wrong == "the file has 2 signatures instead of one"


def test_another_key_is_noticed(page: bytes, tmp_path: Path) -> None:
    keys.create(tmp_path / "mallory")
    mallory = tmp_path / "mallory"
    forged = keys.DocumentKeys(mallory / keys.KEY_NAME, mallory / keys.CERTIFICATE_NAME, b"")
    assert verify(sign(page, keys=forged, at=NOON)).wrong == "it was signed with another key"


def test_a_file_without_a_signature_is_noticed(page: bytes) -> None:
    assert verify(page).wrong == "the file has 0 signatures instead of one"


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.7\n", b"\0" * 5000, b"[" * 100_000])
def test_what_is_no_pdf_is_not_valid(signing_dir: Path, junk: bytes) -> None:
    assert not verify(junk).valid


def altered(ledger: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "the ledger entry is about something else", ledger | {"leaf": ledger["leaf"] | {"object": "another order"}}
    yield "the entry is not in the ledger that the checkpoint signs", ledger | {"leaf": ledger["leaf"] | {"commitment": "cd" * 32}}
    yield "the entry is not in the ledger that the checkpoint signs", ledger | {"index": 3}
    yield "the entry is not in the ledger that the checkpoint signs", ledger | {"size": 6}
    yield "the entry is not in the ledger that the checkpoint signs", ledger | {"hashes": ledger["hashes"][1:]}
    yield "the checkpoint is not signed with the ledger's key", ledger | {"checkpoint": ledger["checkpoint"].replace("\n5\n", "\n6\n")}


def test_a_proof_of_another_ledger_is_noticed(twin: bytes, signing_dir: Path) -> None:
    facts, key = json.loads(twin), (signing_dir / notes.PUBLIC_FILE).read_text()
    assert standalone.in_ledger(facts, key).startswith("The ledger holds entry 2")
    for why, ledger in altered(facts["ledger"]):
        with pytest.raises(standalone.Wrong) as error:
            standalone.in_ledger(facts | {"ledger": ledger}, key)
        assert str(error.value) == why


def test_the_verifiers_own_climb_agrees_with_the_ledgers_proofs() -> None:
    for size in range(1, 18):
        leaves = [merkle.leaf_hash(bytes([n])) for n in range(size)]
        edge, nodes = merkle.Edge(), {(0, n): value for n, value in enumerate(leaves)}
        for value in leaves:
            nodes.update({(level, index): node for level, index, node in edge.append(value)})
        for index in range(size):
            proof = merkle.inclusion_proof(index, size, lambda level, place: nodes[level, place])  # noqa: B023 - used at once
            assert standalone.climb(index, size, leaves[index], proof) == edge.root()
            assert standalone.climb(index, size, leaves[index], [*proof, leaves[0]]) is None


def test_the_command_and_the_standalone_script_agree(
    sealed: bytes, twin: bytes, signing_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pdf, data = tmp_path / "certificate.pdf", tmp_path / "certificate.json"
    pdf.write_bytes(sealed)
    data.write_bytes(twin)
    call_command("verify_document", str(pdf), twin=data)
    said = capsys.readouterr().out
    assert said.endswith("VALID\n")
    assert run_script(pdf, data, signing_dir, tmp_path) == (0, said)

    pdf.write_bytes(sealed[:-1] + b"!")
    with pytest.raises(SystemExit) as exit_:
        call_command("verify_document", str(pdf), twin=data)
    said = capsys.readouterr().out
    assert exit_.value.code == 1
    assert "NOT VALID: " in said
    assert run_script(pdf, data, signing_dir, tmp_path) == (1, said)


def run_script(pdf: Path, twin: Path, signing_dir: Path, elsewhere: Path) -> tuple[int, str]:
    """The script as an auditor runs it: elsewhere, with no Efface in sight."""
    script = elsewhere / "verify_document.py"
    script.write_bytes(Path(standalone.__file__).read_bytes())
    public = ["--certificate", str(signing_dir / "documents.crt"), "--ledger-key", str(signing_dir / "ledger.pub")]
    command = [sys.executable, "-I", str(script), str(pdf), "--twin", str(twin), *public]
    done = subprocess.run(command, capture_output=True, text=True, cwd=elsewhere, env={"LANG": "C.UTF-8"}, check=False)
    return done.returncode, done.stdout


def test_the_verifier_fits_on_a_few_pages() -> None:
    assert len(Path(standalone.__file__).read_text().splitlines()) < 150
