"""Signs of life, for /readyz."""

from django.db import connection

SIGN = """
INSERT INTO delivery_sign (name, at) VALUES (%s, clock_timestamp())
ON CONFLICT (name) DO UPDATE SET at = excluded.at
"""


def sign(name: str) -> None:
    """Note that `name` ("beat" or "worker") lives, at database time."""
    with connection.cursor() as cursor:
        cursor.execute(SIGN, [name])
