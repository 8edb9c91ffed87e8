"""What can go wrong while a document is made. No message carries anything of the document."""

from compliance.core.errors import EffaceError


class RenderFailed(EffaceError):
    """The page could not be made into a PDF. `reason` is a closed word: too-slow, too-big, killed, broken."""

    code = "render-failed"

    def __init__(self, reason: str) -> None:
        super().__init__(f"A document could not be rendered ({reason}). Nothing was stored; the work can be tried again.")
        self.reason = reason
