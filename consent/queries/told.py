"""What a person is told about training: plain records, and how they read as JSON."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from compliance.core.clock import to_text
from compliance.core.taxonomy import Category

ANSWERS = {
    "never": "Only to deliver. Nothing of this person was used to train, to check quality or to compare models.",
    "allowed": "Only to deliver so far. More was allowed, and has not been used.",
    "ended": "Only to deliver. More was allowed once, is not any more, and was never used.",
    "copied": "A copy to train with is kept. No data set and no model that we know of uses it.",
    "chosen": "Chosen for a data set. No model was trained with it so far.",
    "trained": "Also to train.",
}


@dataclass(frozen=True)
class OptIn:
    """One opt-in: when it was signed and when it ended (None while it stands), and the models that saw something under it."""

    release: UUID
    purpose: str
    state: str
    signed_at: datetime
    ended_at: datetime | None
    used_in: tuple[str, ...]

    @property
    def words(self) -> str:
        if self.used_in:
            return f"Used in: {', '.join(self.used_in)}."
        return "Never used in a model." if self.ended_at else "Not used in a model so far."


@dataclass(frozen=True)
class Use:
    """That some of a person's artifacts were members of one snapshot."""

    dataset: str
    purpose: str
    system: str
    snapshot: UUID
    at: datetime
    release: UUID
    artifacts: int


@dataclass(frozen=True)
class Outcome:
    """What became of one ended opt-in in one model. `at` is None where the state follows by itself and nobody `recorded` it."""

    release: UUID
    state: str
    words: str
    at: datetime | None
    recorded: bool


@dataclass(frozen=True)
class InModel:
    """One model that saw a person, or was made of them alone."""

    model: UUID
    name: str
    kind: str
    system: str
    trained_at: datetime
    destroyed_at: datetime | None
    snapshots: tuple[UUID, ...]
    releases: tuple[UUID, ...]
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Kept:
    """A model of the person, or a copy to train with, that is there and that no model and no data set names."""

    artifact: UUID
    category: str
    system: str
    store: str
    due_at: datetime

    @property
    def words(self) -> str:
        what = "A model of your own" if self.category == Category.PERSONAL_MODEL else "A copy to train with"
        return f"{what}, kept in {self.store} of {self.system}, due to be destroyed on {self.due_at.date().isoformat()}."


@dataclass(frozen=True)
class TrainingAnswer:
    """The answer to: only to deliver, or also to train?"""

    subject: UUID
    optins: tuple[OptIn, ...]
    uses: tuple[Use, ...]
    models: tuple[InModel, ...]
    kept: tuple[Kept, ...] = ()

    @property
    def answer(self) -> str:
        """`never`, `ended`, `allowed`, `copied`, `chosen` or `trained`."""
        if self.models or self._own:
            return "trained"
        if self.uses:
            return "chosen"
        if self.kept:
            return "copied"
        if any(one.state == "active" for one in self.optins):
            return "allowed"
        return "ended" if self.optins else "never"

    @property
    def words(self) -> str:
        if self.answer != "trained":
            return ANSWERS[self.answer]
        shared = sum(m.kind == "shared" for m in self.models)
        alone = len(self.models) - shared + self._own
        return f"{ANSWERS['trained']} Models that also serve other people: {shared}. Models of this person alone: {alone}."

    @property
    def _own(self) -> int:
        """Models of this person alone that were registered as things, and never as models."""
        return sum(one.category == Category.PERSONAL_MODEL for one in self.kept)

    def as_json(self) -> dict[str, Any]:
        return {
            "answer": self.answer,
            "words": self.words,
            "opt_ins": [
                {
                    "release": str(o.release),
                    "purpose": o.purpose,
                    "state": o.state,
                    "signed_at": to_text(o.signed_at),
                    "ended_at": _text(o.ended_at),
                    "used_in": list(o.used_in),
                    "words": o.words,
                }
                for o in self.optins
            ],
            "datasets": [
                {
                    "dataset": u.dataset,
                    "purpose": u.purpose,
                    "system": u.system,
                    "snapshot": str(u.snapshot),
                    "at": to_text(u.at),
                    "release": str(u.release),
                    "artifacts": u.artifacts,
                }
                for u in self.uses
            ],
            "models": [_model(m) for m in self.models],
            "kept": [
                {
                    "artifact": str(k.artifact),
                    "category": k.category,
                    "system": k.system,
                    "store": k.store,
                    "due_at": to_text(k.due_at),
                    "words": k.words,
                }
                for k in self.kept
            ],
        }


def _model(m: InModel) -> dict[str, Any]:
    return {
        "model": str(m.model),
        "name": m.name,
        "kind": m.kind,
        "system": m.system,
        "trained_at": to_text(m.trained_at),
        "destroyed_at": _text(m.destroyed_at),
        "snapshots": [str(s) for s in m.snapshots],
        "remediation": [
            {"release": str(o.release), "state": o.state, "words": o.words, "at": _text(o.at), "recorded": o.recorded} for o in m.outcomes
        ],
    }


def _text(at: datetime | None) -> str | None:
    return to_text(at) if at else None
