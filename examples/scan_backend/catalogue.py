"""What this company keeps, and where: the table behind `GET /face-deletion/v1`."""

from dataclasses import dataclass

SYSTEM = "demo-scan"
PROTOCOL = "face-deletion/1"
PURPOSE = "face_scan"
BACKUP = {"cycle": "P1D", "max_age": "P14D"}


@dataclass(frozen=True, slots=True)
class Category:
    name: str
    store: str
    extension: str
    biometric: bool
    template: bool = False
    """Made for recognising a face: some laws want it described to the person, never handed out."""


@dataclass(frozen=True, slots=True)
class StoreKind:
    name: str
    kind: str
    purge: str
    methods: frozenset[str]


CATEGORIES = {
    category.name: category
    for category in (
        Category("original_upload", "uploads", "jpg", biometric=True),
        Category("face_crop", "uploads", "jpg", biometric=True),
        Category("thumbnail", "uploads", "jpg", biometric=False),
        Category("landmarks", "uploads", "json", biometric=True, template=True),
        Category("result_report", "uploads", "json", biometric=False),
        Category("embedding", "vectors", "npy", biometric=True, template=True),
        Category("personal_model", "models", "bin", biometric=True, template=True),
    )
}

# Files are not encrypted one by one, so no store can honestly promise `crypto_erase`.
PLAIN = frozenset({"delete", "delete_and_compact", "destroy_model"})
METHODS = PLAIN | {"crypto_erase"}

STORES = (
    StoreKind("uploads", "object", "immediate", PLAIN),
    StoreKind("vectors", "vector", "deferred", PLAIN),
    StoreKind("models", "file", "immediate", PLAIN),
)


def declaration(epoch: str) -> dict[str, object]:
    """The body of `GET /face-deletion/v1`; `epoch` changes when a store was restored."""
    stores = [
        {
            "name": store.name,
            "kind": store.kind,
            "categories": [c.name for c in CATEGORIES.values() if c.store == store.name],
            "backup": BACKUP,
            "purge": store.purge,
        }
        for store in STORES
    ]
    return {"protocol": PROTOCOL, "stores": stores, "epoch": epoch}
