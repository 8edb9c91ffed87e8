"""Where the signed checkpoints lie outside the database: `<journal>/checkpoints/<size>.note`."""

import os
from pathlib import Path

from django.conf import settings

SUFFIX = ".note"


def note_path(size: int, journal: Path | None = None) -> Path:
    """The file of the checkpoint of `size`."""
    return checkpoints(journal) / f"{size}{SUFFIX}"


def checkpoints(journal: Path | None = None) -> Path:
    """The folder of the checkpoints; without `journal`, the one that EFFACE_JOURNAL_DIR names."""
    place: Path = journal or settings.JOURNAL_DIR
    return place / "checkpoints"


def sizes(journal: Path | None = None) -> list[int]:
    """The sizes of all checkpoints in the journal, the smallest first. Files of other names are passed over."""
    folder = checkpoints(journal)
    if not folder.is_dir():
        return []
    with os.scandir(folder) as files:
        names = (file.name.removesuffix(SUFFIX) for file in files if file.name.endswith(SUFFIX))
        return sorted(int(name) for name in names if name.isascii() and name.isdigit() and name[0] != "0")


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
