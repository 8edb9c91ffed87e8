"""The ledger in the admin: to look at, not to change."""

import json

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from compliance.audit.look_only import LookOnly
from compliance.audit.models import Checkpoint, Entry
from compliance.audit.rules import words


@admin.register(Entry)
class EntryAdmin(LookOnly):
    list_display = ("said", "at", "actor_name", "actor_role", "object_id")
    list_display_links = ("said",)
    # Exact, because only that uses the index.
    search_fields = ("object_id__exact",)
    search_help_text = _("The whole id of an object")
    ordering = ("-id",)
    fields = ("said", "kind", "at", "actor_name", "actor_role", "subject_id", "object_id", "place", "details", "committed", "uid")
    readonly_fields = fields

    @admin.display(description=_("what happened"))
    def said(self, entry: Entry) -> str:
        return words(entry.kind)

    @admin.display(description=_("place in the tree"))
    def place(self, entry: Entry) -> str:
        leaf = getattr(entry, "leaf", None)
        return str(leaf.index) if leaf else str(_("none yet"))

    @admin.display(description=_("details"))
    def details(self, entry: Entry) -> str:
        if entry.payload is None:
            return str(_("Sealed under the person's key; not shown here."))
        return json.dumps(entry.payload, ensure_ascii=False, indent=2, sort_keys=True)

    @admin.display(description=_("commitment"))
    def committed(self, entry: Entry) -> str:
        return bytes(entry.commitment).hex()


@admin.register(Checkpoint)
class CheckpointAdmin(LookOnly):
    list_display = ("size", "at", "root_hex")
    ordering = ("-size",)
    fields = ("size", "at", "root_hex", "note")
    readonly_fields = fields

    @admin.display(description=_("root"))
    def root_hex(self, checkpoint: Checkpoint) -> str:
        return bytes(checkpoint.root).hex()
