"""Rows of a reading are forgotten within minutes and can be made again: they need no write-ahead log."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("retention", "0001_initial")]
    operations = [
        migrations.RunSQL("ALTER TABLE retention_seen SET UNLOGGED", "ALTER TABLE retention_seen SET LOGGED"),
    ]
