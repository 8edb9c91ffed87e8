"""Ana, and keys of this run alone."""

from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from compliance.audit import notes
from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.evidence import keys
from compliance.subjects.actions.know import create
from compliance.subjects.models import Subject


@pytest.fixture
def signing_dir(tmp_path: Path, settings: Settings) -> Path:
    folder = tmp_path / "signing"
    settings.SIGNING_DIR = folder
    keys.create(folder)
    notes.create(folder, "privacy.example.test")
    return folder


@pytest.fixture
def ana(db: None) -> Subject:
    with transaction.atomic():
        return create(kind="account", actor=SERVICE, at=clock.now())
