"""Where we may connect to: public addresses, and private ones that the operator listed. The address is pinned per call."""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from compliance.core.errors import BackendFault, FieldError, Invalid

# RFC 6052: an IPv4 address in the last 32 bits.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# What Python's own list takes for public: site-local, local NAT64, IPv4 written as IPv6, and protocol assignments with the
# metadata address of a cloud (RFC 3879, 8215, 4291, 6890).
NOT_PUBLIC: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = (
    ipaddress.IPv6Network("fec0::/10"),
    ipaddress.IPv6Network("64:ff9b:1::/48"),
    ipaddress.IPv6Network("::/96"),
    ipaddress.IPv6Network("::ffff:0:0:0/96"),
    ipaddress.IPv4Network("192.0.0.0/24"),
)


@dataclass(frozen=True)
class Target:
    """Where a checked URL leads: the one address to connect to, and its port."""

    address: str
    port: int


def check(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address. Raises `Invalid` for what we may never call."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise refused("is not an address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
        raise refused("must look like https://scan.example.com, without name, password or query")
    port = port or {"http": 80, "https": 443}[parts.scheme]
    if parts.scheme == "http" and f"{parts.hostname}:{port}" not in settings.BACKEND_ALLOW:
        raise refused("must use https (plain http only for what EFFACE_BACKEND_ALLOW lists)")
    return parts.scheme, parts.hostname, port


def refused(words: str) -> Invalid:
    return Invalid(f"This address {words}.", [FieldError("/base_url", words)])


def resolve(url: str) -> Target:
    """Resolve once, check every address, pin one: a name that changes between check and connect gains nothing."""
    _scheme, host, port = check(url)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise BackendFault("The system's name cannot be resolved.", kind="name not found") from None
    addresses = [str(info[4][0]) for info in found]
    if f"{host}:{port}" not in settings.BACKEND_ALLOW and not all(is_public(address) for address in addresses):
        raise BackendFault("The system's name leads to a private address that is not allowed.", kind="private address")
    return Target(addresses[0], port)


def is_public(address: str) -> bool:
    """Whether an address belongs to the open Internet. Mapped and translated forms are judged by what they carry."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        ip = inner or ip
    return ip.is_global and not ip.is_multicast and not any(ip in net for net in NOT_PUBLIC if net.version == ip.version)
