"""The words of every notice in four languages: the same statements, plain enough for everybody, and clear about what is no consent."""

import re
from typing import Any

import pytest

from compliance.core.durations import Duration
from compliance.core.taxonomy import IN_WORDS, TRAINING_PURPOSES, Category, Purpose
from consent.rules import texts
from consent.rules.elements import elements
from consent.rules.facts import Facts, Kept, Particulars, Recipient, offered_by
from consent.rules.notices import Text, intent, text_of
from consent.rules.texts import LOCALES, WORDS, say
from tests.reading import grade, minutes, syllables

PURPOSES = (*map(str, Purpose), "disclose:print-lab")
ALIKE = {"unit.minute", "kept", "head.backups"}
LAB = Recipient("print-lab", "Print Lab", "partner", "US")


def facts(purpose: str, **changes: Any) -> Facts:
    """Everything that a notice can say, said."""
    who = Particulars(
        operator="Example Studio",
        contact="privacy@example.test",
        page="https://example.test/privacy/",
        policy="https://example.test/policy",
        address="1 Example Street, Springfield",
        officer="dpo@example.test",
        representative="Example Europe, Dublin",
        transfers="EU Standard Contractual Clauses (2021/914)",
        authority="Data Protection Commission, Dublin",
        complaints_here=True,
    )
    disclosed = purpose.startswith("disclose:")
    said: dict[str, Any] = {
        "purpose": purpose,
        "result": "pictures",
        "kept": tuple(
            Kept(category, ("consent_withdrawn", "user_request", "uploaded + P30D", "last_interaction + P1Y")) for category in Category
        ),
        "model_for_scan": False,
        "recipients": ((LAB,) if disclosed else ()) + (Recipient("gpu-host", "GPU Host Inc."),),
        "term": "P1Y",
        "backup_cycle": "P1D",
        "backup_age": "P14D",
        "minors": "deny",
        "who": who,
        "profile_hash": "0" * 64,
        "party": LAB if disclosed else None,
        "party_use": "prints your pictures" if disclosed else "",
    }
    return Facts(**said | changes)


def written(purpose: str, locale: str, **changes: Any) -> Text:
    return text_of(facts(purpose, **changes), locale, ())


def test_every_language_says_the_same_statements_with_the_same_blanks() -> None:
    blanks = {locale: {key: sorted(set(re.findall(r"\{(\w+)\}", words))) for key, words in WORDS[locale].items()} for locale in LOCALES}
    assert all(blanks[locale] == blanks["en"] for locale in LOCALES)
    alike = {key for key in WORDS["en"] if len({WORDS[locale][key] for locale in LOCALES}) < len(LOCALES)}
    # Nothing was left in English; these are the same word, or the same shape, in two languages.
    assert alike == ALIKE


def test_every_category_and_every_purpose_has_words_in_every_language() -> None:
    for locale in LOCALES:
        assert all(texts.category_words(category, locale) for category in Category)
        assert all(texts.purpose_words(purpose, locale, "Print Lab") and intent(purpose, locale) for purpose in PURPOSES)
    assert {category: texts.category_words(category, "en") for category in Category} == IN_WORDS


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_g6_every_notice_reads_at_grade_eight_or_below_and_within_three_minutes(purpose: str, locale: str) -> None:
    for changes in ({}, {"kept": (), "backup_age": "", "minors": "guardian"}):
        text = written(purpose, locale, **changes)
        assert grade(f"{text.title}.\n{text.body}", locale) <= 8
    demo = written(purpose, locale, kept=tuple(Kept(category, ("uploaded + P37D",)) for category in list(Category)[:5]))
    assert minutes(demo.body, locale) <= 3


def test_the_measure_of_reading_tells_plain_from_hard_text_in_every_language() -> None:
    hard = {
        "en": "Notwithstanding the aforementioned provisions, the controller may additionally authorize subsequent processing operations.",
        "es": "Sin perjuicio de las disposiciones anteriormente mencionadas, el responsable podrá autorizar operaciones complementarias.",
        "de": "Unbeschadet der vorgenannten Bestimmungen können nachfolgende Verarbeitungstätigkeiten zusätzlich genehmigt werden.",
        "fr": "Nonobstant les dispositions précitées, le responsable peut autoriser des opérations complémentaires ultérieures.",
    }
    for locale, sentence in hard.items():
        assert grade(sentence, locale) > 10 > 8 >= grade(say(locale, "voluntary.scan"), locale)
    counted = {"en": ("release", 2), "es": ("leído", 3), "de": ("freiwillig", 3), "fr": ("personnes", 2)}
    assert all(syllables(word, locale) == number for locale, (word, number) in counted.items())


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_d8_every_notice_carves_the_face_out_of_improving_our_services(purpose: str, locale: str) -> None:
    assert say(locale, "improve") in written(purpose, locale).body
    assert say("en", "improve") == "We do not use your face to improve our services unless you allow it in a release of its own."


