"""How an address names a kind of training."""

from compliance.core.taxonomy import TRAINING_PURPOSES, Purpose


class TrainingPurpose:
    """One training purpose in an address; any other word is an address that does not exist."""

    regex = "|".join(sorted(TRAINING_PURPOSES))

    def to_python(self, value: str) -> Purpose:
        return Purpose(value)

    def to_url(self, value: str) -> str:
        return str(value)
