"""What the person wrote to us, opened from the vault."""

import json
from dataclasses import dataclass, field

from compliance.subjects.queries import sealer
from dsar.models import Request


@dataclass(frozen=True)
class Claim:
    """The reference and the address as typed; never logged. `where` is where somebody saw their face in another's picture."""

    reference: str = field(repr=False)
    email: str = field(repr=False)
    where: str = field(repr=False, default="")


def claim_of(request: Request) -> Claim:
    """The claim in clear. Raises `KeyDestroyed` after the requester was erased."""
    text = sealer(request.requester_id).open(f"dsar.claim:{request.pk}", bytes(request.claim_sealed))
    return Claim(**json.loads(text))
