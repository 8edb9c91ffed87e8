"""The outbox with the signs of life of those who keep it, and the webhooks that leave by it."""

from compliance.delivery.models.outbox import Promise, Sign
from compliance.delivery.models.webhooks import Endpoint, EndpointCondition, Message

__all__ = ["Endpoint", "EndpointCondition", "Message", "Promise", "Sign"]
