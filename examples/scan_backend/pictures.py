"""Synthetic faces: an oval with eyes, drawn with random numbers. Nobody's face, but real files."""

import io
import json
import os
import random
import struct
from dataclasses import dataclass

from PIL import Image, ImageDraw

SIDE = 480
POINTS = 68
DIMENSIONS = 512
MODEL_BYTES = 128 * 1024

# The system's generator, not a seeded one: every picture and vector is new and cannot be made again.
_chance = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Made:
    """One file to keep; `parent` is the position of what it was derived from."""

    category: str
    parent: int | None
    data: bytes


def scan(scan_id: str) -> list[Made]:
    """What one scan makes, parents before children."""
    picture = _draw()
    face = picture.crop((120, 90, 360, 390))
    eyes = picture.crop((140, 150, 340, 250))
    small = picture.resize((96, 96))
    return [
        Made("original_upload", None, _jpeg(picture)),
        Made("face_crop", 0, _jpeg(face)),
        Made("face_crop", 0, _jpeg(eyes)),
        Made("thumbnail", 0, _jpeg(small)),
        Made("landmarks", 1, _landmarks()),
        Made("embedding", 1, _embedding()),
        Made("result_report", 0, _report(scan_id)),
        Made("personal_model", 0, _model()),
    ]


def _draw() -> Image.Image:
    picture = Image.new("RGB", (SIDE, SIDE), _colour(180, 235))
    pen = ImageDraw.Draw(picture)
    lean = _chance.randint(-15, 15)
    pen.ellipse((130 + lean, 90, 350 + lean, 400), fill=_colour(120, 200))
    for centre in (195 + lean, 285 + lean):
        pen.ellipse((centre - 20, 195, centre + 20, 220), fill="white")
        pen.ellipse((centre - 8, 198, centre + 8, 216), fill=_colour(20, 110))
    pen.arc((190 + lean, 280, 290 + lean, 340), start=20, end=160, fill=_colour(60, 120), width=6)
    return picture


def _colour(low: int, high: int) -> tuple[int, int, int]:
    return (_chance.randint(low, high), _chance.randint(low, high), _chance.randint(low, high))


def _jpeg(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=88)
    return target.getvalue()


def _landmarks() -> bytes:
    points = [[_chance.randint(130, 350), _chance.randint(90, 400)] for _ in range(POINTS)]
    return json.dumps({"points": points}).encode()


def _embedding() -> bytes:
    """A vector of 512 little-endian 32-bit floats in NumPy's file format, version 1.0."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({DIMENSIONS},), }}"
    header = header.ljust(128 - 10 - 1) + "\n"
    values = [_chance.gauss(0, 1) for _ in range(DIMENSIONS)]
    prefix = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
    return prefix + struct.pack(f"<{DIMENSIONS}f", *values)


def _report(scan_id: str) -> bytes:
    shape = _chance.choice(["oval", "round", "square", "heart"])
    return json.dumps({"scan": scan_id, "face_shape": shape, "symmetry": _chance.randint(70, 99)}).encode()


def _model() -> bytes:
    """Stands for fine-tuned weights: a short header and noise."""
    return b"DEMO-LORA\x00" + os.urandom(MODEL_BYTES)
