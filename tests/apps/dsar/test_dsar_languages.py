"""The pages of requests in four languages, the mails after them, and the way from one language to another."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from compliance.artifacts.models import Artifact
from compliance.core.actor import PERSON, SERVICE, Actor
from compliance.subjects.models import Subject
from dsar import actions
from dsar.models import Request
from dsar.rules.codes import confirm_secret, status_code
from tests.apps.dsar.dsar_steps import look, submit

pytestmark = pytest.mark.django_db
Ask = Callable[..., Request]
Keep = Callable[[], int]
OFFICER = Actor("Olga Officer", "officer")
EVERY = pytest.mark.parametrize("language", ["en", "es", "de", "fr"])
ALL = {"en": "Delete everything", "es": "Borrar todo", "de": "Alles löschen", "fr": "Tout effacer"}
BACK = {
    "en": "Take back a consent, or stop training",
    "es": "Retirar una autorización o parar el entrenamiento",
    "de": "Eine Einwilligung zurücknehmen oder das Training beenden",
    "fr": "Retirer une autorisation ou arrêter l’entraînement",
}
MISSING = {
    "en": "Enter your reference.",
    "es": "Escriba su referencia.",
    "de": "Geben Sie Ihre Referenz ein.",
    "fr": "Écrivez votre référence.",
}
STANDS = {"en": "We have your request", "es": "Tenemos su solicitud", "de": "Wir haben Ihre Anfrage", "fr": "Nous avons votre demande"}
RUNNING = {
    "en": ("We are deleting your data", "0 of 2 kinds of data", "The photo you uploaded"),
    "es": ("Estamos borrando sus datos", "0 de 2 tipos de datos", "La foto que subió"),
    "de": ("Wir löschen gerade Ihre Daten", "0 von 2 Arten von Daten", "Das Foto, das Sie hochgeladen haben"),
    "fr": ("Nous effaçons vos données", "0 sur 2 types de données", "La photo que vous avez envoyée"),
}
DUE = {
    "en": r"Deadline by law</dt>\s*<dd>\w+ \d+ December 2026 \(GDPR\)",
    "es": r"Plazo legal</dt>\s*<dd>\w+ \d+ de diciembre de 2026 \(RGPD\)",
    "de": r"Frist nach dem Gesetz</dt>\s*<dd>\w+, \d+\. Dezember 2026 \(DSGVO\)",
    "fr": r"Délai légal</dt>\s*<dd>\w+ \d+ décembre 2026 \(RGPD\)",
}
SUBJECTS = {
    "en": ["Please confirm your request", "We have your request", "The answer to your request"],
    "es": ["Confirme su solicitud, por favor", "Tenemos su solicitud", "La respuesta a su solicitud"],
    "de": ["Bitte bestätigen Sie Ihre Anfrage", "Wir haben Ihre Anfrage", "Die Antwort auf Ihre Anfrage"],
    "fr": ["Veuillez confirmer votre demande", "Nous avons votre demande", "La réponse à votre demande"],
}
UNKNOWN = {
    "en": "We do not know this number",
    "es": "No conocemos este número",
    "de": "Diese Nummer kennen wir nicht",
    "fr": "Nous ne connaissons pas ce numéro",
}


def speaking(language: str) -> Client:
    return Client(enforce_csrf_checks=True, headers={"Accept-Language": language})


@EVERY
def test_u24_the_form_speaks_the_browsers_language_and_says_mistakes_in_it(language: str) -> None:
    browser = speaking(language)
    answer = browser.get("/privacy/")
    page = answer.content.decode()
    assert f'<html lang="{language}"' in page
    assert ALL[language] in page
    assert page.count("hreflang=") == 4
    assert answer["Content-Language"] == language
    assert MISSING[language] in submit(browser, "/privacy/", reference="", email="ana@example.test").content.decode()


@EVERY
def test_the_form_leads_to_taking_back_and_to_the_person_in_a_picture(language: str) -> None:
    page = look(speaking(language), "/privacy/")
    assert f'<a href="/r/">{BACK[language]}</a>' in page
    assert '<a href="/privacy/someone-else">' in page


@EVERY
def test_the_request_keeps_the_language_it_was_made_in(language: str) -> None:
    browser = speaking(language)
    submit(browser, "/privacy/", reference="usr_ana", email="ana@example.test")
    submit(browser, "/privacy/someone-else", email="dora@example.test")
    assert list(Request.objects.values_list("language", flat=True)) == [language, language]


@EVERY
def test_the_status_page_says_states_days_and_kinds_of_data_in_it(
    language: str, ask: Ask, ana: Subject, photos: list[Artifact], at: datetime
) -> None:
    request, browser = ask(residence="EU:DE"), speaking(language)
    submit(browser, f"/privacy/confirm/{confirm_secret(request.pk)}")
    page = look(browser, f"/privacy/requests/{request.code}")
    assert f"<h1>{STANDS[language]}</h1>" in page
    assert status_code(request.pk) in page
    assert re.search(DUE[language], page)
    actions.approve(request_id=request.pk, actor=OFFICER, at=at, reason="verified")
    page = look(browser, f"/privacy/requests/{request.code}")
    assert [words for words in RUNNING[language] if words not in page] == []


@EVERY
def test_the_mails_speak_the_language_of_the_request(
    language: str, ask: Ask, ana: Subject, keep: Keep, outbox: list[Any], at: datetime
) -> None:
    request = ask(language=language, residence="EU:DE")
    keep()
    actions.confirm(secret=confirm_secret(request.pk), actor=PERSON, at=at)
    keep()
    order = actions.approve(request_id=request.pk, actor=OFFICER, at=at, reason="verified").order
    assert order
    actions.answer(order_id=order.pk, actor=SERVICE, at=at)
    keep()
    assert [message.subject.split(" EF-")[0] for message in outbox] == SUBJECTS[language]
    for message in outbox:
        assert request.code in message.body
        assert ("Your reference" in message.body) == (language == "en")
        assert ("November 2026," in message.body) == (language in {"en", "de"})
    assert {"en": "20 December 2026", "es": "20 de diciembre de 2026", "de": "20. Dezember 2026", "fr": "20 décembre 2026"}[language] in (
        outbox[0].body
    )


@EVERY
def test_the_refusal_names_its_ground_and_the_authority_in_it(language: str, ask: Ask, keep: Keep, outbox: list[Any], at: datetime) -> None:
    request = ask(language=language, residence="EU:DE")
    actions.refuse(request_id=request.pk, grounds="not_confirmed", actor=OFFICER, at=at, reason="no answer")
    keep()
    body = outbox[-1].body
    assert {"en": "Nobody used", "es": "Nadie usó", "de": "Niemand hat", "fr": "Personne n’a"}[language] in body
    assert {"en": "your country:", "es": "su país:", "de": "Ihres Landes:", "fr": "votre pays\u202f:"}[language] in body


@EVERY
def test_places_are_named_and_sorted_in_it(language: str) -> None:
    page = look(speaking(language), "/privacy/")
    first = {"en": ("Austria", "Sweden"), "es": ("Alemania", "Suecia"), "de": ("Belgien", "Zypern"), "fr": ("Allemagne", "Tchéquie")}
    union = page.split("<optgroup")[2].split("</optgroup>")[0]
    names = re.findall(r">([^<>]+)</option>", union)
    assert (names[0], names[-1]) == first[language]
    assert len(names) == 30
    if language == "de":
        assert names.index("Norwegen") < names.index("Österreich") < names.index("Polen")


@EVERY
def test_changing_the_language_at_a_button_presses_nothing(language: str, browser: Client, ask: Ask) -> None:
    request = ask()
    submit(browser, "/privacy/requests/", code=request.code, status_code=status_code(request.pk))
    for name, path in (
        ("confirm", f"/privacy/confirm/{confirm_secret(request.pk)}"),
        ("withdraw", f"/privacy/requests/{request.code}/withdraw"),
    ):
        assert browser.get(path, {"lang": language}).status_code == {"confirm": 200, "withdraw": 302}[name]
    request.refresh_from_db()
    assert (request.state, request.confirmed_at) == ("awaiting_confirmation", None)
    assert f'<html lang="{language}"' in look(browser, f"/privacy/requests/{request.code}")


@EVERY
def test_the_check_page_speaks_it_too(language: str) -> None:
    page = speaking(language).get("/verify/not-a-number")
    assert UNKNOWN[language] in page.content.decode()
    assert page["Content-Language"] == language
