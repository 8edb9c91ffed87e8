"""Ana types or draws her name; Gus signs for his ward with a court order; an agent never signs."""

import hashlib
import json
from datetime import datetime, timedelta

import pytest

from compliance.audit.models import Entry
from compliance.audit.rules import payload_place
from compliance.core import clock
from compliance.core.actor import PERSON
from compliance.core.errors import Conflict, KeyDestroyed
from compliance.subjects.actions import destroy_key
from compliance.subjects.models import Subject
from compliance.subjects.queries import sealer
from consent.actions import LinkEnded, decline, publish_notices, sign, withdraw
from consent.actions.grant import Overtaken
from consent.models import Paper, Release
from consent.queries.links import in_force
from consent.queries.releases import TextBroken, content_of, document_of
from consent.rules.signing import known_zone, missing, strokes
from tests.apps.consent.consent_cast import OFFICER, World, activated, signed, starter
from tests.apps.consent.release_cast import DRAWN, company, evidence_of, link_for, proxy, sign_as, signature

pytestmark = pytest.mark.django_db


def test_c1_before_a_release_there_is_none_and_with_a_drawn_name_there_is_a_whole_one(world: World) -> None:
    link = link_for("ana")
    assert world.reason("ana") == "no_release"
    release = sign_as(link, typed_name="", drawn=DRAWN, zone="America/Chicago", gpc=True)
    assert world.reason("ana") == "active"
    assert (release.method, release.channel, release.signer_role, release.gpc) == ("drawn_name", "hosted", "self", True)
    evidence = evidence_of(release)
    assert evidence["drawn"] == json.loads(DRAWN)
    assert (evidence["typed_name"], evidence["zone"], evidence["gpc"]) == (None, "America/Chicago", True)
    assert datetime.fromisoformat(evidence["signed_at_local"]).utcoffset() == timedelta(hours=-6)
    assert evidence["act"] == "drew a name, ticked the box and pressed the button"


def test_c3_years_later_the_exact_text_comes_back_and_a_changed_one_is_noticed(world: World) -> None:
    release = sign_as(link_for("ana"), locale="de")
    shown = document_of(release)
    assert shown == f"{release.notice.title}\n\n{release.notice.body}".encode()
    # Newer versions come and go.
    document = starter("thirty-days")
    document["contact"]["email"] = "new@example.test"
    activated(document)
    publish_notices(actor=OFFICER, at=clock.now())
    assert document_of(Release.objects.get(pk=release.pk)) == shown
    release.notice.body += " And more."
    with pytest.raises(TextBroken):
        document_of(release)


def test_c3_the_ledger_holds_the_hash_of_the_evidence(world: World) -> None:
    release = sign_as(link_for("ana"))
    entry = Entry.objects.get(object_id=str(release.pk), kind="consent:release:signed")
    assert entry.payload_sealed is not None
    payload = json.loads(sealer(release.subject_id).open(payload_place(entry.uid), bytes(entry.payload_sealed)))
    opened = sealer(release.subject_id).open(f"consent.release.evidence:{release.pk}", bytes(release.evidence_sealed))
    assert payload["evidence_sha256"] == hashlib.sha256(opened.encode()).hexdigest()


@pytest.mark.parametrize("name", ["محمد علي", "Ana 🦊 Example", "李小龍", "Zoë O’Neil-Ångström", "אָנָה"])
def test_a_name_in_any_script_is_kept_as_it_was_typed(world: World, name: str) -> None:
    release = sign_as(link_for("ana"), typed_name=f"  {name} ")
    assert evidence_of(release)["typed_name"] == name


@pytest.mark.parametrize(
    "drawn",
    [
        "[]",
        "[[]]",
        "[[[1,2]]]",
        "[[[1,2],[3,4]]]",
        "[[[0,0],[2000,5]]]",
        "[[[0.5,1],[900,900]]]",
        "{}",
        "nonsense",
        "[[[true,1],[900,900]]]",
        "[" * 9000,
    ],
)
def test_a_dot_or_nonsense_is_no_drawn_name(drawn: str) -> None:
    assert strokes(drawn) is None
    assert [error.pointer for error in missing(name="", agreed=True, drawn=drawn)] == ["/drawn"]


def test_a_drawing_that_is_too_long_is_refused_unread() -> None:
    assert missing(name="", agreed=True, drawn="[[" + "[1,1]," * 5000 + "[900,900]]]")[0].pointer == "/drawn"


