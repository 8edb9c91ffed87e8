"""What a notice says: three statements in writing, named recipients, and nothing that the profile does not enforce."""

import hashlib
import re

import pytest
from django.test import override_settings

from compliance.core import clock
from compliance.core.errors import Conflict, Invalid
from compliance.core.taxonomy import Purpose
from compliance.profiles.actions import activate, store
from compliance.profiles.models import Party
from compliance.profiles.queries import active
from consent.actions import facts_of, offer, publish_notice, publish_notices
from consent.models import Notice, Release
from consent.pages.text import sections
from consent.queries import current_notice
from tests.apps.consent.consent_cast import OFFICER, STARTERS, World, activated, grade, starter

pytestmark = pytest.mark.django_db
ALL = sorted(path.stem for path in STARTERS.glob("*.yaml"))


def test_c1_the_notice_states_what_how_long_what_for_and_who(world: World) -> None:
    with override_settings(OPERATOR_NAME="Example Studio"):
        Party.objects.create(slug="gpu-host", name="GPU Host Inc.", role="processor", country="US", purpose="runs the scan")
        text = activated(starter("thirty-days"))[0].body
    assert "Example Studio collects and stores biometric data about you: a scan of your face geometry" in text
    assert "We use it to scan the photo you upload and to make the pictures you ask for. We use it for nothing else." in text
    assert "This release lasts 1 year from the moment you sign." in text
    assert "• The photo you uploaded: 30 days after the scan is finished; or 7 days after a scan fails; or" in text
    assert "• GPU Host Inc." in text
    assert "• payments" in text
    assert "Each backup is destroyed after 30 days at the latest." in text
    assert "A model trained on your face: 30 days after the scan is finished" in text
    assert "a model of your face may be built, for you alone. This release allows no other training." in text
    assert "Nothing is ever sold, leased or traded" in text
    assert "take this release back at any time" in text
    assert "privacy@example.test" in text


def test_a_notice_names_a_model_exactly_where_the_profile_keeps_one(world: World) -> None:
    scan, training = activated(starter("thirty-days"))
    assert ("A model trained on your face" in scan.body, "A model trained on your face" in training.body) == (True, False)
    [scan] = activated(starter("until-you-delete"))
    assert "model" not in scan.body
    assert "This release does not allow training." in scan.body


@pytest.mark.parametrize("name", ALL)
def test_every_starter_gives_notices_that_are_plain_and_complete(world: World, name: str) -> None:
    published = activated(starter(name))
    opt_in = starter(name)["training"]["shared_model"] == "opt_in"
    assert [notice.purpose for notice in published] == ["face_scan"] + ["train_shared_model"] * opt_in
    for notice in published:
        assert grade(notice.body) <= 8
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


def stored(body: str) -> list[str]:
    """What the list of stored things names, in its order."""
    return [line[2:].split(":")[0] for line in body.split("\n\n")[1].split("\n") if line.startswith("•")]


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
    assert page.count('type="checkbox"') == 1
    for purpose in ("train_shared_model", "train_personal_model"):
        path = world.link("ben")
        assert world.browser.post(f"{path}/{purpose}", world.form(path, name="Ben", agree="yes")).status_code == 422
    assert not Release.objects.exists()


def test_there_is_no_text_in_a_language_nobody_wrote(world: World) -> None:
    profile_notice = current_notice(Purpose.FACE_SCAN)
    profile = active()
    assert profile is not None
    assert profile_notice.locale == "en"
    with pytest.raises(Invalid):
        publish_notice(facts=facts_of(profile, Purpose.FACE_SCAN), locale="xx", actor=OFFICER, at=clock.now())
