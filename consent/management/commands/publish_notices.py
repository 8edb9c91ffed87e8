"""`manage.py publish_notices`: publish the texts of the active profile. Run it after a profile was activated; repeating it is harmless."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.core import clock
from compliance.core.actor import SERVICE
from compliance.core.errors import EffaceError
from consent.actions import publish_notices


class Command(BaseCommand):
    help = "Publish the notices that the active profile needs."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            published = publish_notices(actor=SERVICE, at=clock.now())
        except EffaceError as error:
            raise CommandError("\n".join([error.detail, *(one.detail for one in error.errors)])) from None
        for notice in published:
            self.stdout.write(f"{notice.purpose} ({notice.locale}): version {notice.version}, {notice.hash}")
