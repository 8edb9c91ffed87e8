"""How documents write times, rungs and hashes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django import template
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from compliance.core.durations import Duration
from compliance.evidence import rules

register = template.Library()

RUNG_WORDS = {
    "planned": _("Ordered"),
    "called": _("Told to delete"),
    "acknowledged": _("Reported deleted"),
    "absent": _("Checked: gone"),
    "purged": _("Wiped"),
    "parties_confirmed": _("Confirmed by others"),
    "backups_expired": _("Gone from backups"),
    "held": _("Kept: legal hold"),
    "refused": _("Refused"),
    "unreachable": _("Not reached"),
    "reappeared": _("Came back"),
}
RUNG_MEANING = {
    "called": _("We told the system to delete it."),
    "acknowledged": _("The system said that it is deleted. That alone is no proof."),
    "absent": _("We asked the system for it again. It was not there."),
    "purged": _("The system reports that its storage no longer holds it."),
    "parties_confirmed": _("The companies that had a copy say it is deleted."),
    "backups_expired": _("The last backup that could hold it has been overwritten."),
}


@register.filter
def instant(value: str | None) -> str:
    """`2026-11-20T14:03:22.000Z` as "20 Nov 2026, 14:03 UTC"; a dash where there is no time."""
    at = _parsed(value)
    return f"{formats.date_format(at, 'j M Y, H:i')} UTC" if at else "–"


@register.filter
def moment(value: str | None) -> str:
    """The same for tables, with seconds; the table's head says that it is UTC."""
    at = _parsed(value)
    return formats.date_format(at, "j M Y, H:i:s") if at else "–"


@register.filter
def day(value: str | None) -> str:
    """`2026-12-04` (or an instant) as "4 December 2026"."""
    at = _parsed(value)
    return formats.date_format(at.date(), "j F Y") if at else "–"


@register.filter
def short_day(value: str | None) -> str:
    """The same for tables: "4 Dec 2026"."""
    at = _parsed(value)
    return formats.date_format(at.date(), "j M Y") if at else "–"


@register.filter
def duration(value: str) -> str:
    """`P14D` as "14 days"; what is no duration stays as it is."""
    try:
        return Duration.parse(value).in_words()
    except ValueError:
        return value


@register.filter
def rung(value: str) -> str:
    return str(RUNG_WORDS.get(value, value))


@register.filter
def rung_meaning(value: str) -> str:
    return str(RUNG_MEANING.get(value, ""))


@register.filter
def ladder(content: Mapping[str, Any]) -> list[rules.Step]:
    return rules.ladder(content)


@register.filter
def is_long(content: Mapping[str, Any]) -> bool:
    return len(content["artifacts"]) > rules.ROWS


@register.filter
def groups(content: Mapping[str, Any]) -> list[rules.Group]:
    return rules.groups(content["artifacts"])


@register.filter
def span(value: tuple[str, str] | None) -> str:
    """A first and a last time, or the one time they share."""
    if value is None:
        return "–"
    first, last = moment(value[0]), moment(value[1])
    return first if first == last else f"{first} – {last}"


@register.filter
def standing(content: Mapping[str, Any]) -> str:
    return rules.standing(content["artifacts"]).value


@register.filter
def gone(content: Mapping[str, Any]) -> int:
    return rules.gone(content["artifacts"])


@register.filter
def words(value: str) -> str:
    """A closed word such as `logical_delete` as people write it."""
    return str(value).replace("_", " ")


def _parsed(value: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
