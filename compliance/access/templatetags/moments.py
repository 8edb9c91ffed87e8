"""Days and moments as people write them, in the language of the page."""

from datetime import date, datetime

from django import template
from django.utils import translation
from django.utils.formats import date_format

register = template.Library()
# Django's English formats are the admin's: sortable. Pages spell the month in every language.
DAY = {"en": "j F Y"}
MOMENT = {"en": "j F Y, H:i"}


@register.filter
def day(value: date | datetime | None) -> str:
    """“20 November 2026”, “20. November 2026”, “20 de noviembre de 2026”."""
    return date_format(value, DAY.get(translation.get_language() or "en", "DATE_FORMAT")) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """“20. November 2026, 14:05 UTC”: the zone is said aloud, everywhere."""
    return f"{date_format(value, MOMENT.get(translation.get_language() or 'en', 'DATETIME_FORMAT'))} UTC" if value else ""
