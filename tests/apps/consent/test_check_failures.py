"""What cannot be answered denies: a check fails closed, and comes back by itself."""

import pytest
from django.db import OperationalError, connection

from compliance.evidence import token_keys
from consent.api import evaluation
from consent.queries import check
from consent.rules.decisions import Reason
from tests.apps.consent.consent_cast import World, question, signed
from tests.conftest import owner_connection

pytestmark = pytest.mark.django_db
BROKEN = "SELECT 1 / (0 * length($2::text)), $1::bytea, $3::text, $4::text"


def test_c2_a_database_error_denies(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    signed("ana")

    def broken(*_: object, **__: object) -> None:
        raise OperationalError("the server closed the connection")

    assert world.reason("ana") == "active"
    before = evaluation.ANSWERS[Reason.INTERNAL_ERROR]
    monkeypatch.setattr(evaluation, "check", broken)
    response = world.post_check(question("ana"))
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert "decision" not in response.json()
    assert b"closed" not in response.content
    assert evaluation.ANSWERS[Reason.INTERNAL_ERROR] == before + 1


@pytest.mark.django_db(transaction=True)
def test_c2_a_real_failure_inside_the_query_denies_too(committed_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    signed("ana")
    assert committed_world.reason("ana") == "active"
    monkeypatch.setattr(check, "CHECK_ONE", BROKEN)
    assert committed_world.post_check(question("ana")).status_code == 503
    monkeypatch.undo()
    assert committed_world.reason("ana") == "active"


@pytest.mark.django_db(transaction=True)
def test_c2_a_restarted_database_costs_no_answer_and_one_that_is_gone_gives_none(
    committed_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed("ana")
    assert committed_world.reason("ana") == "active"
    with owner_connection() as owner:
        # What a restart does to the connections that were open.
        ended = owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    assert ended
    assert committed_world.reason("ana") == "active"
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    gone = committed_world.post_check(question("ana"))
    assert (gone.status_code, gone["Content-Type"]) == (503, "application/problem+json")
    monkeypatch.undo()
    connection.close()
    assert committed_world.reason("ana") == "active"


def test_without_a_key_to_sign_with_nothing_is_allowed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    signed("ana")
    assert world.reason("ana") == "active"

    def missing() -> None:
        raise token_keys.KeyMissing("The key that signs decisions is missing.")

    monkeypatch.setattr(token_keys, "load", missing)
    response = world.post_check(question("ana"))
    assert response.status_code == 503
    assert "decision" not in response.json()
    assert world.reason("nobody") == "unknown_subject"
