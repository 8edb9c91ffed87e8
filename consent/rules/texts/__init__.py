"""The words of notices in every language: data in one module a language, and this one reader.

A key stands for the same statement in all languages, with the same blanks; a test compares them.
"""

from collections.abc import Mapping

from compliance.core.durations import Duration
from consent.rules.texts import de, en, es, fr

WORDS: Mapping[str, Mapping[str, str]] = {"en": en.WORDS, "es": es.WORDS, "de": de.WORDS, "fr": fr.WORDS}
LOCALES = tuple(WORDS)
SINGLE = {
    Duration.parse("P1Y"): "every.year",
    Duration.parse("P1M"): "every.month",
    Duration.parse("P1W"): "every.week",
    Duration.parse("P1D"): "every.day",
    Duration.parse("PT1H"): "every.hour",
}


def family(purpose: str) -> str:
    """The word for a purpose in the tables: all `disclose:<party>` share one."""
    return purpose.partition(":")[0]


def say(locale: str, key: str, **blanks: str) -> str:
    """One statement in one language, its blanks filled. Raises KeyError for a key or blank that does not exist."""
    return WORDS[locale][key].format(**blanks)


def purpose_words(purpose: str, locale: str, party: str = "") -> str:
    """A purpose in a few words, for pages, mails and receipts: “a scan of your face”. `party` is the name behind `disclose:`."""
    return say(locale, f"purpose.{family(purpose)}", party=party or purpose.partition(":")[2])


def category_words(name: str, locale: str) -> str:
    """A category in a few words; `all_derived` is everything made from the photo, `all_derived.rest` what has no line of its own."""
    return say(locale, f"category.{name}")


def end_words(end: str, locale: str) -> str:
    """When something is destroyed: “30 days after the upload” for `uploaded + P30D`, “when you ask us to delete it”."""
    trigger, _, after = end.partition(" + ")
    duration = Duration.parse(after) if after else None
    if duration is None:
        return say(locale, f"end.{trigger}")
    if duration == Duration(0, 0):
        return say(locale, f"end.{trigger}.now")
    return say(locale, f"end.{trigger}", duration=duration_words(duration, locale))


def duration_words(duration: Duration, locale: str) -> str:
    """“30 days”, “2 years and 6 hours”, “at once”: whole units, and hours up to three days."""
    days, rest = divmod(duration.seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    years, months = divmod(duration.months, 12)
    if not duration.months and hours and not rest and days < 3:
        hours, days = hours + days * 24, 0
    units = {"year": years, "month": months, "day": days, "hour": hours, "minute": rest // 60, "second": rest % 60}
    parts = [f"{number} {_unit(unit, number, locale)}" for unit, number in units.items() if number]
    return f" {say(locale, 'and')} ".join(parts) if parts else say(locale, "at_once")


def every_words(cycle: Duration, locale: str) -> str:
    """How often: “every day”, “every 7 days”. Languages tell one and several apart."""
    key = SINGLE.get(cycle)
    return say(locale, key) if key else say(locale, "every.many", duration=duration_words(cycle, locale))


def _unit(unit: str, number: int, locale: str) -> str:
    one, many = say(locale, f"unit.{unit}").split("|")
    return one if number == 1 else many
