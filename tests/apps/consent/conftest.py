"""A company with an active profile and published notices, and the people it asks."""

import pytest
from consent_cast import OFFICER, STARTERS, World
from django.test import Client

from compliance.core import clock
from compliance.profiles.actions import activate, read_yaml, store
from consent.actions import publish_notices


@pytest.fixture
def world(db: None, settings: object) -> World:
    return build()


@pytest.fixture
def committed_world(transactional_db: None) -> World:
    """The same world, in the database for all connections to see."""
    return build()


def build() -> World:
    at = clock.now()
    profile = store(document=read_yaml(STARTERS / "thirty-days.yaml"), actor=OFFICER, at=at)
    activate(profile=profile, actor=OFFICER, at=at, reason="start")
    publish_notices(actor=OFFICER, at=at)
    return World(Client())
