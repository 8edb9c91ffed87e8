"""Where a call came from, for rate limits. Never stored and never logged."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

# A household or a phone is handed a whole /64: one address of it is as good as another.
IPV6_NETWORK = 64


def network(request: HttpRequest) -> str:
    """The caller's IPv4 address or IPv6 network. What is no address counts as one caller: nonsense does not escape the limits."""
    try:
        where = ip_address(address(request))
    except ValueError:
        return "unknown"
    if isinstance(where, IPv6Address) and where.ipv4_mapped is None:
        return f"{int(where) >> (128 - IPV6_NETWORK):x}/{IPV6_NETWORK}"
    return str(where.ipv4_mapped) if isinstance(where, IPv6Address) else str(where)


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
