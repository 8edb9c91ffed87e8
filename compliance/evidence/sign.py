"""Sign a PDF: PAdES baseline B-B with the document key."""

from datetime import datetime
from io import BytesIO

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession

from compliance.evidence.keys import DocumentKeys

FIELD = "Seal"


class DatedSigner(PdfSigner):
    """A signer with a given time: pyHanko would read the machine's clock, and the seal must say the document's own time."""

    def __init__(self, metadata: PdfSignatureMetadata, signer: SimpleSigner, at: datetime) -> None:
        super().__init__(metadata, signer=signer)
        self._at = at

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session


def sign(pdf: bytes, *, keys: DocumentKeys, at: datetime, field: str = FIELD) -> bytes:
    """`pdf` with one invisible signature over the whole file, claimed time `at`. Keeps PDF/A-3."""
    signer = SimpleSigner.load(str(keys.key_file), str(keys.certificate_file))
    if signer is None:
        raise ValueError("The document key cannot be read. It must be the PEM file that `manage.py make_keys` wrote.")
    metadata = PdfSignatureMetadata(field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    sealed: BytesIO = DatedSigner(metadata, signer, at).sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)))
    return sealed.getvalue()
