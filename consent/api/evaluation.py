"""The consent check: `POST /access/v1/evaluation`, one evaluation a call."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse

from compliance.core import clock
from compliance.core.taxonomy import Purpose
from consent.actions.bind import bind
from consent.actions.tokens import DECISION, signed
from consent.api.asking import ENCODER, Question, admit, asked_with_post, own_system, question, read, reply, sender
from consent.queries.check import KeyFound, check
from consent.rules.decisions import BOUND, Reason, Standing, decide, no_training, without_asking
from consent.rules.tokens import claims

log = structlog.get_logger(__name__)
# Answers of this process by reason, for metrics: a counter in memory costs the hot path nothing.
ANSWERS: Counter[Reason] = Counter()
BEGINS = {reason: f'{{"decision":{str(reason == Reason.ACTIVE).lower()},"context":{{"reason":"{reason}",' for reason in Reason}
NO_TRAINING, NO_OBLIGATION = '"obligations":[{"id":"no_training"}]', '"obligations":[]'


@asked_with_post
def evaluation(request: HttpRequest) -> HttpResponse:
    """Whether one thing may happen to one face now."""
    prefix, secret = sender(request)
    return reply(evaluate(read(request, question), prefix, secret))


def evaluate(asked: Question, prefix: str, secret: str) -> str:
    """The whole answer to one question, as JSON: one round trip to the database."""
    try:
        found = check([asked.asked], prefix=prefix, fresh=[asked.token] if asked.token else [])
    except DatabaseError:
        ANSWERS[Reason.INTERNAL_ERROR] += 1
        raise
    key = admit(found.key, secret)
    own_system(asked.system, key)
    standing = found.standings[0]
    reason = _decide(asked, standing, found.known, key)
    ANSWERS[reason] += 1
    if reason != Reason.ACTIVE:
        log.info("check_denied", kind=reason.value, client=str(key.client_id), system=key.system, count=ANSWERS[reason])
    return answer(asked, reason, standing, token_for=key.system)


def _decide(asked: Question, standing: Standing | None, known: frozenset[UUID], key: KeyFound) -> Reason:
    """The reason, with everything counted that is no matter of the release: what can be granted, freshness, the person's act."""
    if reason := without_asking(asked.purpose):
        return reason
    if asked.fresh is not None and asked.token not in known:
        # This database has not seen the write that the caller knows of: it must not speak.
        return Reason.INTERNAL_ERROR
    reason = decide(standing, recipient=asked.recipient)
    if reason != Reason.ACTIVE or asked.purpose not in BOUND or standing is None:
        return reason
    bound = asked.action_id is not None and bind(
        standing=standing, action_id=asked.action_id, recipient=asked.recipient, system=key.system, actor=key.actor, at=standing.now
    )
    return reason if bound else Reason.ACTION_NOT_BOUND


def answer(asked: Question, reason: Reason, standing: Standing | None, *, token_for: str | None) -> str:
    """The decision and what stands beside it, as JSON; a release is named only where there is one. `token_for`: the system, or no token.

    Put together by hand: an encoder takes longer than the decision. What the caller sent goes through one all the same.
    """
    ends = standing.not_after if standing and reason == Reason.ACTIVE else None
    release = f'"{standing.release_id}"' if standing and standing.release_id else "null"
    version = f'"{standing.notice_version}"' if standing and standing.notice_version else "null"
    more = NO_TRAINING if no_training(standing, reason) else NO_OBLIGATION
    if asked.fresh is not None and reason != Reason.INTERNAL_ERROR:
        more += f',"consistency_token":{ENCODER.encode(asked.fresh)}'
    if ends and standing and token_for and (token := decision_token(asked, standing, ends, token_for)):
        more += f',"decision_token":"{token}"'
    expires = f'"{clock.to_text(ends)}"' if ends else "null"
    return f'{BEGINS[reason]}"release_id":{release},"notice_version":{version},"expires_at":{expires},{more}}}}}'


def decision_token(asked: Question, standing: Standing, ends: datetime, system: str) -> str | None:
    """A signed copy of an allowance that ends by itself at `ends`, to be verified offline; None where it would end at once."""
    more: Mapping[str, str] = {
        **({"piece": asked.piece} if asked.purpose == Purpose.MARKETING else {}),
        **({"action_id": asked.action_id} if asked.action_id and asked.purpose in BOUND else {}),
    }
    said = claims(
        issuer=settings.BASE_URL,
        audience=system,
        subject=asked.reference,
        purpose=asked.purpose,
        resource={"type": asked.resource_type, "id": asked.resource_id},
        recipient=asked.recipient,
        release_id=str(standing.release_id),
        at=standing.now,
        not_after=ends,
        more=more,
    )
    return signed(said, DECISION) if said else None
