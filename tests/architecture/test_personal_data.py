"""Every model says what personal data it holds and how that leaves; history tables hold none."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

from compliance.core.personal_data import Kind, PersonalData
from tests.architecture.source import PRODUCT

# What cannot hold a name, an address or a byte of a picture. Every other kind of field must be declared.
HARMLESS = (
    models.UUIDField,
    models.BooleanField,
    models.IntegerField,
    models.FloatField,
    models.DecimalField,
    models.DateField,
    models.TimeField,
    models.DurationField,
    models.ForeignKey,
    models.ManyToManyField,
)
# What simple-history adds to each of its tables.
OF_HISTORY = {
    "history_type": "one of three letters",
    "history_change_reason": "why an officer did it, in words of theirs; pages ask for a reason without names",
}
# Tables of others, each with the reason why it needs no declaration.
OF_OTHERS = {
    "admin.LogEntry": "which officer changed which record; names of records are ids or staff",
    "auth.Group": "names of roles",
    "auth.Permission": "names of rights",
    "contenttypes.ContentType": "names of models",
    "sessions.Session": "ids of officers and of opened requests, ends after eight hours",
}


def ours() -> Iterator[type[models.Model]]:
    return (model for model in apps.get_models(include_auto_created=True) if model.__module__.split(".")[0] in PRODUCT)


def is_history(model: type[models.Model]) -> bool:
    return hasattr(model, "instance_type")


def telling(model: type[models.Model]) -> set[str]:
    """Names of the fields that could hold text or bytes."""
    return {field.name for field in model._meta.get_fields() if isinstance(field, models.Field) and not isinstance(field, HARMLESS)}


def declaration(model: type[models.Model]) -> PersonalData:
    declared = getattr(getattr(model, "instance_type", model), "personal_data", None)
    assert isinstance(declared, PersonalData), f"{model._meta.label} declares no personal_data"
    return declared


PLAIN = [model for model in ours() if not is_history(model) and not model._meta.auto_created]
HISTORY = [model for model in ours() if is_history(model)]


def test_the_walk_sees_all_rooms_and_the_history_tables() -> None:
    rooms = {model._meta.app_label for model in PLAIN}
    assert rooms >= {"access", "artifacts", "audit", "consent", "delivery", "dsar", "erasure", "subjects"}
    assert {"HistoricalRelease", "HistoricalRequest", "HistoricalOrder"} <= {model.__name__ for model in HISTORY}


@pytest.mark.parametrize("model", PLAIN, ids=lambda m: m._meta.label)
def test_every_field_that_could_name_somebody_is_declared(model: type[models.Model]) -> None:
    declared = declaration(model)
    assert set(declared.fields) == telling(model), "declare each field that holds text or bytes, and no others"
    assert len(declared.leaves.split()) >= 3, "say in a sentence how the data leaves"


@pytest.mark.parametrize("model", PLAIN, ids=lambda m: m._meta.label)
def test_a_declared_subject_is_a_column_and_sealed_data_has_one(model: type[models.Model]) -> None:
    declared = declaration(model)
    columns = {field.attname for field in model._meta.fields}
    assert declared.subject is None or declared.subject in columns
    if set(declared.fields.values()) & {Kind.SEALED, Kind.INDEX}:
        assert declared.subject, "what is sealed is sealed for somebody: name the column"


@pytest.mark.parametrize("model", HISTORY, ids=lambda m: m._meta.label)
def test_history_holds_nothing_sealed_nothing_indexed_and_nothing_undeclared(model: type[models.Model]) -> None:
    declared = declaration(model)
    fields = telling(model) - set(OF_HISTORY)
    assert fields <= set(declared.fields)
    kept = {name: declared.fields[name] for name in fields if declared.fields[name] in {Kind.SEALED, Kind.INDEX}}
    assert kept == {}, "exclude these fields from HistoricalRecords: history outlives an erasure"
    binary = [field.name for field in model._meta.fields if isinstance(field, models.BinaryField)]
    assert binary == [], "secrets and sealed bytes have no place in a history table"


def test_tables_of_others_are_known_one_by_one() -> None:
    others = {model._meta.label for model in apps.get_models() if model.__module__.split(".")[0] not in PRODUCT}
    assert others == set(OF_OTHERS)