@pytest.mark.parametrize("locale", LOCALES)
def test_d11_every_notice_tells_training_for_one_person_from_training_for_others(locale: str) -> None:
    bodies = {purpose: written(purpose, locale).body for purpose in PURPOSES}
    for purpose in PURPOSES:
        own = purpose if purpose in TRAINING_PURPOSES else "none"
        assert say(locale, f"training.{own}") in bodies[purpose]
        assert all(say(locale, f"training.{other}") not in bodies[purpose] for other in {*TRAINING_PURPOSES, "none"} - {own})
    model = written("face_scan", locale, model_for_scan=True).body
    assert say(locale, "training.scan_model") in model
    assert say(locale, "training.none") not in model
    shared, personal = (texts.purpose_words(purpose, locale) for purpose in (Purpose.TRAIN_SHARED_MODEL, Purpose.TRAIN_PERSONAL_MODEL))
    assert shared != personal


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("purpose", [purpose for purpose in PURPOSES if purpose != "face_scan"])
def test_c4_every_choice_beside_the_scan_is_voluntary_alone_and_never_priced(purpose: str, locale: str) -> None:
    body = written(purpose, locale).body
    assert f"{say(locale, 'voluntary.own')} {say(locale, 'priced')}" in body
    assert say(locale, "use.only") in body
    uses = [
        say(locale, f"use.{other}", result=say(locale, "result.pictures"), party="Print Lab", party_use="") for other in map(str, Purpose)
    ]
    assert sum(use in body for use in uses) == (0 if purpose.startswith("disclose:") else 1)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_c9_every_notice_says_what_the_profile_decides_for_minors(purpose: str, locale: str) -> None:
    for rule, other in (("deny", "guardian"), ("guardian", "deny")):
        body = written(purpose, locale, minors=rule).body
        assert (say(locale, f"minors.{rule}") in body, say(locale, f"minors.{other}") in body) == (True, False)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_required_element_of_every_law_is_a_sentence_of_the_body(purpose: str, locale: str) -> None:
    text = written(purpose, locale)
    assert text.missing == ()
    assert set(text.elements) == {element.id for element in elements()}
    assert all(sentence and sentence in text.body for sentence in text.elements.values())


def test_i2_the_notice_of_marketing_speaks_of_one_piece_that_the_page_names() -> None:
    assert "in one piece: the one named on the page you sign." in written("marketing", "en").body


def test_e3_the_notice_of_a_disclosure_names_the_party_and_what_it_may_do() -> None:
    text = written("disclose:print-lab", "en")
    assert text.title == "A separate choice: passing your face data on to Print Lab"
    assert "pass your face data on to Print Lab. Print Lab may use it for this: prints your pictures." in text.body
    assert "Print Lab receives it." in text.body
    assert "• Print Lab" not in text.body


@pytest.mark.parametrize(
    ("written_as", "words"),
    [
        ("P30D", ("30 days", "30 días", "30 Tage", "30 jours")),
        ("P1Y", ("1 year", "1 año", "1 Jahr", "1 an")),
        ("PT36H", ("36 hours", "36 horas", "36 Stunden", "36 heures")),
        ("PT72H", ("3 days", "3 días", "3 Tage", "3 jours")),
        ("P1Y6M", ("1 year and 6 months", "1 año y 6 meses", "1 Jahr und 6 Monate", "1 an et 6 mois")),
        ("PT0S", ("at once", "al momento", "sofort", "tout de suite")),
    ],
)
def test_durations_have_words_in_every_language(written_as: str, words: tuple[str, ...]) -> None:
    duration = Duration.parse(written_as)
    assert tuple(texts.duration_words(duration, locale) for locale in LOCALES) == words
    assert duration.in_words() == words[0]


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("uploaded + P30D", "30 jours après l’envoi de la photo"),
        ("uploaded + PT0S", "juste après l’envoi de la photo"),
        ("consent_withdrawn", "dès que vous retirez cette autorisation"),
    ],
)
def test_ends_have_words_too(end: str, words: str) -> None:
    assert texts.end_words(end, "fr") == words


def test_d9_quality_checks_and_tests_of_models_are_purposes_of_their_own_and_silence_offers_neither() -> None:
    silent: dict[str, Any] = {"artifacts": {"original_upload": {"purposes": ["face_scan"]}}, "training": {}}
    assert offered_by(silent) == ()
    assert offered_by(silent | {"training": {"quality": "opt_in", "benchmark": "forbidden"}}) == (Purpose.QUALITY,)
    assert offered_by(silent | {"training": {"quality": "forbidden", "benchmark": "opt_in"}}) == (Purpose.BENCHMARK,)


def test_marketing_and_disclosures_are_never_offered_beside_the_scan() -> None:
    document: dict[str, Any] = {"artifacts": {"generated_output": {"purposes": ["marketing", "match"]}}, "training": {}}
    assert offered_by(document) == (Purpose.MATCH,)
