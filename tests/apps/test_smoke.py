import pytest
from django.db import ProgrammingError, connection, transaction

from compliance.audit.actions import record
from compliance.audit.models import Entry
from compliance.core import clock
from compliance.core.actor import SERVICE


@pytest.mark.django_db(transaction=True)
def test_record_works_and_the_running_role_cannot_truncate() -> None:
    with transaction.atomic():
        record(kind="a:b:c", object_id="1", actor=SERVICE, at=clock.now(), payload={"x": 1})
    assert Entry.objects.count() == 1
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_entry CASCADE")


@pytest.mark.django_db(transaction=True)
def test_again() -> None:
    assert Entry.objects.count() == 0
