"""A company with an active profile and published notices, and the people it asks."""

import pytest
from django.test import Client

from tests.apps.consent.consent_cast import World, activated, starter


@pytest.fixture
def world(db: None, settings: object) -> World:
    return build()


@pytest.fixture
def committed_world(transactional_db: None) -> World:
    """The same world, in the database for all connections to see."""
    return build()


def build() -> World:
    activated(starter("thirty-days"))
    return World(Client())
