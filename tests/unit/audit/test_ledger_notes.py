"""Signed notes: the public vector, keys on disk, and everything that must not pass for a checkpoint."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from compliance.audit import notes
from compliance.audit.notes import NoteInvalid

VECTOR_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
VECTOR_TEXT = "This is an example message.\n"
VECTOR_LINE = "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
VECTOR_NOTE = f"{VECTOR_TEXT}\n{VECTOR_LINE}"
ROOT = bytes(range(32))


@pytest.fixture
def signer() -> notes.Signer:
    return notes.Signer("privacy.example.com", Ed25519PrivateKey.from_private_bytes(bytes(32)))


def test_the_public_vector_verifies() -> None:
    verifier = notes.Verifier.read(VECTOR_KEY)
    assert verifier.text() == VECTOR_KEY
    assert notes.verify(VECTOR_NOTE, verifier) == VECTOR_TEXT


def test_a_checkpoint_reads_back_as_it_was_signed_and_again_the_same(signer: notes.Signer) -> None:
    note = notes.sign_checkpoint(42, ROOT, signer)
    body, signature = note.split("\n\n")
    assert body == "privacy.example.com\n42\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    assert signature.startswith("— privacy.example.com ")
    assert notes.verify_checkpoint(note, signer.verifier()) == notes.SignedRoot("privacy.example.com", 42, ROOT)
    assert notes.sign_checkpoint(42, ROOT, signer) == note


def test_a_signature_of_somebody_else_beside_ours_is_passed_over(signer: notes.Signer) -> None:
    ours = notes.sign(VECTOR_TEXT, signer)
    both = VECTOR_NOTE + ours.split("\n\n")[1]
    assert notes.verify(both, signer.verifier()) == VECTOR_TEXT
    assert notes.verify(both, notes.Verifier.read(VECTOR_KEY)) == VECTOR_TEXT


@pytest.mark.parametrize(
    "note",
    [
        "",
        VECTOR_TEXT,
        VECTOR_NOTE.removesuffix("\n"),
        VECTOR_NOTE.replace("example message", "exemple message"),
        VECTOR_NOTE.replace("— ", "- "),
        VECTOR_NOTE.replace("foo Uw2Q", "foo Vw2Q"),
        VECTOR_NOTE.replace("foo Uw2Q", "bar Uw2Q"),
        VECTOR_NOTE.replace("IneyaQM=", "IneyaQ!="),
        VECTOR_NOTE.replace("IneyaQM=", ""),
        VECTOR_NOTE + VECTOR_LINE,
        VECTOR_NOTE + "\n",
        VECTOR_NOTE.replace("This", "\tThis"),
        f"{VECTOR_TEXT}\n— example.com/foo Uw2Q\n",
        f"{VECTOR_TEXT}\n—  Uw2QOkn8\n",
        "x" * 2_000_000 + VECTOR_NOTE,
    ],
)
def test_a_note_that_was_altered_is_refused(note: str) -> None:
    with pytest.raises(NoteInvalid):
        notes.verify(note, notes.Verifier.read(VECTOR_KEY))


def test_every_flipped_bit_of_a_checkpoint_is_noticed(signer: notes.Signer) -> None:
    note = notes.sign_checkpoint(7, ROOT, signer).encode()
    wanted = notes.verify_checkpoint(note.decode(), signer.verifier())
    for place in range(len(note)):
        for bit in range(8):
            altered = note[:place] + bytes([note[place] ^ 1 << bit]) + note[place + 1 :]
            try:
                read = notes.verify_checkpoint(altered.decode(), signer.verifier())
            except (NoteInvalid, UnicodeDecodeError):
                continue
            pytest.fail(f"byte {place}, bit {bit} passed as {read}, signed was {wanted}")


@pytest.mark.parametrize(
    "text",
    [
        "privacy.example.com\n",
        "other.example.com\n42\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "privacy.example.com\n042\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "privacy.example.com\n-1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "privacy.example.com\n\u0664\u0662\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "privacy.example.com\n42\nAAEC\n",
        "privacy.example.com\n42\nnot base64\n",
    ],
)
def test_a_signed_text_that_is_no_checkpoint_of_this_ledger_is_refused(text: str, signer: notes.Signer) -> None:
    with pytest.raises(NoteInvalid):
        notes.verify_checkpoint(notes.sign(text, signer), signer.verifier())


@pytest.mark.parametrize("text", ["no newline at the end", "a tab\there\n", ""])
def test_a_text_that_no_verifier_would_accept_is_not_signed(text: str, signer: notes.Signer) -> None:
    with pytest.raises(NoteInvalid):
        notes.sign(text, signer)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        VECTOR_KEY.replace("530d903a", "530d903b"),
        VECTOR_KEY.replace("Aeky", "Aekz"),
        VECTOR_KEY.replace("example.com/foo", "example com"),
        VECTOR_KEY.replace("+Aeky", "+Beky"),
        VECTOR_KEY[:-4],
    ],
)
def test_a_public_key_that_was_altered_is_refused(text: str) -> None:
    with pytest.raises(NoteInvalid):
        notes.Verifier.read(text)


def test_keys_are_written_once_and_the_private_one_for_its_owner_alone(tmp_path: Path) -> None:
    assert [path.name for path in notes.create(tmp_path, "privacy.example.com")] == ["ledger.key", "ledger.pub"]
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert (tmp_path / "ledger.key").stat().st_mode & 0o777 == 0o600
    assert notes.create(tmp_path, "another.example.com") == []
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    signer = notes.load_signer(tmp_path)
    assert notes.load_verifier(tmp_path / "ledger.pub").text() == signer.verifier().text()
    assert notes.Signer.read(signer.text()).text() == signer.text()


def test_a_lost_public_key_is_made_again_from_the_private_one(tmp_path: Path) -> None:
    notes.create(tmp_path, "privacy.example.com")
    text = (tmp_path / "ledger.pub").read_text()
    (tmp_path / "ledger.pub").unlink()
    assert [path.name for path in notes.create(tmp_path, "privacy.example.com")] == ["ledger.pub"]
    assert (tmp_path / "ledger.pub").read_text() == text


def test_a_missing_or_wrong_key_file_says_what_to_do_and_never_the_key(tmp_path: Path) -> None:
    with pytest.raises(NoteInvalid, match="make_keys"):
        notes.load_signer(tmp_path)
    notes.create(tmp_path, "privacy.example.com")
    secret = (tmp_path / "ledger.key").read_text()
    assert secret.strip() not in repr(notes.load_signer(tmp_path))
    (tmp_path / "ledger.key").write_text(secret.replace("privacy", "another"))
    with pytest.raises(NoteInvalid, match="does not belong") as refused:
        notes.load_signer(tmp_path)
    assert secret.strip()[-10:] not in str(refused.value)
    (tmp_path / "ledger.key").write_text((tmp_path / "ledger.pub").read_text())
    with pytest.raises(NoteInvalid, match="not a private key"):
        notes.load_signer(tmp_path)


def test_a_name_with_a_space_makes_no_key(tmp_path: Path) -> None:
    with pytest.raises(NoteInvalid):
        notes.create(tmp_path, "privacy example")
    assert list(tmp_path.iterdir()) == []
