"""`migrate`, followed by the rights of the running role: it may add to append-only tables and never change them."""

from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections, transaction
from django.db.models import Model
from psycopg import sql


class Command(Migrate):
    """Django's `migrate`; then grants. Run it as the role that owns the tables (EFFACE_OWNER_DATABASE_URL)."""

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        role = urlsplit(settings.RUNNING_DATABASE_URL).username
        connection = connections[options["database"]]
        if role and role != connection.settings_dict["USER"]:
            grant(connection, role)


def only_grows(model: type[Model]) -> bool:
    """The ledger, sealed documents, published notices, and every version in a history."""
    return bool(getattr(model, "append_only", False)) or hasattr(model, "instance_type")


def grant(connection: Any, role: str) -> None:
    """Give `role` what the service needs on every table, and on append-only tables no more than SELECT and INSERT."""
    # All at once: between a REVOKE and its GRANT a running service would be refused.
    append_only = {model._meta.db_table for model in apps.get_models() if only_grows(model)}
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        name = sql.Identifier(role)
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
        cursor.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(name))
        for table in connection.introspection.table_names(cursor):
            rights = sql.SQL("SELECT, INSERT" if table in append_only else "SELECT, INSERT, UPDATE, DELETE")
            target = sql.Identifier(table)
            cursor.execute(sql.SQL("REVOKE ALL ON {} FROM PUBLIC, {}").format(target, name))
            cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(rights, target, name))
