"""Whom a link asks for what: one purpose, one piece, one party, in one language."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from compliance.core import clock
from compliance.core.actor import PERSON
from compliance.core.errors import Invalid
from consent.actions import withdraw
from consent.models import ReleaseLink
from consent.queries import offered, page_of
from consent.queries.links import holds
from tests.apps.consent.consent_cast import World
from tests.apps.consent.release_cast import LAB, company, link_for, person, sign_as

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/release-links"
SHARE = f"disclose:{LAB}"


def test_i2_marketing_is_asked_for_one_piece_by_name(world: World) -> None:
    company()
    assert "/piece" in world.write(ADDRESS, {"subject": "ana", "purpose": "marketing"}).content.decode()
    assert world.write(ADDRESS, {"subject": "ana", "purpose": "marketing", "piece": "  "}).status_code == 422
    assert world.write(ADDRESS, {"subject": "ana", "purpose": "marketing", "piece": "x" * 201}).status_code == 422
    assert world.write(ADDRESS, {"subject": "ana", "purpose": "face_scan", "piece": "Poster 7"}).status_code == 422
    answer = world.write(ADDRESS, {"subject": "ana", "purpose": "marketing", "piece": " Poster  7 "})
    assert answer.status_code == 201
    assert ReleaseLink.objects.get().piece == "Poster 7"
    assert world.browser.get(urlsplit(answer.json()["url"]).path).status_code == 200


def test_i2_a_release_for_one_piece_is_none_for_another(world: World) -> None:
    company()
    link = link_for("ana", "marketing", piece="Poster 7")
    sign_as(link)
    assert world.reason("ana", "marketing", piece="Poster 7") == "active"
    assert world.reason("ana", "marketing", piece="Poster 8") != "active"
    assert world.reason("ana", "marketing") != "active"
    assert world.reason("ana") == "purpose_not_granted"


def test_sharing_is_asked_for_with_a_party_on_record_that_has_a_text(world: World) -> None:
    assert world.write(ADDRESS, {"subject": "ana", "purpose": SHARE}).status_code == 422
    company()
    assert world.write(ADDRESS, {"subject": "ana", "purpose": SHARE}).status_code == 201
    assert world.write(ADDRESS, {"subject": "ana", "purpose": "disclose:nobody"}).status_code == 422
    # On record, but no text is published for it.
    assert world.write(ADDRESS, {"subject": "ana", "purpose": "disclose:gpu-host"}).status_code in {409, 422}
    assert ReleaseLink.objects.count() == 1


def test_a_link_for_a_piece_or_a_party_shows_its_own_text_and_no_boxes(world: World) -> None:
    company()
    sign_as(link_for("ana"))
    for purpose, more in (("marketing", {"piece": "Poster 7"}), (SHARE, {})):
        page = page_of(link_for("ana", purpose, **more), clock.now())
        assert page is not None
        assert page.notice is not None
        assert (page.notice.purpose, page.boxes, page.release) == (purpose, (), None)


def test_the_page_of_the_scan_has_a_box_for_each_purpose_offered_and_for_each_release_in_force(world: World) -> None:
    company()
    link = link_for("ana")
    page = page_of(link, clock.now())
    assert page is not None
    assert [box.purpose for box in page.boxes] == [purpose for purpose in offered() if purpose != "face_scan"]
    assert all(box.release is None and box.notice for box in page.boxes)
    sign_as(link)
    quality = sign_as(link, "quality")
    poster = sign_as(link_for("ana", "marketing", piece="Poster 7"))
    after = page_of(link, clock.now())
    assert after is not None
    held = {(box.purpose, box.release.pk, box.notice) for box in after.boxes if box.release}
    assert held == {("quality", quality.pk, None), ("marketing", poster.pk, None)}
    assert "marketing" not in {box.purpose for box in after.boxes if box.notice}


def test_taking_back_one_piece_leaves_the_other_and_all_of_them_leaves_none(world: World) -> None:
    company()
    links = [link_for("ana", "marketing", piece=piece) for piece in ("Poster 7", "Poster 8")]
    who, _ = (sign_as(link).subject_id for link in links)
    assert withdraw(subject_id=who, purpose="marketing", piece="Poster 7", actor=PERSON, at=clock.now(), how="test").withdrawn == 1
    assert [holds(link, clock.now()) for link in links] == [False, True]
    assert withdraw(subject_id=who, purpose="marketing", actor=PERSON, at=clock.now(), how="test").withdrawn == 1
    assert [holds(link, clock.now()) for link in links] == [False, False]


@pytest.mark.parametrize(
    ("language", "status"), [("en", 201), ("es", 201), ("de", 201), ("fr", 201), ("it", 422), ("", 422), (["en"], 422)]
)
def test_a_link_asks_in_one_of_four_languages(world: World, language: Any, status: int) -> None:
    response = world.write(ADDRESS, {"subject": "ana", "purpose": "face_scan", "language": language})
    assert response.status_code == status
    if status == 201:
        assert ReleaseLink.objects.get().language == language
        page = page_of(ReleaseLink.objects.get(), clock.now(), language)
        assert page is not None
        assert page.notice is not None
        assert page.notice.locale == language


def test_c8_the_link_of_a_depicted_person_says_so(world: World) -> None:
    page = page_of(link_for("face-7", kind="depicted"), clock.now())
    assert page is not None
    assert page.depicted
    person("ana")
    own = page_of(link_for("ana"), clock.now())
    assert own is not None
    assert not own.depicted


def test_c4_no_page_signs_what_it_does_not_ask_for(world: World) -> None:
    company()
    poster = link_for("ana", "marketing", piece="Poster 7")
    for purpose in ("face_scan", "quality", SHARE):
        with pytest.raises(Invalid):
            sign_as(poster, purpose)


def test_a_link_lives_seven_days(world: World) -> None:
    world.link("ana")
    link = ReleaseLink.objects.get()
    assert link.expires_at - link.made_at == timedelta(days=7)
