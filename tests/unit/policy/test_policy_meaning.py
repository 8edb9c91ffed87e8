"""What the rules make of denials, limits and the sentences next door; and of texts made to be slow."""

import random
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from compliance.profiles.rules.policy import lint
from compliance.profiles.rules.policy.quantities import DAY, HOUR, quantity
from compliance.profiles.rules.policy.words import phrase


def found(text: str) -> list[str]:
    return [finding.finding for finding in lint(text)]


@pytest.mark.parametrize(
    ("flagged", "mended"),
    [
        ("We keep your data as long as necessary.", "We keep your data as long as necessary to deliver, at most 24 hours."),
        ("We keep your data as long as necessary.", "We keep your data as long as necessary. In any case it is deleted after 30 days."),
        ("Your data is stored temporarily.", "Your data is stored temporarily. It is deleted within one hour."),
        ("Photos are kept until you delete them.", "Photos are kept until you delete them, or for 180 days, whichever is earlier."),
        ("We may use your data to improve our services.", "We may use your data to improve our services. This never includes your photos."),
        ("We may use your data to improve our services.", "We may use your data, except photos and face data, to improve our services."),
        ("We may use your photos to train our models.", "We may use your photos to train our models only if you opt in."),
        ("You can opt out of training on your photos.", "Training on your photos needs your opt in, and you can opt out again."),
        ("We do not keep your photo.", "We do not keep your photo, nor any crop or embedding made from it."),
        ("We do not keep your photo.", "We do not keep your photo. Embeddings and models are deleted within an hour, too."),
        ("We delete your photos after 30 days.", "We delete your photos after 30 days. No model is kept either."),
        ("Service providers process your photos.", "Service providers process your photos. Each provider is listed by name below."),
        ("Your data is safe with us.", "Your data is safe with us. It is encrypted in transit and at rest."),
        ("To delete your photos, email us.", "To delete your photos, email us or use the button in the app."),
        ("You must sign up to view your result.", "You need not sign up to view your result."),
        ("We may use your portrait in our marketing.", "We may use your portrait in our marketing after a separate release."),
        ("We may share your data with partners.", "We may share your data with partners. Only if you opt in."),
        ("We may sell your likeness.", "Nobody may sell your likeness."),
    ],
)
def test_what_is_flagged_alone_is_clean_when_the_text_mends_it(flagged: str, mended: str) -> None:
    assert len(found(flagged)) == 1
    assert found(mended) == []


@pytest.mark.parametrize(
    "text",
    [
        "We keep your data as long as necessary, and we answer within 30 days.",
        "We keep your data as long as necessary, but at least six months.",
        "We keep your data as long as necessary. Backups are overwritten after 14 days.",
        "We keep your data as long as necessary. Logs are written every 30 days.",
        "We do not retain your data longer than necessary.",
    ],
)
def test_a_time_that_limits_nothing_does_not_mend_a_vague_period(text: str) -> None:
    assert found(text) == ["vague_period"]


def test_two_sentences_that_cannot_both_be_true_are_a_contradiction_at_the_later_one() -> None:
    pairs = [
        ("Photos and crops are deleted immediately.", "Your photos and crops are kept for 30 days."),
        ("Photos and models are deleted after 30 days.", "Photos and models are deleted after 90 days."),
        ("We never train on your photos.", "Photos are used for training our models."),
        ("We never share your data with anyone.", "We share your data with our partners."),
    ]
    for first, second in pairs:
        for early, late in ((first, second), (second, first)):
            at = [finding.text for finding in lint(f"{early} Some words between. {late}") if finding.finding == "contradiction"]
            assert at == [late]


def test_two_times_from_two_events_or_for_two_things_agree() -> None:
    assert found("Photos and models are deleted 24 hours after delivery. Photos and models are deleted 72 hours after upload.") == []
    assert found("Photos and crops are deleted immediately. Backups with photos are deleted after 14 days.") == []
    assert found("Embeddings are deleted after 1 day. The report is deleted after 90 days.") == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30 days", 30 * DAY),
        ("thirty days", 30 * DAY),
        ("a day", DAY),
        ("24h", 24 * HOUR),
        ("72-hour", 72 * HOUR),
        ("twenty-four hours", 24 * HOUR),
        ("thirty (30) days", None),
        ("1.5 hours", 1.5 * HOUR),
        ("one calendar month", 30 * DAY),
        ("13 years old", None),
        ("few days", None),
        ("30 photos", None),
    ],
)
def test_a_length_of_time_has_an_amount_and_a_unit(text: str, seconds: float | None) -> None:
    read = quantity(phrase(text), 0)

    assert (read.seconds if read else None) == seconds


HERE = Path(__file__).parent
PIECES = [
    "<a ",
    "<!--",
    "<",
    "<script>",
    "&",
    "&amp;",
    "](",
    "*a",
    '"',
    ".",
    ". ",
    "not ",
    "a",
    "1 ",
    "1,",
    "as long as ",
    " ",
    "\r\n",
    "Why? ",
]
SLACK = 2  # for a machine that does other things too: shared caches, a slower clock


def hostile(size: int) -> Iterator[str]:
    """Texts that make careless patterns go back and forth."""
    for piece in PIECES:
        yield (piece * (size // len(piece) + 1))[:size]
    yield ("We may share your photos with partners and " * size)[:size]
    yield ("keep as long as necessary until you request " * size)[:size]


def test_no_text_takes_more_than_its_length() -> None:
    """Four times the text takes about four times as long; a pattern that goes back and forth would take sixteen times."""
    small, large = 3_000, 12_000
    took = []
    for size in (small, large):
        begun = time.process_time()
        for text in hostile(size):
            lint(text)
        took.append(time.process_time() - begun)

    assert took[1] < took[0] * 9


def test_a_long_text_is_read_at_a_million_characters_in_two_seconds() -> None:
    """The best of three: what else the machine does at the time is not ours."""
    cast = random.Random(7)
    telling = ["we", "keep", "share", "photos", "data", "never", "until", "delete", "partners", "train", "days"]
    prose = (HERE / "complete.md").read_text(encoding="utf-8").split()
    words = " ".join(cast.choice(telling if cast.random() < 0.1 else prose) for _ in range(3_000))
    took = []
    for _ in range(3):
        begun = time.process_time()
        findings = lint(words)
        took.append(time.process_time() - begun)

    assert all(one.start <= other.start for one, other in pairwise(findings))
    assert min(took) / len(words) < 2 / 1_000_000 * SLACK
