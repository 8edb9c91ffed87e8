"""What can be noted about artifacts."""

from compliance.artifacts.actions.gone import mark_gone
from compliance.artifacts.actions.register import NewArtifact, prepared, register, register_many
from compliance.artifacts.actions.violations import EXPLAINABLE, explain, face_data_sent, resolve, violation, violation_of

__all__ = [
    "EXPLAINABLE",
    "NewArtifact",
    "explain",
    "face_data_sent",
    "mark_gone",
    "prepared",
    "register",
    "register_many",
    "resolve",
    "violation",
    "violation_of",
]
