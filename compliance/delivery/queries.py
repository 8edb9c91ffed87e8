"""What is known about promises, and about those who keep them."""

from django.db import connection

from compliance.delivery.models import Endpoint, Message, Promise

AGES = "SELECT name, extract(epoch FROM clock_timestamp() - at) FROM delivery_sign"

# After this many tries a promise is worth an officer's look, although it is still tried again.
FAILING_ATTEMPTS = 3


def ages_of_signs() -> dict[str, float]:
    """Seconds since beat and a worker last showed that they live, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(AGES)
        return {name: float(age) for name, age in cursor.fetchall()}


def failing() -> int:
    """How many promises that still wait have failed several times."""
    return Promise.objects.filter(state=Promise.State.WAITING, attempts__gte=FAILING_ATTEMPTS).exclude(last_error="").count()


def anybody_listens(event: str) -> bool:
    """Whether an endpoint that is on wants to hear of this type of event."""
    return Endpoint.objects.filter(enabled=True, events__contains=[event]).exists()


def given_up() -> int:
    """How many webhook messages were given up and not sent again since."""
    return Message.objects.filter(state=Message.State.DEAD).count()
