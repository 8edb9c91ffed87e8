"""Decision tokens, verified by a foreign library with nothing but the published keys; and how keys change."""

import json
import stat
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError
from joserfc.jwk import KeySet

from compliance.audit.models import Entry
from compliance.core import clock
from compliance.evidence import token_keys
from consent.actions.tokens import SNAPSHOT, signed
from tests.apps.consent.check_cast import SYSTEM, Door, release

# `EdDSA` is the name that the design fixes and that verifiers know; RFC 9864's `Ed25519` is for when they do.
pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")]


@pytest.fixture
def door(db: None, settings: Any, tmp_path: Path) -> Door:
    settings.SIGNING_DIR = tmp_path / "signing"
    settings.BASE_URL = "https://privacy.example.test"
    token_keys.create(settings.SIGNING_DIR)
    return Door()


def published() -> Any:
    answer = Client().get("/.well-known/jwks.json")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/jwk-set+json"
    return answer.json()


def read(token: str) -> Any:
    """What a verifier that speaks JOSE and knows nothing of us reads."""
    return jwt.decode(token, KeySet.import_key_set(published()), algorithms=["EdDSA"])


def token_of(door: Door, **context: Any) -> str:
    return str(door.ask("ana", **context)["context"]["decision_token"])


def test_an_allowance_comes_as_a_token_that_says_to_whom_for_what_and_for_how_long(door: Door) -> None:
    ana = release("ana")
    said = read(token_of(door, recipient="gpu-host"))
    now = int(clock.now().timestamp())
    assert said.header == {"alg": "EdDSA", "typ": "consent-decision+jwt", "kid": published()["keys"][0]["kid"]}
    claims = dict(said.claims)
    assert now - 5 <= claims.pop("iat") <= now
    assert claims.pop("exp") in range(now + 290, now + 301)
    assert len(claims.pop("jti")) == 32
    assert claims == {
        "iss": "https://privacy.example.test",
        "aud": SYSTEM,
        "sub": "ana",
        "decision": True,
        "purpose": "face_scan",
        "resource": {"type": "scan_session", "id": "scn_1"},
        "recipient": "gpu-host",
        "release_id": str(ana.pk),
    }


def test_a_token_never_outlives_the_release_and_none_is_given_for_its_last_second(door: Door) -> None:
    ends = clock.now() + timedelta(seconds=90)
    release("ana", expires_at=ends)
    assert read(token_of(door)).claims["exp"] == int(ends.timestamp())


def test_a_denial_carries_no_token_and_no_two_tokens_are_the_same(door: Door) -> None:
    assert "decision_token" not in door.ask("nobody")["context"]
    release("ana")
    assert read(token_of(door)).claims["jti"] != read(token_of(door)).claims["jti"]


def test_a_token_says_which_act_or_which_piece_it_was_for(door: Door) -> None:
    release("ana", "match")
    release("ana", "marketing", piece="Poster")
    assert read(door.ask("ana", "match", action_id="press-1")["context"]["decision_token"]).claims["action_id"] == "press-1"
    assert read(door.ask("ana", "marketing", piece="Poster")["context"]["decision_token"]).claims["piece"] == "Poster"


def test_a_changed_token_and_one_of_a_stranger_do_not_verify(door: Door, tmp_path: Path, settings: Any) -> None:
    release("ana")
    head, body, signature = token_of(door).split(".")
    other = door.ask("ana")["context"]["decision_token"].split(".")[1]
    with pytest.raises(BadSignatureError):
        read(f"{head}.{other}.{signature}")
    keys = published()
    settings.SIGNING_DIR = tmp_path / "mallory"
    token_keys.create(settings.SIGNING_DIR)
    stranger = signed(json.loads("{}"), SNAPSHOT)
    with pytest.raises(InvalidKeyIdError):
        jwt.decode(stranger, KeySet.import_key_set(keys), algorithms=["EdDSA"])
    assert body


def test_a_new_key_signs_at_once_and_what_the_old_one_signed_still_verifies(door: Door) -> None:
    release("ana")
    old, before = token_of(door), published()["keys"]
    call_command("rotate_decision_key", stdout=StringIO())
    new, after = token_of(door), published()["keys"]
    assert len(after) == 2
    assert after[1] == before[0]
    assert read(old).header["kid"] == before[0]["kid"]
    assert read(new).header["kid"] == after[0]["kid"]
    assert Entry.objects.get(kind="consent:decision_key:rotated").object_id == after[0]["kid"]


def test_no_private_half_is_ever_published_or_kept_longer_than_it_signs(door: Door, settings: Any) -> None:
    file = settings.SIGNING_DIR / token_keys.NAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first = json.loads(file.read_text())["keys"][0]["d"]
    token_keys.rotate(settings.SIGNING_DIR)
    assert first not in file.read_text()
    assert [set(key) for key in published()["keys"]] == [{"crv", "kty", "x", "kid", "alg", "use"}] * 2
    assert not token_keys.create(settings.SIGNING_DIR), "a second make_keys keeps what is there"


def test_a_missing_or_broken_file_is_said_with_its_remedy(door: Door, settings: Any) -> None:
    file = settings.SIGNING_DIR / token_keys.NAME
    for content in ("{}", '{"keys": []}', "nonsense", '{"keys": [{"kid": "x"}]}'):
        file.unlink(missing_ok=True)
        file.write_text(content)
        with pytest.raises(token_keys.KeyMissing, match="make_keys"):
            token_keys.load()
    file.unlink()
    assert Client().get("/.well-known/jwks.json").status_code == 503