@pytest.mark.parametrize(
    ("said", "kept"),
    [("Europe/Berlin", "Europe/Berlin"), ("", "UTC"), ("Mars/Base", "UTC"), ("../../etc/passwd", "UTC"), ("A" * 500, "UTC"), ("\0", "UTC")],
)
def test_a_zone_is_kept_when_it_is_one(said: str, kept: str) -> None:
    assert known_zone(said) == kept


def test_signing_is_an_interaction_and_a_gpc_signal_is_remembered(world: World) -> None:
    link = link_for("ana")
    long_ago = clock.now() - timedelta(days=90)
    Subject.objects.update(last_interaction_at=long_ago)
    release = sign_as(link, gpc=True)
    subject = Subject.objects.get()
    assert (subject.last_interaction_at, subject.gpc_at) == (release.signed_at, release.signed_at)


def test_a_browser_that_says_gpc_is_asked_for_nothing_that_shares(world: World) -> None:
    company()
    link = link_for("ana", "disclose:partner-lab")
    with pytest.raises(Conflict, match="Global Privacy Control"):
        sign_as(link, gpc=True)
    assert not Release.objects.exists()
    sign_as(link_for("ana"), gpc=True)
    with pytest.raises(Conflict, match="Global Privacy Control"):
        link_for("ana", "disclose:partner-lab")


def test_what_was_taken_back_a_moment_later_is_not_signed_by_a_form_that_waited(world: World) -> None:
    pressed = clock.now()
    link = link_for("ana")
    withdraw(subject_id=link.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
    with pytest.raises(Overtaken):
        sign_as(link, at=pressed)
    assert not in_force(link.subject_id, clock.now()).exists()
    # A signature given afterwards counts.
    assert sign_as(link).state == "active"


def test_after_the_key_is_destroyed_nothing_is_signed_and_papers_open_no_more(world: World) -> None:
    release = sign_as(link_for("ward"), **proxy())
    paper, link = Paper.objects.get(), link_for("ward")
    assert content_of(paper)
    withdraw(subject_id=release.subject_id, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
    destroy_key(subject_id=release.subject_id, actor=OFFICER, at=clock.now(), reason="erased")
    with pytest.raises(KeyDestroyed):
        content_of(paper)
    with pytest.raises(KeyDestroyed):
        sign_as(link)
    # The text itself is the operator's: it stays provable.
    assert document_of(release)


def test_a_box_is_signed_once_and_only_while_the_page_lives(world: World) -> None:
    link = link_for("ana")
    sign_as(link)
    sign_as(link, "quality")
    with pytest.raises(LinkEnded):
        sign_as(link, "quality")
    assert sorted(in_force(link.subject_id, clock.now()).values_list("purpose", flat=True)) == ["face_scan", "quality"]


def test_a_refusal_keeps_the_text_that_was_shown_and_the_piece(world: World) -> None:
    company()
    link = link_for("ana", "marketing", piece="Poster 7", language="fr")
    refusal = decline(link_id=link.pk, shown_at=clock.now(), actor=PERSON, at=clock.now())
    assert (refusal.state, refusal.purpose, refusal.piece, refusal.notice.locale) == ("refused", "marketing", "Poster 7", "fr")
    with pytest.raises(LinkEnded):
        decline(link_id=link.pk, shown_at=clock.now(), actor=PERSON, at=clock.now())


def test_h1_a_guest_gets_the_same_release_and_the_same_end_as_an_account(world: World) -> None:
    outcomes = []
    for kind in ("account", "guest"):
        link = link_for(kind, kind=kind)
        release = sign_as(link)
        subject = Subject.objects.get(pk=release.subject_id)
        assert subject.kind == kind
        before = world.ask(kind)["context"]
        withdraw(subject_id=subject.pk, purpose="face_scan", actor=PERSON, at=clock.now(), how="test")
        outcomes.append(
            (
                before["reason"],
                before["obligations"],
                world.reason(kind),
                release.expires_at - release.signed_at,
                list(Entry.objects.filter(object_id=str(release.pk)).order_by("id").values_list("kind", flat=True)),
            )
        )
    assert outcomes[0] == outcomes[1]


def test_nothing_but_the_shown_text_is_signed(world: World) -> None:
    link = link_for("ana")
    other = signed("ben").notice
    stranger = signature(notice_id=signature("quality").notice_id)
    with pytest.raises(Conflict, match="text has changed"):
        sign(link_id=link.pk, purpose="face_scan", signature=stranger, actor=PERSON, at=clock.now())
    assert sign_as(link, notice_id=other.pk).notice == other
