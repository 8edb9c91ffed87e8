"""What may be trained, measured or checked on faces, and what became of a withdrawal in a model: tables and their readers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from compliance.core.canonical import canonical
from compliance.core.clock import to_text
from compliance.core.taxonomy import Purpose
from consent.models import ModelVersion, Remediation, Snapshot

Kind = ModelVersion.ModelKind
State = Remediation.RemediationState

# The profile's own word for each use that needs a release of its own (profiles/README.md). Only `opt_in` opens it.
PROFILE_WORDS: Mapping[str, str] = {
    Purpose.TRAIN_SHARED_MODEL: "shared_model",
    Purpose.TRAIN_PERSONAL_MODEL: "personal_model",
    Purpose.QUALITY: "quality",
    Purpose.BENCHMARK: "benchmark",
}
# A kind of model is trained on datasets of its own purpose only: training for one person and for many never mix (D11).
PURPOSE_OF: Mapping[str, str] = {Kind.SHARED: Purpose.TRAIN_SHARED_MODEL, Kind.PERSONAL: Purpose.TRAIN_PERSONAL_MODEL}

# How each state reads on pages, in answers and reports. What no method can prove is never printed without who vouches for it.
STATE_WORDS: Mapping[str, str] = {
    State.NEVER_USED: "Never used in this model.",
    State.EXCLUDED_FUTURE: "Left out of everything from now on. This model was trained before that.",
    State.RETRAINED_WITHOUT: "Trained again without it: version {replacement}.",
    State.MODEL_DESTROYED: "This model was destroyed.",
    State.APPROXIMATE_UNLEARNING: "Approximate unlearning by {method}, measured by {metric}, attested by {attested_by}.",
}


def offered_by(document: Mapping[str, Any], purpose: str) -> bool:
    """Whether a profile lets people opt in to this use at all. Silence is no."""
    return bool(document.get("training", {}).get(PROFILE_WORDS[purpose]) == "opt_in")


def computed(*, member: bool, destroyed: bool) -> State:
    """The state that holds while nobody recorded another one."""
    if not member:
        return State.NEVER_USED
    return State.MODEL_DESTROYED if destroyed else State.EXCLUDED_FUTURE


def in_words(state: str, **facts: str) -> str:
    """One sentence for people. `facts` fill it: method, metric, attested_by, replacement."""
    return STATE_WORDS[state].format_map({"method": "", "metric": "", "attested_by": "", "replacement": "", **facts})


def head_of(snapshot: Snapshot) -> dict[str, Any]:
    """What the signature of a snapshot binds. With the SHA-256 over the member lines it binds every member and its release."""
    return {
        "schema": "efface-snapshot/1",
        "snapshot": str(snapshot.pk),
        "dataset": str(snapshot.dataset_id),
        "name": snapshot.dataset.name,
        "system": snapshot.dataset.system,
        "purpose": snapshot.dataset.purpose,
        "at": to_text(snapshot.at),
        "asked": snapshot.asked,
        "allowed": snapshot.allowed,
        "manifest_sha256": snapshot.manifest_sha256,
    }


def line_of(external_id: str, release: UUID) -> bytes:
    """One line of a manifest, as it is sent and hashed: canonical JSON and a line feed. The hash of a manifest is the SHA-256 over
    all of them: anybody has it with `tail -n +2 snapshot.ndjson | sha256sum`."""
    return canonical({"id": external_id, "release": str(release)}) + b"\n"
