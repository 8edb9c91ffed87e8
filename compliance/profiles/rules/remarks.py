"""What a profile may do and a buyer should know: remarks stop nothing (capability H6)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Remark:
    """Something worth knowing about a profile: the place, what is so, and what would be kinder."""

    where: str
    says: str
    kinder: str


def remarks(document: Mapping[str, Any]) -> list[Remark]:
    """All remarks on a document of the right shape, in the order of the format's keys; none for most profiles."""
    return list(_identity(document.get("identity") or {}))


def _identity(identity: Mapping[str, Any]) -> Iterator[Remark]:
    if identity.get("account") == "required":
        yield Remark("/identity/account", "Nobody can use this without an account.", "Let guests in: a receipt code replaces the account.")
    if identity.get("output_before_account") is False:
        yield Remark(
            "/identity/output_before_account",
            "The face is taken first, and the result is shown only to those who then open an account.",
            "Show the result before anybody is asked for an account.",
        )
