"""A thin client of Efface's consent check. Everything that is not a clear yes is a no."""

from efface_client.client import Client
from efface_client.decision import Decision, Question
from efface_client.follower import Follower
from efface_client.tokens import verify_token
from efface_client.wire import Unanswered

__all__ = ["Client", "Decision", "Follower", "Question", "Unanswered", "verify_token"]
