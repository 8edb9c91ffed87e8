"""Four languages, whole: each sentence that a person meets is translated, with the same blanks, and compiled as it stands."""

import gettext
import re
from pathlib import Path

import pytest
from django.conf import settings

from compliance.law import regimes
from consent.rules import texts
from deploy.local import languages
from deploy.local.languages import Catalog
from dsar.rules import place_names

BLANK = re.compile(r"%\(\w+\)[sd]")
TWICE = re.compile(r"\b(\w{3,}) \1\b")
# Each language speaks to people politely, and to one person.
FAMILIAR = {
    "es": r"\b(tú|tu|tus|ti|contigo|puedes|tienes|quieres)\b",
    "de": r"\b(du|dich|dir|dein|deine|deinen|deiner)\b",
    "fr": r"\b(tu|te|toi|ton|ta|tes)\b",
}


# A French colon, semicolon, question or exclamation mark keeps its space, and the space never ends a line.
PLAIN_SPACE = re.compile(r"[ \u00a0][:;!?]")
# What no person outside the office reads, or what has its words in a table of its own.
OTHER_TEMPLATES = {"admin", "simple_history", "access", "documents"}
CODE = re.compile(r"{%\s*blocktranslate.*?{%\s*endblocktranslate\s*%}|{%.*?%}|{{.*?}}|{#.*?#}|<[^>]*>|&\w+;|/\w+/|UTC", re.S)


def catalog(language: str) -> Catalog:
    return languages.read(languages.po(language).read_text())


def test_the_languages_of_pages_notices_and_files_are_the_same_four() -> None:
    assert [code for code, _ in settings.LANGUAGES] == list(texts.LOCALES) == ["en", *languages.LANGUAGES]


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_u24_every_sentence_of_the_pages_is_translated(language: str) -> None:
    said = languages.originals()
    assert len(said) > 100
    assert "Please read this first. Then sign, or say no. It takes about two minutes." in said
    assert "Take back a consent, or stop training" in said
    assert "This number is valid" in said
    assert languages.untranslated(language) == []


def test_every_page_and_mail_for_people_is_among_those_that_are_translated() -> None:
    spoken = set(languages.spoken())
    folder = languages.ROOT / "templates"
    everything = {path for ending in ("*.html", "*.txt") for path in folder.rglob(ending)}
    ours = {path for path in everything if path.relative_to(folder).parts[0] not in OTHER_TEMPLATES}
    assert len(ours) > 40
    assert sorted(str(path) for path in ours - spoken) == []
    assert {languages.ROOT / "dsar/pages/forms.py", languages.ROOT / "dsar/queries/ladder.py"} <= spoken


def test_no_word_of_a_page_stands_outside_translate() -> None:
    bare = {}
    for path in languages.spoken():
        if path.suffix != ".py" and (words := re.findall(r"[^\W\d_]{2,}", CODE.sub(" ", path.read_text()))):
            bare[path.name] = words
    assert bare == {}


def test_every_place_of_the_form_has_its_name_in_the_catalogs() -> None:
    places = {place.name for place in regimes.jurisdictions().values() if place.code != "EU"}
    assert set(place_names.NAMES) | {"Quebec", "United Kingdom"} == places


def test_french_marks_keep_their_narrow_space() -> None:
    said = [form for original, forms in catalog("fr").items() if original for form in forms]
    assert any("\u202f:" in form for form in said)
    assert [form for form in said if PLAIN_SPACE.search(form)] == []


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_a_translation_has_the_blanks_of_its_original_and_no_others(language: str) -> None:
    wrong = [
        original
        for original, said in catalog(language).items()
        if original and any(sorted(BLANK.findall(original.split("\0")[0])) != sorted(BLANK.findall(form)) for form in said)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_nobody_is_addressed_like_a_child_and_no_word_stands_twice(language: str) -> None:
    lines = [form for original, said in catalog(language).items() if original for form in said]
    assert [line for line in lines if re.search(FAMILIAR[language], line)] == []
    assert [line for line in lines if TWICE.search(line)] == []


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_nothing_is_kept_in_a_catalog_that_no_page_says(language: str) -> None:
    said = languages.originals()
    assert [text for text in catalog(language) if text and text not in said] == []


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_the_compiled_file_is_the_one_of_the_text(language: str) -> None:
    """`make languages` after a change of a .po file."""
    assert languages.po(language).with_suffix(".mo").read_bytes() == languages.compiled(catalog(language))


def test_our_compiler_writes_what_gettext_reads(tmp_path: Path) -> None:
    made = {
        "": ("Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=n != 1;\n",),
        "Yes": ("Ja",),
        "%(n)s day\0%(n)s days": ("%(n)s Tag", "%(n)s Tage"),
        "Not yet": ("",),
    }
    path = tmp_path / "x.mo"
    path.write_bytes(languages.compiled(made))
    with path.open("rb") as file:
        read = gettext.GNUTranslations(file)
    assert (read.gettext("Yes"), read.gettext("Not yet")) == ("Ja", "Not yet")
    assert [read.ngettext("%(n)s day", "%(n)s days", n) for n in (1, 2)] == ["%(n)s Tag", "%(n)s Tage"]


def test_the_reader_of_templates_sees_each_way_to_say_something() -> None:
    template = (
        '{% translate "One" %}{% translate \'Two\' %}{{ x|default:_("Three") }}'
        "{% blocktranslate with a=b|day %}Four {{ a }} 5 %{% endblocktranslate %}"
        "{% blocktranslate count n=n trimmed %}\n  {{ n }} six\n{% plural %}\n  {{ n }} sixes\n{% endblocktranslate %}"
    )
    assert set(languages.said_in_template(template)) == {"One", "Two", "Three", "Four %(a)s 5 %%", "%(n)s six\0%(n)s sixes"}
    assert list(languages.said_in_python("raise Invalid(_('A ' 'B'), gettext_lazy('C'))\nx = d('D')")) == ["A B", "C"]
