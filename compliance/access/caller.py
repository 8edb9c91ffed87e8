"""Where a call came from, for rate limits. Never stored and never logged."""

from django.conf import settings
from django.http import HttpRequest


def address(request: HttpRequest) -> str:
    """The caller's network address; behind `EFFACE_PROXY_HOPS` proxies it is the one that the outermost of them saw.

    Each proxy appends the address it was called from to `X-Forwarded-For`, so only the last ones are ours to trust: what
    stands before them was written by the caller.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    hops: int = settings.PROXY_HOPS
    if not hops:
        return direct
    chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    return str(chain[-hops])[:100] if len(chain) >= hops else direct
