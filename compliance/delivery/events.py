"""What webhooks can tell of: the closed list of event types, each with words for the officer who chooses.

Named down here because endpoints choose among them; the floors above say when each one happens.
"""

from collections.abc import Mapping

EVENTS: Mapping[str, str] = {
    "consent.release.granted": "Somebody signed a release",
    "consent.release.refused": "Somebody said no",
    "consent.release.withdrawn": "Somebody took a release back",
    "consent.release.expired": "A release reached its end",
    "consent.release.stale": "A release lapsed because nothing was heard of the person",
    "consent.release.superseded": "A newer release took the place of an older one",
    "consent.subject.changed": "Facts of a person changed, so every purpose must be looked at again",
    "consent.subject.erased": "A person’s record was erased",
    "consent.notice.grown": "A notice now reaches further, so people must be asked again",
}
# Sent by an officer to see whether an endpoint listens. Every endpoint gets it.
TEST = "efface.test"
