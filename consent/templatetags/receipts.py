"""The words of receipts in templates, in the language that is active."""

from typing import Any

from django import template
from django.utils.translation import get_language

from consent.pages.text import Section, sections
from consent.rules.receipts.words import say
from consent.rules.texts import purpose_words

register = template.Library()


@register.simple_tag
def said(key: str, **blanks: Any) -> str:
    """`{% said "doc.title" %}`: one statement of consent/rules/receipts/words."""
    return say(get_language(), key, **blanks)


@register.filter
def said_of(value: str, group: str) -> str:
    """A closed word such as `withdrawn`: `{{ release.state|said_of:"state" }}`."""
    return say(get_language(), f"{group}.{value}")


@register.filter
def in_words(purpose: str) -> str:
    """A purpose in a few words, its first letter a capital."""
    language = (get_language() or "en").partition("-")[0]
    words = purpose_words(purpose, language)
    return words[:1].upper() + words[1:]


@register.filter
def paragraphs(body: str) -> list[Section]:
    """A notice's text in its sections, to the character."""
    return sections(body)
