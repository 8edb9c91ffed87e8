"""What the check is measured against: a bare view with one raw indexed query, on the same server, with nothing around it.

No middleware, no body to read, no key to compare: the same prepared statement road to the same row of the same database.
"""

import os
from typing import Any

import psycopg
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

QUERY = "SELECT state, expires_at FROM consent_release WHERE subject_id = %(subject)s AND purpose = 'face_scan'"
SUBJECT = os.environ.get("BENCH_SUBJECT", "")


def look(_request: HttpRequest) -> HttpResponse:
    """One row by its index."""
    connection.ensure_connection()
    connection.connection.prepare_threshold = 0
    with psycopg.Cursor(connection.connection) as cursor:
        row: Any = cursor.execute(QUERY, {"subject": SUBJECT}, prepare=True).fetchone()
    return HttpResponse(b'{"decision":true}' if row and row[0] == "active" else b'{"decision":false}', content_type="application/json")


urlpatterns = [path("look", look)]


def make() -> Any:
    """The WSGI application."""
    import environ

    database = environ.Env.db_url_config(os.environ["DATABASE_URL"])
    database["CONN_MAX_AGE"] = 600
    settings.configure(
        ALLOWED_HOSTS=["*"], SECRET_KEY="of no use here", ROOT_URLCONF="bench.bare", DATABASES={"default": database}, USE_TZ=True
    )
    return get_wsgi_application()


if SUBJECT:
    application = make()
