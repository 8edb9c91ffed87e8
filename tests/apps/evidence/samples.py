"""What erasure hands over for Ana's order: seven things made from her face (shape: docs/evidence.md)."""

from typing import Any

THINGS = (
    ("original_upload", "The photo you uploaded", "uploads"),
    ("thumbnail", "A thumbnail of your photo", "derived"),
    ("face_crop", "Your face, cut out of the photo", "derived"),
    ("landmarks", "Points measured on your face", "records"),
    ("embedding", "A number code made from your face", "vectors"),
    ("result_report", "Your report", "records"),
    ("personal_model", "A model trained on your face", "models"),
)


def artifact(number: int, *, rung: str = "purged", **changes: Any) -> dict[str, Any]:
    category, words, store = THINGS[number % len(THINGS)]
    return {
        "id": f"0e0a3c52-7d4f-4a6e-9a58-{number:012d}",
        "category": category,
        "words": words,
        "store": store,
        "system": "studio",
        "method": "logical_delete",
        "rung": rung,
        "called_at": "2026-11-20T09:30:01.000Z",
        "acknowledged_at": "2026-11-20T09:30:02.000Z",
        "absent_at": "2026-11-20T09:30:05.000Z",
        "purged_at": "2026-11-20T09:30:05.000Z" if rung in {"purged", "backups_expired"} else None,
        "backups_until": "2026-12-04",
        "detail": "",
        **changes,
    }


SYSTEM: dict[str, Any] = {
    "system": "studio",
    "name": "Example Studio scan service",
    "calls": [
        {
            "deletion_id": "a4b0e2c6-51d0-4df4-9a0c-6d1f3c7b9e21",
            "intended_at": "2026-11-20T09:30:01.000Z",
            "accepted_at": "2026-11-20T09:30:02.000Z",
            "done_at": "2026-11-20T09:30:05.000Z",
        }
    ],
    "inventory_read": {"at": "2026-11-20T09:30:05.500Z", "found": 0},
    "backup": {"max_age": "P14D"},
}


def content(subject: str, *, artifacts: list[dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    """The content of a certificate as erasure hands it over (docs/evidence.md)."""
    things = [artifact(number) for number in range(7)] if artifacts is None else artifacts
    counts: dict[tuple[str, str], int] = {}
    rungs: dict[str, int] = {}
    for thing in things:
        counts[thing["category"], thing["words"]] = counts.get((thing["category"], thing["words"]), 0) + 1
        rungs[thing["rung"]] = rungs.get(thing["rung"], 0) + 1
    return {
        "schema": "efface-certificate/1",
        "operator": {"name": "Example Studio"},
        "subject": subject,
        "order": {
            "id": "5b7e6a0c-90c1-4f3a-8b8e-0d8f6f6f2c11",
            "reason": "request",
            "reason_words": "The person asked us to delete everything.",
            "rule": "Illinois Biometric Information Privacy Act, 740 ILCS 14/15(a)",
            "ordered_at": "2026-11-20T09:30:00.000Z",
            "completed_at": "2026-11-20T09:30:06.000Z",
            "origin": "dsar:request:7c1f",
        },
        "request": {"code": "K7QM-2RTX", "received_at": "2026-11-19T16:12:00.000Z", "law": "BIPA (Illinois)", "due": "2026-12-19"},
        "profile": {"slug": "studio-standard", "version": 3, "hash": "9f" * 32},
        "summary": {
            "artifacts": len(things),
            "categories": [{"category": c, "words": w, "count": n} for (c, w), n in counts.items()],
            "rungs": rungs,
        },
        "systems": [{**SYSTEM, "negative_read": {"at": "2026-11-20T09:30:05.000Z", "asked": len(things), "present": 0}}],
        "artifacts": things,
        "still_to_come": [{"what": "backups", "by": "2026-12-04", "words": "The last backup made before the deletion is overwritten."}],
        "remains": [],
        "parties": [],
        "holds": [],
        "software": {"name": "Efface", "version": "0.1.0", "taxonomy": 1},
        **changes,
    }
