"""Check a sealed document against the keys this service publishes."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from compliance.audit.notes import PUBLIC_FILE
from compliance.evidence import keys
from compliance.evidence.verify_document import Wrong, check


@dataclass(frozen=True)
class Report:
    """What was checked and held, and the first thing that did not."""

    held: tuple[str, ...]
    wrong: str | None

    @property
    def valid(self) -> bool:
        return self.wrong is None


def verify(pdf: bytes, twin: bytes | None = None) -> Report:
    """Every check of `verify_document.py`; with `twin`, also that it is the data inside. Raises ValueError without our keys."""
    held: list[str] = []
    try:
        for sentence in check(pdf, twin, keys.certificate(), ledger_key()):
            held.append(sentence)
    except Wrong as error:
        return Report(tuple(held), str(error))
    return Report(tuple(held), None)


def ledger_key() -> str:
    """The public key of the ledger, one line. Raises ValueError where it is missing."""
    file = Path(settings.SIGNING_DIR) / PUBLIC_FILE
    if not file.is_file():
        raise ValueError("The public key of the ledger is missing. `manage.py make_keys` writes it.")
    return file.read_text().strip()
