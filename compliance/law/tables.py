"""The reader of `data/*.csv`: every table as rows of text, read once."""

import csv
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"

Row = dict[str, str]


@cache
def rows(name: str) -> tuple[Row, ...]:
    """All rows of the table `data/<name>.csv`, in the order of the file."""
    with (DATA / f"{name}.csv").open(encoding="utf8", newline="") as file:
        return tuple(csv.DictReader(file))


def words(cell: str) -> tuple[str, ...]:
    """A cell that holds several words, split at `|`; an empty cell is no words."""
    return tuple(word for word in cell.split("|") if word)
