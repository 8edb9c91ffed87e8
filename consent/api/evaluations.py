"""`POST /access/v1/evaluations`: up to a thousand questions in one call, answered from one moment of the database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

from compliance.core.errors import EffaceError, FieldError, Malformed
from consent.api.asking import (
    ENCODER,
    Question,
    admit,
    asked_with_post,
    complain,
    object_in,
    own_system,
    question,
    read,
    reply,
    sender,
    subject_in,
)
from consent.api.evaluation import ANSWERS, _decide, answer, evaluate
from consent.queries.check import Asked, Found, KeyFound, check
from consent.rules.decisions import Reason

log = structlog.get_logger(__name__)
MOST = 1_000
ALL, FIRST_DENY, FIRST_PERMIT = "execute_all", "deny_on_first_deny", "permit_on_first_permit"
PARTS = ("subject", "action", "resource", "context")
SUBJECT_ALONE = {"subject"}


@dataclass(frozen=True)
class Batch:
    """What one call asks. A question that could not be read stands in its place as the error: it denies, the others are answered.

    `tokens`: decision tokens were asked for (`options.decision_tokens`); signing each costs more than deciding it.
    """

    items: list[Question | EffaceError]
    semantic: str
    tokens: bool


@asked_with_post
def evaluations(request: HttpRequest) -> HttpResponse:
    """Many decisions at once; without a list of evaluations, one, as the single check answers it."""
    prefix, secret = sender(request)
    asked = read(request, batch)
    if isinstance(asked, Question):
        return reply(evaluate(asked, prefix, secret))
    good = [item for item in asked.items if isinstance(item, Question)]
    # With nothing to ask, the caller must still be known.
    found = check([item.asked for item in good] or [Asked(None, "")], prefix=prefix, fresh=[item.token for item in good if item.token])
    key = admit(found.key, secret)
    answers = list(_answers(asked, found, key))
    denied = sum(not allowed for allowed, _ in answers)
    if denied:
        log.info("checks_denied", count=denied, size=len(answers), client=str(key.client_id), system=key.system)
    return reply(f'{{"evaluations":[{",".join([text for _, text in answers])}]}}')


def batch(body: Mapping[str, Any]) -> Batch | Question:
    """The questions, each with the top-level parts where it has none of its own. Raises `Malformed`."""
    listed = body.get("evaluations")
    if listed is None or listed == []:
        return question(body)
    wrong: list[FieldError] = []
    if not isinstance(listed, list):
        wrong.append(FieldError("/evaluations", "a list"))
    elif len(listed) > MOST:
        wrong.append(FieldError("/evaluations", f"{MOST} items at most; send several calls"))
    options = object_in(body, "options", wrong)
    semantic = options.get("evaluations_semantic", ALL)
    if semantic not in (ALL, FIRST_DENY, FIRST_PERMIT):
        wrong.append(FieldError("/options/evaluations_semantic", f"{ALL}, {FIRST_DENY} or {FIRST_PERMIT}"))
    complain(wrong)
    return Batch(_items({part: body[part] for part in PARTS if part in body}, listed), semantic, options.get("decision_tokens") is True)


def _items(defaults: Mapping[str, Any], listed: list[Any]) -> list[Question | EffaceError]:
    """Each question. One that differs from the one before in its subject alone is not read anew: so batches come."""
    items: list[Question | EffaceError] = []
    last: Question | None = None
    for item in listed:
        if last and isinstance(item, dict) and item.keys() == SUBJECT_ALONE and (who := subject_in(item)):
            items.append(last._replace(subject_type=who[0], reference=who[1]))
            continue
        made = _item(defaults, item)
        items.append(made)
        last = made if isinstance(made, Question) and item.keys() <= SUBJECT_ALONE else None
    return items


def _item(defaults: Mapping[str, Any], item: Any) -> Question | EffaceError:
    if not isinstance(item, dict):
        return Malformed("An evaluation must be a JSON object.")
    try:
        return question({**defaults, **item})
    except Malformed as error:
        return error


def _answers(asked: Batch, found: Found, key: KeyFound) -> Iterator[tuple[bool, str]]:
    """Each answer in turn, whether it allows and as JSON, as far as the semantic goes.

    What comes after the end is not decided, and binds no act of a person.
    """
    standings = iter(found.standings)
    last = {ALL: None, FIRST_DENY: False, FIRST_PERMIT: True}[asked.semantic]
    for item in asked.items:
        if isinstance(item, Question):
            standing = next(standings)
            try:
                own_system(item.system, key)
                reason = _decide(item, standing, found.known, key)
                made = answer(item, reason, standing, token_for=key.system if asked.tokens else None)
            except EffaceError as error:
                reason, made = Reason.INTERNAL_ERROR, _refused(error)
        else:
            reason, made = Reason.INTERNAL_ERROR, _refused(item)
        ANSWERS[reason] += 1
        allowed = reason == Reason.ACTIVE
        yield allowed, made
        if allowed is last:
            return


def _refused(error: EffaceError) -> str:
    """A question that was not understood or is not the caller's: it denies, and says why in the form that the standard shows."""
    said: dict[str, Any] = {"status": error.status, "message": error.detail}
    if error.errors:
        said["errors"] = [{"pointer": one.pointer, "detail": one.detail} for one in error.errors]
    return ENCODER.encode({"decision": False, "context": {"reason": Reason.INTERNAL_ERROR.value, "error": said}})
