"""What was agreed: notices, written releases one purpose at a time, what changed, and what was trained on whom."""

from consent.models.changes import Change, Use
from consent.models.notices import Controller, Notice
from consent.models.releases import GRANTABLE, Paper, ReceiptCode, Release, ReleaseLink
from consent.models.training import REUSES, Dataset, Member, ModelVersion, Remediation, Snapshot, Training

__all__ = [
    "GRANTABLE",
    "REUSES",
    "Change",
    "Controller",
    "Dataset",
    "Member",
    "ModelVersion",
    "Notice",
    "Paper",
    "ReceiptCode",
    "Release",
    "ReleaseLink",
    "Remediation",
    "Snapshot",
    "Training",
    "Use",
]
