"""What a notice says: three statements in writing, named recipients, and nothing that the profile does not enforce."""

import hashlib
import re

import pytest
from django.conf import settings
from django.test import override_settings

from compliance.core import clock
from compliance.core.errors import Conflict, Invalid
from compliance.core.taxonomy import Purpose
from compliance.profiles.actions import activate, store
from compliance.profiles.models import Party
from compliance.profiles.rules import HEARD
from consent.actions import offer, publish_notices
from consent.models import Notice, Release
from consent.pages.text import sections
from consent.queries import current_notice
from consent.rules import texts
from consent.rules.facts import ACTS, MOMENTS, Kept, kept_for
from tests.apps.consent.consent_cast import OFFICER, STARTERS, World, activated, starter
from tests.reading import grade

pytestmark = pytest.mark.django_db
ALL = sorted(path.stem for path in STARTERS.glob("*.yaml"))


def test_c1_the_notice_states_what_how_long_what_for_and_who(world: World) -> None:
    with override_settings(OPERATOR_NAME="Example Studio"):
        Party.objects.create(slug="gpu-host", name="GPU Host Inc.", role="processor", country="US", purpose="runs the scan")
        text = activated(starter("thirty-days"))[0].body
    assert "Example Studio collects and stores biometric data about you: a scan of your face geometry" in text
    assert "We use it to scan the photo you upload and to make the pictures you ask for. We use it for nothing else." in text
    assert "This release lasts 1 year from the moment you sign." in text
    assert "• The photo you uploaded: 37 days after the upload." in text
    assert "• GPU Host Inc." in text
    assert "• payments" in text
    assert "Each backup is destroyed after 30 days at the latest." in text
    assert "• A model trained on your face: 37 days after the upload." in text
    assert "a model of your face may be built, for you alone. This release allows no other training." in text
    assert "Nothing is ever sold, leased or traded" in text
    assert "take this release back at any time" in text
    assert "privacy@example.test" in text


def test_a_notice_names_a_model_exactly_where_the_profile_keeps_one(world: World) -> None:
    model = "• A model trained on your face"
    told = {notice.purpose: model in notice.body for notice in activated(starter("thirty-days"))}
    assert told == {"face_scan": True, "regenerate": True, "train_shared_model": False, "quality": False}
    told = {notice.purpose: model in notice.body for notice in activated(starter("until-you-delete"))}
    assert told == {"face_scan": False, "regenerate": False}
    assert "This release does not allow training." in current_notice("face_scan").body


@pytest.mark.parametrize("name", ALL)
def test_every_starter_gives_notices_that_are_plain_and_complete(world: World, name: str) -> None:
    published = activated(starter(name))
    document = starter(name)
    kept_for_it = {purpose for entry in document["artifacts"].values() for purpose in entry["purposes"]}
    beside = [purpose for purpose in ("regenerate", "match") if purpose in kept_for_it]
    uses = {"shared_model": "train_shared_model", "quality": "quality", "benchmark": "benchmark"}
    allowed = [purpose for use, purpose in uses.items() if document["training"][use] == "opt_in"]
    assert [notice.purpose for notice in published] == ["face_scan", *beside, *allowed]
    in_force = Notice.objects.filter(profile_hash=published[0].profile_hash)
    assert in_force.count() == len(published) * len(texts.LOCALES)
    for notice in in_force:
        assert grade(notice.body, notice.locale) <= 8
        assert not re.search(r"\b(None|PT?\d|_|\{|\})", notice.body)
        assert notice.hash == hashlib.sha256(f"{notice.title}\n\n{notice.body}".encode()).hexdigest()


def test_the_photo_comes_first_and_then_everything_else_that_is_made_from_it(world: World) -> None:
    first = {name: stored(activated(starter(name))[0].body) for name in ALL}
    assert first["thirty-days"] == [
        "The photo you uploaded",
        "Everything else made from your photo, if it is not named below",
        "A model trained on your face",
        "Working files of the scan",
        "Pictures made for you",
    ]
    assert {lines[0] for lines in first.values()} == {"The photo you uploaded"}
    small = starter("fixed-window")
    del small["artifacts"]["generated_output"]
    assert stored(activated(small)[0].body) == ["The photo you uploaded", "Everything else made from your photo"]


def test_no_notice_of_a_starter_lets_an_end_hang_on_what_the_service_does_not_hear(world: World) -> None:
    heard = r"(\d+ \w+|right) after (the upload|your last visit)|as soon as you take this release back|when you ask us to delete it"
    unheard = r"processing_|session_ended|result_delivered|output_downloaded|purpose_satisfied|account_closed"
    assert all(re.search(unheard, str(starter(name)["artifacts"])) for name in ALL if name != "fixed-window")
    for name in ALL:
        for line in (line for notice in activated(starter(name)) for line in listed(notice.body)):
            ends = line.split(": ", 1)[1].rstrip(".").split("; or ")
            assert all(re.fullmatch(heard, end) for end in ends), (name, line)


def test_the_words_for_an_end_are_those_of_what_is_heard_and_no_others() -> None:
    assert {*MOMENTS, *ACTS} == HEARD


TAKEN, ASKED = "consent_withdrawn", "user_request"


