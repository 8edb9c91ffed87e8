"""What the pages say that no template holds: roles, purposes and errors, in the language of the page."""

from django.utils.translation import get_language, gettext

from compliance.core.errors import EffaceError, FieldError
from consent.rules import texts


def locale() -> str:
    """The language of this page: one that notices are written in."""
    language = (get_language() or "en").split("-")[0]
    return language if language in texts.LOCALES else "en"


def of_purpose(purpose: str) -> str:
    """“a scan of your face”."""
    return texts.purpose_words(purpose, locale())


def of_role(role: str) -> str:
    """Who signs, in the first person."""
    return {
        "self": gettext("I sign for myself"),
        "parent": gettext("I sign as a parent"),
        "guardian": gettext("I sign as a guardian"),
        "representative": gettext("I sign as somebody else whom the law allows (a legally authorized representative)"),
    }[role]


def said(error: EffaceError) -> dict[str, str]:
    """Field -> what is wrong with it and how to mend it. What belongs to no field is under `form`."""
    errors = error.errors or (FieldError("/form", error.detail),)
    return {one.pointer.strip("/"): one.detail for one in errors}
