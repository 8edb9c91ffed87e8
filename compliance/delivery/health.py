"""`/healthz`: the process answers. `/readyz`: what it needs answers too, each part named with its state in words."""

import os
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from compliance.celery import app
from compliance.delivery import queries

# Beat signs every 2 seconds; this much silence is a fault and not a busy moment.
SILENT_AFTER = 30.0
BROKER_SECONDS = 3


@dataclass(frozen=True)
class Part:
    """One thing the service needs: a state in words, and the age in seconds of its last sign where it has one."""

    ok: bool
    state: str
    age: float | None = None

    def as_json(self) -> dict[str, Any]:
        age = {} if self.age is None else {"age_seconds": round(self.age, 1)}
        return {"ok": self.ok, "state": self.state, **age}


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 as long as this process serves. Asks nothing else, so that a broken database does not restart every process."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when every part is well, else 503. Says which part and how long, never why: the reason is in the log."""
    parts = check()
    ready = all(part.ok for part in parts.values())
    body = {"ready": ready, "parts": {name: part.as_json() for name, part in parts.items()}}
    return JsonResponse(body, status=200 if ready else 503)


def check() -> dict[str, Part]:
    """The state of database, broker, beat and worker."""
    try:
        ages = queries.ages_of_signs()
    except Error:
        unknown = Part(False, "not known: the database does not answer")
        return {"database": Part(False, "does not answer"), "broker": broker(), "beat": unknown, "worker": unknown}
    return {"database": Part(True, "answers"), "broker": broker(), "beat": sign(ages, "beat"), "worker": sign(ages, "worker")}


def sign(ages: dict[str, float], name: str) -> Part:
    """How long ago `name` showed that it lives."""
    age = ages.get(name)
    if age is None:
        return Part(False, "has not shown itself yet")
    return Part(True, "alive", age) if age <= SILENT_AFTER else Part(False, "silent", age)


def broker() -> Part:
    """Whether a message could be handed over now. A broker that is down costs time, never work."""
    if settings.CELERY_BROKER_URL.startswith("filesystem"):
        reachable = os.access(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"], os.R_OK | os.W_OK | os.X_OK)
    else:
        reachable = connects()
    return Part(True, "answers") if reachable else Part(False, "does not answer")


def connects() -> bool:
    """One try, with a short timeout; kombu turns the errors of every transport into one of its own."""
    connection = app.connection_for_write(connect_timeout=BROKER_SECONDS)
    try:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_SECONDS)
    except (OperationalError, OSError):
        return False
    finally:
        connection.release()
    return True
