"""Decision tokens offline: Ed25519 by RFC 8032 and by `cryptography`, and every binding of a token tried."""

import base64
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from efface_client import Client, verify_token
from efface_client.ed25519 import P, Q, verify

from tests.clients.conftest import HERE

# RFC 8032, section 7.1: public key, message, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SUBJECT, PURPOSE, RESOURCE = "usr_ana", "face_scan", ("scan_session", "scn_19")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


JWKS = {
    "keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k1", "alg": "EdDSA", "use": "sig", "x": packed(KEY.public_key().public_bytes_raw())}]
}


def claims(**changes: Any) -> dict[str, Any]:
    issued = int(NOW.timestamp())
    made = {
        "iss": HERE,
        "aud": "scan-eu",
        "sub": SUBJECT,
        "iat": issued,
        "exp": issued + 300,
        "decision": True,
        "purpose": PURPOSE,
        "resource": {"type": RESOURCE[0], "id": RESOURCE[1]},
        "recipient": "gpu-host",
        "release_id": "r1",
    }
    return {name: value for name, value in {**made, **changes}.items() if value is not ...}


def token(said: Any = None, key: Ed25519PrivateKey = KEY, **header: Any) -> str:
    head = packed(json.dumps({"alg": "EdDSA", "typ": "consent-decision+jwt", "kid": "k1", **header}).encode())
    body = said if isinstance(said, str) else packed(json.dumps(claims() if said is None else said).encode())
    return f"{head}.{body}.{packed(key.sign(f'{head}.{body}'.encode()))}"


def verified(text: str, *, jwks: Any = None, **changes: Any) -> bool:
    asked: dict[str, Any] = {"subject": SUBJECT, "purpose": PURPOSE, "resource": RESOURCE, "recipient": "gpu-host", "now": NOW, **changes}
    return verify_token(text, JWKS if jwks is None else jwks, **asked).allowed


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_the_vectors_of_rfc_8032_hold_and_one_bit_breaks_them(public: str, message: str, signature: str) -> None:
    key, said, signed = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert verify(key, said, signed)
    assert not verify(key, said + b"x", signed)
    for place in (0, 31, 32, 63):
        bent = bytearray(signed)
        bent[place] ^= 1
        assert not verify(key, said, bytes(bent))


def test_it_agrees_with_cryptography_on_good_and_on_bent_signatures() -> None:
    chance = random.Random(8032)
    for _ in range(40):
        key = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        message = chance.randbytes(chance.randint(0, 200))
        public, signature = bytearray(key.public_key().public_bytes_raw()), bytearray(key.sign(message))
        if chance.random() < 0.6:
            target = chance.choice([public, signature])
            target[chance.randrange(len(target))] ^= 1 << chance.randrange(8)
        try:
            Ed25519PublicKey.from_public_bytes(bytes(public)).verify(bytes(signature), message)
            expected = True
        except (InvalidSignature, ValueError):
            expected = False
        assert verify(bytes(public), message, bytes(signature)) is expected


def test_a_signature_written_a_second_way_is_none() -> None:
    public, signature = KEY.public_key().public_bytes_raw(), KEY.sign(b"x")
    other = int.from_bytes(signature[32:], "little") + Q
    assert verify(public, b"x", signature)
    assert not verify(public, b"x", signature[:32] + other.to_bytes(32, "little"))
    assert not verify((P + 1).to_bytes(32, "little"), b"x", signature)
    assert not verify(b"", b"x", signature)


def test_a_good_token_allows_exactly_what_it_says() -> None:
    assert verified(token())
    assert verified(token(), issuer=HERE, audience="scan-eu")
    for name, value in {
        "subject": "usr_ben",
        "purpose": "train_shared_model",
        "resource": ("scan_session", "scn_20"),
        "recipient": "somebody",
        "issuer": "https://other.example",
        "audience": "scan-us",
        "action_id": "act_1",
        "piece": "a poster",
    }.items():
        assert not verified(token(), **{name: value}), name
    assert not verified(token(), recipient=None)
    assert verified(token(claims(recipient=None)), recipient=None)
    assert verified(token(claims(action_id="act_1")), action_id="act_1")
    assert not verified(token(claims(action_id="act_1")))


@pytest.mark.parametrize(
    "change",
    [
        {"decision": "true"}, {"decision": 1}, {"decision": False}, {"decision": ...}, {"exp": ...}, {"iat": ...}, {"exp": "soon"},
        {"exp": int(NOW.timestamp()) + 3_000}, {"exp": int(NOW.timestamp())},
        {"iat": int(NOW.timestamp()) + 60, "exp": int(NOW.timestamp()) + 90},
        {"exp": float(NOW.timestamp()) + 60}, {"exp": True}, {"sub": ...}, {"sub": [SUBJECT]}, {"resource": {"type": "scan_session"}},
    ],
)  # fmt: skip  # one wrong claim a word
def test_a_token_with_one_wrong_claim_denies_although_its_signature_holds(change: dict[str, Any]) -> None:
    assert not verified(token(claims(**change)))


def test_a_token_ends() -> None:
    assert verified(token(), now=NOW + timedelta(seconds=299))
    assert not verified(token(), now=NOW + timedelta(seconds=300))
    assert verified(token(), now=NOW - timedelta(seconds=4))
    assert not verified(token(), now=NOW - timedelta(seconds=30))


@pytest.mark.parametrize(
    "text",
    [
        "", "a.b", "a.b.c.d", "é.é.é", token(alg="none"), token(alg="HS256"), token(typ="JWT"), token(typ="training-snapshot+jwt"),
        token(crit=["x"]), token(kid="k2"), token(kid=7), token(packed(b"[]")), token(packed(b'{"sub": 1, "sub": 2}')),
        token(packed(b"\xff")),
        token() + "=", token().rsplit(".", 1)[0] + ".", token(key=Ed25519PrivateKey.generate()), "a" * 9_000,
    ],
)  # fmt: skip  # one token a word
def test_what_is_no_token_of_ours_denies(text: str) -> None:
    assert not verified(text)


@pytest.mark.parametrize("jwks", [{}, {"keys": None}, {"keys": [7]}, {"keys": [{"kid": "k1"}]}, {"keys": [{**JWKS["keys"][0], "x": "AA"}]}])
def test_keys_that_are_none_verify_nothing(jwks: Any) -> None:
    assert not verified(token(), jwks=jwks)


def test_keys_are_fetched_when_a_token_names_an_unknown_one_and_not_for_every_invented_name() -> None:
    asked: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json=JWKS, headers={"Content-Type": "application/jwk-set+json"})

    client = Client(HERE, "efk_x_y", transport=httpx.MockTransport(serve))

    def ask(text: str) -> bool:
        return client.verify(text, subject=SUBJECT, purpose=PURPOSE, resource=RESOURCE, recipient="gpu-host", now=NOW).allowed

    assert [ask(token()), ask(token()), ask(token(kid="k2")), ask(token(kid="k3")), ask("nonsense")] == [True, True, False, False, False]
    assert asked == ["/.well-known/jwks.json"]
    assert not Client(HERE, "k", transport=httpx.MockTransport(lambda _r: httpx.Response(500))).verify(
        token(), subject=SUBJECT, purpose=PURPOSE, resource=RESOURCE, recipient="gpu-host", now=NOW
    )
