"""The closed vocabulary of face artifacts and purposes, version 1 (capability A1)."""

from enum import StrEnum

TAXONOMY_VERSION = 1


class Category(StrEnum):
    """What kind of thing an artifact is. A category outside this list is refused and raises an alert."""

    ORIGINAL_UPLOAD = "original_upload"
    COMPRESSED_COPY = "compressed_copy"
    THUMBNAIL = "thumbnail"
    FACE_CROP = "face_crop"
    ALIGNED_FACE = "aligned_face"
    LANDMARKS = "landmarks"
    EMBEDDING = "embedding"
    PERSONAL_MODEL = "personal_model"
    INTERMEDIATE = "intermediate"
    SCAN_LOG = "scan_log"
    METADATA = "metadata"
    RESULT_REPORT = "result_report"
    REPORT_PDF = "report_pdf"
    GENERATED_OUTPUT = "generated_output"
    TRAINING_COPY = "training_copy"
    BENCHMARK_COPY = "benchmark_copy"
    QA_COPY = "qa_copy"
    SUPPORT_COPY = "support_copy"
    FRAUD_SIGNAL = "fraud_signal"
    DEDUP_HASH = "dedup_hash"
    CACHE_COPY = "cache_copy"
    SUBPROCESSOR_COPY = "subprocessor_copy"
    BACKUP_COPY = "backup_copy"


# What is, or holds, a biometric identifier under the strictest reading (BIPA 14/10): never kept for an operational purpose.
BIOMETRIC = frozenset(
    {
        Category.ORIGINAL_UPLOAD,
        Category.FACE_CROP,
        Category.ALIGNED_FACE,
        Category.LANDMARKS,
        Category.EMBEDDING,
        Category.PERSONAL_MODEL,
        Category.TRAINING_COPY,
        Category.QA_COPY,
        Category.BENCHMARK_COPY,
    }
)

# In plain words, for people: one sentence each (U16).
IN_WORDS: dict[Category, str] = {
    Category.ORIGINAL_UPLOAD: "The photo you uploaded",
    Category.COMPRESSED_COPY: "A smaller copy of your photo",
    Category.THUMBNAIL: "A thumbnail of your photo",
    Category.FACE_CROP: "Your face, cut out of the photo",
    Category.ALIGNED_FACE: "Your face, turned and centred",
    Category.LANDMARKS: "Points measured on your face",
    Category.EMBEDDING: "A number code made from your face",
    Category.PERSONAL_MODEL: "A model trained on your face",
    Category.INTERMEDIATE: "Working files of the scan",
    Category.SCAN_LOG: "A log of the scan",
    Category.METADATA: "Facts about the photo, such as its size",
    Category.RESULT_REPORT: "Your report",
    Category.REPORT_PDF: "Your report as a PDF",
    Category.GENERATED_OUTPUT: "Pictures made for you",
    Category.TRAINING_COPY: "A copy kept to train models",
    Category.BENCHMARK_COPY: "A copy kept to compare models",
    Category.QA_COPY: "A copy kept to check quality",
    Category.SUPPORT_COPY: "A copy kept for a support case",
    Category.FRAUD_SIGNAL: "A sign of possible fraud",
    Category.DEDUP_HASH: "A fingerprint of the file, to spot repeats",
    Category.CACHE_COPY: "A short-lived copy for speed",
    Category.SUBPROCESSOR_COPY: "A copy at a company that works for us",
    Category.BACKUP_COPY: "A copy in a backup",
}


class Purpose(StrEnum):
    """What a person can grant, one at a time. Sale has no purpose: it cannot be expressed."""

    FACE_SCAN = "face_scan"
    REGENERATE = "regenerate"
    MATCH = "match"
    TRAIN_PERSONAL_MODEL = "train_personal_model"
    TRAIN_SHARED_MODEL = "train_shared_model"
    QUALITY = "quality"
    BENCHMARK = "benchmark"
    MARKETING = "marketing"


class OperationalPurpose(StrEnum):
    """What needs no face: never a reason to keep a biometric category."""

    ACCOUNT_HISTORY = "account_history"
    SECURITY = "security"
    FRAUD = "fraud"


TRAINING_PURPOSES = frozenset({Purpose.TRAIN_PERSONAL_MODEL, Purpose.TRAIN_SHARED_MODEL})


class Trigger(StrEnum):
    """A fact that moves a due date."""

    UPLOADED = "uploaded"
    PROCESSING_COMPLETED = "processing_completed"
    PROCESSING_FAILED = "processing_failed"
    SESSION_ENDED = "session_ended"
    RESULT_DELIVERED = "result_delivered"
    OUTPUT_DOWNLOADED = "output_downloaded"
    LAST_INTERACTION = "last_interaction"
    PURPOSE_SATISFIED = "purpose_satisfied"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_EXPIRED = "consent_expired"
    ACCOUNT_CLOSED = "account_closed"
    USER_REQUEST = "user_request"
