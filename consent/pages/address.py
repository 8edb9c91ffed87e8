"""How an address names a purpose."""

from compliance.core.taxonomy import Purpose


class PurposeInAddress:
    """One purpose beside the scan, whose page it is; any other word is an address that does not exist."""

    regex = f"(?:{'|'.join(sorted(set(Purpose) - {Purpose.FACE_SCAN}))}|disclose:[a-z0-9_-]{{1,50}})"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return str(value)
