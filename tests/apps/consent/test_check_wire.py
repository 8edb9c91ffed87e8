"""The straight road to the database: what it leaves out must not be missed."""

import gc
import weakref
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, DataError, OperationalError, connection, transaction

from compliance.core import clock
from consent.queries import check, wire
from consent.queries.check import Asked
from tests.apps.consent.check_cast import notice, person, release
from tests.conftest import owner_connection

THROUGH = "SELECT $1::text, $2::uuid[], $3::bytea[]"
DIVIDE = "SELECT 1 / length($1::text)"
WHEN = "SELECT '2026-01-31 12:00:00.123456+02'::timestamptz WHERE $1::text IS NOT NULL"
TRANSACTION = "SELECT pg_current_xact_id()::text WHERE $1::text IS NOT NULL"


def end_every_connection() -> None:
    """What a restart of the database does to the connections that are open."""
    with owner_connection() as owner:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        assert owner.execute(f"SELECT pg_terminate_backend(pid) {others}").fetchall()


@transaction.atomic
def read_across_a_restart() -> None:
    wire.fetch(DIVIDE, [b"a"])
    end_every_connection()
    wire.fetch(DIVIDE, [b"a"])


@pytest.mark.django_db
def test_values_come_back_as_they_were_sent() -> None:
    ids, raw = [uuid4(), UUID(int=0)], [b"", b"\x00\xff", b"x" * 40_000]
    for text in ("", "Größe 😀", "' OR 1=1 --", "$1 %s", "line\nline"):
        sent = (text.encode(), wire.array(wire.UUID, [one.bytes for one in ids]), wire.array(wire.BYTEA, raw))
        assert wire.fetch(THROUGH, sent) == [(text, ids, raw)]
    empty = (b"", wire.array(wire.UUID, []), wire.array(wire.BYTEA, []))
    assert wire.fetch(THROUGH, empty) == [("", [], [])]


@pytest.mark.django_db
def test_times_are_utc_whatever_the_connection_s_zone() -> None:
    noon = datetime(2026, 1, 31, 10, 0, 0, 123456, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'America/Chicago'")
    assert wire.fetch(WHEN, [b"x"]) == [(noon,)]
    assert wire.fetch(WHEN, [b"x"])[0][0].tzinfo == UTC


@pytest.mark.django_db(transaction=True)
def test_an_error_is_django_s_and_the_connection_goes_on() -> None:
    assert wire.fetch(DIVIDE, [b"a"]) == [(1,)]
    with pytest.raises(DataError, match="division by zero"):
        wire.fetch(DIVIDE, [b""])
    with pytest.raises(DataError):
        wire.fetch(DIVIDE, [b"\x00"])
    with pytest.raises(DatabaseError, match="nowhere"):
        wire.fetch("SELECT 1 FROM nowhere", [])
    assert wire.fetch(DIVIDE, [b"a"]) == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_a_statement_is_prepared_once_a_connection() -> None:
    def prepared() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement FROM pg_prepared_statements WHERE name LIKE 'efface%%'")
            return [text for (text,) in cursor.fetchall()]

    connection.close()
    for _ in range(8):
        wire.fetch(DIVIDE, [b"a"])
    assert prepared() == [DIVIDE]
    connection.close()
    assert prepared() == []
    assert wire.fetch(DIVIDE, [b"ab"]) == [(0,)]
    assert prepared() == [DIVIDE]


@pytest.mark.django_db(transaction=True)
def test_a_closed_connection_is_not_kept_in_memory() -> None:
    wire.fetch(DIVIDE, [b"a"])
    raw = weakref.ref(connection.connection)
    assert raw() is not None
    connection.close()
    gc.collect()
    assert raw() is None


@pytest.mark.django_db(transaction=True)
def test_what_is_read_first_in_a_transaction_is_read_inside_it() -> None:
    with transaction.atomic():
        ours = wire.fetch(TRANSACTION, [b"x"])
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text")
            assert [cursor.fetchone()] == ours
    assert wire.fetch(TRANSACTION, [b"x"]) != ours


@pytest.mark.django_db(transaction=True)
def test_a_closed_connection_is_opened_anew_once_but_never_inside_a_transaction() -> None:
    assert wire.fetch(DIVIDE, [b"a"]) == [(1,)]
    end_every_connection()
    assert wire.fetch(DIVIDE, [b"a"]) == [(1,)]
    with pytest.raises(OperationalError):
        read_across_a_restart()
    connection.close()
    assert wire.fetch(DIVIDE, [b"a"]) == [(1,)]


@pytest.mark.django_db
def test_the_order_in_which_rows_come_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    at = clock.now()
    for days, state in ((9, "withdrawn"), (3, "active"), (1, "refused"), (5, "expired")):
        signed = at - timedelta(days=days)
        release("ana", state=state, shown_at=signed, signed_at=signed, ended_at=None if state == "active" else at)
        release("ben", state="withdrawn", shown_at=signed, signed_at=signed, ended_at=at)
    newest = release("ben", state="expired", ended_at=at)
    for purpose in ("train_shared_model", "train_personal_model", "quality"):
        release("ana", purpose)
    notice("train_personal_model", reach=2)
    person("cy")
    asked = [Asked(name, "face_scan") for name in ("ana", "ben", "cy", "nobody", "ana")]
    usual = check.check(asked, prefix="").standings
    monkeypatch.setattr(check, "fetch", lambda *args: wire.fetch(*args)[::-1])
    turned = check.check(asked, prefix="").standings
    assert [one and one._replace(now=at, trainings=sorted(one.trainings)) for one in usual] == [
        one and one._replace(now=at, trainings=sorted(one.trainings)) for one in turned
    ]
    ana, ben, cy, nobody, again = usual
    assert ana is not None
    assert again is not None
    assert ben is not None
    assert cy is not None
    assert nobody is None
    assert (ana.state, list(ana.trainings), ana.greatest_reach) == ("active", ["train_shared_model"], 1)
    assert again._replace(now=ana.now) == ana
    assert (ben.state, ben.release_id, ben.greatest_reach) == ("expired", newest.pk, None)
    assert (cy.state, cy.other_purpose, list(cy.trainings)) == (None, False, [])
