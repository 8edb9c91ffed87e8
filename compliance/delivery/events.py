"""What webhooks can tell of: the closed list of event types, each with words for the officer who chooses.

Named down here because endpoints choose among them; the floors above say when each one happens.
"""

from collections.abc import Mapping

EVENTS: Mapping[str, str] = {
    "release.signed": "Somebody signed a release",
    "release.refused": "Somebody said no",
    "release.withdrawn": "Somebody took a release back, for anything but training",
    "release.expired": "A release reached its end",
    "release.stale": "A release lapsed because nothing was heard of the person",
    "release.superseded": "A newer release took the place of an older one",
    "training.withdrawn": "Somebody took back that their face may train a model",
    "subject.changed": "Facts of a person changed, so every purpose must be looked at again; without a person: of everybody",
    "subject.erased": "Everything about a person is being destroyed, or their record was erased",
    "notice.grown": "A notice now reaches further, so people must be asked again",
    "deletion.ordered": "The destruction of face data was ordered, or an order grew",
    "hold.placed": "A hold came into force (one that must stay secret is not told)",
    "hold.released": "A hold was released",
}
# Sent by an officer to see whether an endpoint listens. Every endpoint gets it.
TEST = "efface.test"
