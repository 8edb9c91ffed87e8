"""Which mailbox an address reaches, and which spellings of an address the form takes."""

from compliance.core.sealing import normal_email


def mailbox(email: str) -> str:
    """The bare mailbox, for limits only: lower case, NFKC, without quotes, backslashes and the part after a plus sign.

    Many mail servers deliver all of these to one person. Whether two addresses are equal is never asked with it.
    """
    local, _at, domain = normal_email(email).rpartition("@")
    bare = local.replace('"', "").replace("\\", "").strip().partition("+")[0]
    return f"{bare}@{domain.rstrip('.')}"


def plain(email: str) -> bool:
    """Whether an address is written as people write theirs: no quoted part (RFC 5321 allows it), no `[127.0.0.1]`, no `localhost`."""
    local, _at, domain = email.rpartition("@")
    return not set(local) & {'"', "\\"} and not domain.startswith("[") and "." in domain.strip(".")
