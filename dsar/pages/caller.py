"""Who calls, for the rate limits of the public pages alone: hashed by the day, never stored as it is."""

from ipaddress import IPv6Address, ip_address

from django.http import HttpRequest

from compliance.access.caller import address

# A household or a phone is handed a whole /64: one address of it is as good as another.
IPV6_NETWORK = 64


def caller(request: HttpRequest) -> str:
    """The caller's IPv4 address or IPv6 network. What is no address counts as one caller: nonsense does not escape the limits."""
    try:
        where = ip_address(address(request))
    except ValueError:
        return "unknown"
    if isinstance(where, IPv6Address) and where.ipv4_mapped is None:
        return f"{int(where) >> (128 - IPV6_NETWORK):x}/{IPV6_NETWORK}"
    return str(where.ipv4_mapped) if isinstance(where, IPv6Address) else str(where)
