"""Rate limits, counted in PostgreSQL so that they hold over all processes and restarts."""

from datetime import datetime, timedelta

from django.db import connection

from compliance.access.models import IdempotentWrite, RateCount
from compliance.core.errors import TooMany
from compliance.core.keys import ring

TAKE = """
INSERT INTO access_ratecount (bucket, count, until) VALUES (%(bucket)s, 1, %(until)s)
ON CONFLICT (bucket) DO UPDATE SET count = access_ratecount.count + 1 RETURNING count
"""


def take(*, use: str, who: str, limit: int, window: timedelta, at: datetime) -> None:
    """Count one `use` by `who`; raises `TooMany` beyond `limit` a window. `who` is stored only as a hash of the day."""
    seconds = int(window.total_seconds())
    slot = int(at.timestamp()) // seconds
    ends = (slot + 1) * seconds
    bucket = f"{use}:{ring().blind(f'rate:{at.date()}', who).hex()[:32]}:{slot}"
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"bucket": bucket, "until": datetime.fromtimestamp(ends, tz=at.tzinfo)})
        (count,) = cursor.fetchone()
    if count > limit:
        raise TooMany("Too many tries from here. Please wait a little, then try again.", retry_after=ends - int(at.timestamp()))


def forget_old(*, at: datetime) -> None:
    """Delete counters that ended and answers older than a day."""
    RateCount.objects.filter(until__lt=at).delete()
    IdempotentWrite.objects.filter(at__lt=at - timedelta(days=1)).delete()