@pytest.mark.parametrize(
    ("category", "purposes", "until", "told"),
    [
        # Taking back and asking are acted on at once: the person is not told of a delay that does not exist.
        ("embedding", ["face_scan"], ["consent_withdrawn + P30D", "uploaded + P3D"], (TAKEN, "uploaded + P3D")),
        ("scan_log", ["security"], ["user_request + P9D", "uploaded + PT0S"], (ASKED, "uploaded + PT0S")),
        # An operational purpose keeps no face, so this release alone ends it.
        ("embedding", ["face_scan", "security"], ["consent_withdrawn + PT0S", "uploaded + P3D"], (TAKEN, "uploaded + P3D")),
        # Another reason may keep these: taking this release back does not end them.
        ("embedding", ["face_scan", "train_shared_model"], ["consent_withdrawn + PT0S", "uploaded + P3D"], ("uploaded + P3D",)),
        ("metadata", ["face_scan", "security"], ["consent_withdrawn + PT0S", "uploaded + P3D"], ("uploaded + P3D",)),
        ("scan_log", ["security"], ["processing_failed + PT0S", "last_interaction + P1Y"], ("last_interaction + P1Y",)),
    ],
)
def test_an_end_is_told_as_it_is_enforced(category: str, purposes: list[str], until: list[str], told: tuple[str, ...]) -> None:
    document = {"artifacts": {category: {"purposes": purposes, "until": until}}, "training": {}}
    assert kept_for(document, Purpose.FACE_SCAN) == (Kept(category, told),)


def test_nothing_is_published_for_a_profile_whose_end_nobody_hears(world: World) -> None:
    document = starter("thirty-days")
    document["artifacts"]["embedding"] = {"purposes": ["face_scan"], "until": ["result_delivered + P1D", "consent_withdrawn + PT0S"]}
    with pytest.raises(Invalid, match="ends embedding"):
        kept_for(document, Purpose.FACE_SCAN)
    assert kept_for(document, Purpose.TRAIN_SHARED_MODEL) == ()


def test_a_company_without_an_address_for_questions_names_its_privacy_page_alone(world: World) -> None:
    document = starter("thirty-days")
    page = f"{settings.BASE_URL}/privacy/"
    assert f"You can also use {page} or write to privacy@example.test." in activated(document)[0].body
    document["contact"] = {"form": True, "in_app": False}
    with override_settings(DEFAULT_FROM_EMAIL="sender@example.test"):
        body = activated(document)[0].body
    assert f"You can also use {page}." in body
    assert "sender@example.test" not in body
    assert "privacy@example.test" not in body


def listed(body: str) -> list[str]:
    """The lines that name what is stored."""
    return [line for line in body.split("\n\n")[1].split("\n") if line.startswith("•")]


def stored(body: str) -> list[str]:
    """What the list of stored things names, in its order."""
    return [line[2:].split(":")[0] for line in listed(body)]


def test_the_page_shows_every_character_of_the_text_in_its_order(world: World) -> None:
    notice = current_notice(Purpose.FACE_SCAN)
    shown = [line for part in sections(notice.body) for line in (part.heading, *(text for block in part.blocks for text in block))]
    assert "\n".join(shown) == notice.body.replace("\n\n", "\n")


def test_publishing_again_changes_nothing_and_another_text_is_a_new_version(world: World) -> None:
    first = current_notice(Purpose.FACE_SCAN)
    publish_notices(actor=OFFICER, at=clock.now())
    assert current_notice(Purpose.FACE_SCAN).pk == first.pk
    with override_settings(OPERATOR_NAME="Other Studio"):
        publish_notices(actor=OFFICER, at=clock.now())
    second = current_notice(Purpose.FACE_SCAN)
    assert (first.version, second.version) == (1, 2)
    assert first.hash != second.hash
    assert Notice.objects.get(pk=first.pk).body == first.body


def test_a_text_of_an_older_profile_is_never_offered(world: World) -> None:
    at = clock.now()
    assert current_notice(Purpose.FACE_SCAN)
    profile = store(document=starter("fixed-window"), actor=OFFICER, at=at)
    path = world.link("ana")
    activate(profile=profile, actor=OFFICER, at=at, reason="test")
    with pytest.raises(Conflict, match="publish_notices"):
        offer(reference="ben", purpose="face_scan", system="s", actor=OFFICER, at=at)
    page = world.browser.get(path)
    assert page.status_code == 409
    assert b"Not possible right now" in page.content
    assert b"manage.py" not in page.content


def test_where_training_is_forbidden_the_page_says_so_and_has_no_box_for_it(world: World) -> None:
    activated(starter("until-you-delete"))
    page = world.browser.get(world.link("ana")).content.decode()
    assert "forbids training on your face beyond what the release above says" in page
    assert "Training is off" in page
    assert page.count('type="checkbox"') == len(("face_scan", "regenerate"))
    for purpose in ("train_shared_model", "train_personal_model"):
        path = world.link("ben")
        assert world.browser.post(f"{path}/{purpose}", world.form(path, name="Ben", agree="yes")).status_code == 422
    assert not Release.objects.exists()


def test_a_language_nobody_wrote_falls_back_to_english_and_the_four_are_versions_of_one(world: World) -> None:
    shown = {locale: current_notice("face_scan", locale) for locale in (*texts.LOCALES, "xx")}
    assert {locale: notice.locale for locale, notice in shown.items()} == {"en": "en", "es": "es", "de": "de", "fr": "fr", "xx": "en"}
    assert {notice.version for notice in shown.values()} == {1}
    assert len({notice.hash for notice in shown.values()}) == len(texts.LOCALES)
