"""Who may sign for whom: Gus for his ward with a court order, a parent for a child where the profile lets them, an agent never."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from compliance.core import clock
from compliance.core.errors import Invalid
from consent.models import Paper, Release, ReleaseLink
from consent.queries import page_of
from consent.queries.releases import content_of
from consent.rules.roles import MinorCannotSign, signers
from tests.apps.consent.consent_cast import World, activated, starter
from tests.apps.consent.release_cast import DRAWN, evidence_of, link_for, pdf, person, proxy, sign_as

pytestmark = pytest.mark.django_db
SIGNED_FOR = ("parent", "guardian", "representative")


@pytest.mark.parametrize("role", SIGNED_FOR)
def test_c8_who_signs_for_another_shows_why_they_may_and_is_recorded_as_that(world: World, role: str) -> None:
    activated({**starter("thirty-days"), "minors": "guardian"})
    file = pdf(pages=2)
    person("ward", age="minor")
    release = sign_as(link_for("ward"), **proxy(role, authority=file))
    paper = Paper.objects.get()
    assert (release.signer_role, release.authority_id, paper.kind, paper.what, paper.size) == (
        role,
        paper.pk,
        "authority",
        "court order",
        len(file),
    )
    assert content_of(paper) == file
    assert file[:40] not in bytes(paper.sealed)
    evidence = evidence_of(release)
    assert (evidence["role"], evidence["typed_name"]) == (role, "Gus Guardian")
    assert evidence["authority"]["sha256"] == paper.sha256
    assert world.reason("ward") == "active"


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"authority": b""}, ["/authority"]),
        ({"authority_what": " "}, ["/authority_what"]),
        ({"authority": b"", "authority_what": ""}, ["/authority", "/authority_what"]),
        ({"authority": b"GIF89a"}, ["/authority"]),
        ({"typed_name": "", "drawn": DRAWN}, ["/name"]),
        ({"ends": date(2020, 1, 1)}, ["/authority_ends"]),
    ],
)
def test_c8_without_a_whole_authority_nobody_signs_for_another_and_nothing_is_kept(
    world: World, changes: dict[str, Any], pointers: list[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        sign_as(link_for("ward"), **proxy(**changes))
    assert [error.pointer for error in refused.value.errors] == pointers
    assert not Release.objects.exists()
    assert not Paper.objects.exists()


def test_an_agent_for_requests_can_never_sign(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        sign_as(link_for("ana"), **proxy("agent"))
    assert "740 ILCS 14/15(b)" in refused.value.errors[0].detail
    with pytest.raises(Invalid, match="role"):
        sign_as(ReleaseLink.objects.get(), role="uncle")
    assert not Release.objects.exists()


def test_a_release_never_outlives_the_authority_it_was_signed_under(world: World) -> None:
    ends = (clock.now() + timedelta(days=40)).date()
    release = sign_as(link_for("ward"), **proxy(ends=ends))
    assert release.expires_at == datetime(ends.year, ends.month, ends.day, 10, tzinfo=UTC)
    long = sign_as(link_for("other"), **proxy(ends=ends + timedelta(days=3000)))
    assert long.expires_at == long.signed_at.replace(year=long.signed_at.year + 1)


WHO_MAY = {
    ("adult", "deny"): {"self", "representative"},
    ("adult", "guardian"): {"self", "representative"},
    ("unknown", "deny"): {"self", "representative"},
    ("unknown", "guardian"): {"self", "representative"},
    ("minor", "deny"): set(),
    ("minor", "guardian"): {"parent", "guardian", "representative"},
}


@pytest.mark.parametrize(("age", "rule"), WHO_MAY)
def test_c9_who_may_sign_hangs_on_the_age_and_the_profiles_rule(world: World, age: str, rule: str) -> None:
    activated({**starter("thirty-days"), "minors": rule})
    assert set(signers(age, rule)) == WHO_MAY[age, rule]
    for role in Release.SignerRole.values:
        reference = f"{age}-{role}"
        person(reference, age=age)
        link = link_for(reference)
        changes = {} if role == "self" else proxy(role)
        if role in WHO_MAY[age, rule]:
            sign_as(link, **changes)
            assert world.reason(reference) == "active"
        else:
            with pytest.raises(MinorCannotSign):
                sign_as(link, **changes)
            assert world.reason(reference) != "active"


def test_c9_what_a_parent_signed_allows_no_more_once_the_child_is_of_age_or_the_rule_says_no(world: World) -> None:
    activated({**starter("thirty-days"), "minors": "guardian"})
    person("kid", age="minor")
    link = link_for("kid")
    for purpose in ("train_shared_model", "face_scan"):
        sign_as(link, purpose, **proxy("parent"))
        assert world.reason("kid", purpose) == "active"
    activated({**starter("thirty-days"), "minors": "deny"})
    assert world.reason("kid") == "minor"
    person("kid", age="adult")
    assert world.reason("kid") == world.reason("kid", "train_shared_model") == "superseded"
    link = link_for("kid")
    # The boxes ask anew as well.
    sign_as(link, "train_shared_model")
    sign_as(link)
    assert world.reason("kid") == world.reason("kid", "train_shared_model") == "active"


def test_c9_an_age_or_a_rule_that_is_no_word_of_ours_lets_nobody_sign() -> None:
    assert all(signers(age, rule) == () for age, rule in product(("", "child"), ("deny", "guardian", "")))


def test_c9_the_page_offers_the_roles_that_may_sign_and_nothing_to_a_minor_whom_nobody_may_sign_for(world: World) -> None:
    at = clock.now()
    adult = page_of(link_for("ana"), at)
    assert adult is not None
    assert (adult.roles, adult.minors) == (("self", "representative"), "deny")
    person("kid", age="minor")
    with pytest.raises(MinorCannotSign):
        page_of(link_for("kid"), at)


def test_c9_a_minor_who_signed_as_an_adult_still_takes_it_back_on_the_page(world: World) -> None:
    link = link_for("kid")
    sign_as(link)
    person("kid", age="minor")
    page = page_of(link, clock.now())
    assert page is not None
    assert page.release is not None
    assert (page.notice, [box for box in page.boxes if box.notice]) == (None, [])
    assert world.reason("kid") == "minor"
