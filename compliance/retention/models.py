"""What a scan system says it has, held against the registry; and what came back with a restored backup."""

import uuid
from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from compliance.artifacts.models import Artifact
from compliance.core.personal_data import nothing


class Finding(models.TextChoices):
    """What a reading may find. The values are those of the violation it becomes."""

    UNREGISTERED = "unregistered", "there, and never registered"
    UNKNOWN_CATEGORY = "unknown_category", "of a category that nobody knows"
    NEVER_KEPT = "never_kept", "of a category that the profile never keeps"
    NO_LIVE_REASON = "no_live_reason", "registered, and nothing is a reason to keep it"
    OVERDUE = "overdue", "past its date"
    REAPPEARED = "reappeared", "read back as absent, and there again"
    MISPLACED = "misplaced", "listed under another person"
    MISSING = "missing", "registered, and not there"


class FindingRule(models.Model):
    """What is done about one kind of finding. A kind without a row has the default of `rules.findings`."""

    class Action(models.TextChoices):
        REPORT = "report", "report it"
        ASK = "ask", "report it and ask an officer"
        DESTROY = "destroy", "order its destruction"

    personal_data: ClassVar = nothing("finding", "action", why="A closed word each.")

    finding = models.CharField(primary_key=True, max_length=20, choices=Finding)
    action = models.CharField(max_length=10, choices=Action)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "rule for findings"
        verbose_name_plural = "rules for findings"

    def __str__(self) -> str:
        return f"{self.get_finding_display()}: {self.get_action_display()}"


class Reading(models.Model):
    """One reading of a system's whole inventory, page by page. `cursor` is where it goes on after a crash."""

    class State(models.TextChoices):
        READING = "reading"
        DONE = "done"
        FAILED = "failed"

    personal_data: ClassVar = nothing(
        "system", "state", "cursor", "mark", "found", "trouble", why="A machine's pages and counts of findings."
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    system = models.SlugField(max_length=60)
    state = models.CharField(max_length=10, choices=State, default=State.READING)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    cursor = models.CharField(max_length=1000, blank=True)
    # An earlier cursor, moved at every doubling of the pages: a list that runs in a circle comes by here again.
    mark = models.CharField(max_length=1000, blank=True)
    # The last page was taken in; what is left is to look for what no page showed.
    all_listed = models.BooleanField(default=False)
    pages = models.PositiveIntegerField(default=0)
    items = models.PositiveBigIntegerField(default=0)
    # Finding -> how many.
    found = models.JSONField(default=dict)
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-started_at"], name="retention_reading_newest")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["system"], condition=models.Q(state="reading"), name="retention_reading_one"),
            models.CheckConstraint(name="retention_reading_state", condition=models.Q(state__in=["reading", "done", "failed"])),
        ]

    def __str__(self) -> str:
        return f"{self.system}, {self.started_at:%Y-%m-%d %H:%M}"


class Seen(models.Model):
    """That a reading came across an artifact of the registry. Emptied when the reading ends."""

    personal_data: ClassVar = nothing(why="Two random ids, for the minutes of one reading.")

    id = models.BigAutoField(primary_key=True)
    reading = models.UUIDField()
    artifact = models.UUIDField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["reading", "artifact"], name="retention_seen_of")]

    def __str__(self) -> str:
        return str(self.artifact)


class Restore(models.Model):
    """A store came back from a backup, as its system declared or as a new epoch showed. It must not serve before this is `clear`."""

    class State(models.TextChoices):
        LOOKING = "looking", "looking for what came back"
        CLEARING = "clearing", "destroying it again"
        CLEAR = "clear", "clear: the store may serve"

    personal_data: ClassVar = nothing("system", "store", "state", "how", why="A machine's name and a time.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    system = models.SlugField(max_length=60)
    # Empty: every store of the system.
    store = models.CharField(max_length=100, blank=True)
    # The moment whose data came back.
    restored_to = models.DateTimeField()
    how = models.CharField(max_length=10, choices=[("declared", "declared"), ("detected", "detected by its epoch")])
    state = models.CharField(max_length=10, choices=State, default=State.LOOKING)
    declared_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    # Where the look goes on after a crash.
    after_absent_at = models.DateTimeField(null=True)
    after_outcome = models.UUIDField(null=True)
    asked = models.PositiveIntegerField(default=0)
    artifacts = models.ManyToManyField(Artifact, through="CameBack", related_name="restores")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-declared_at"], name="retention_restore_newest")]
        constraints: ClassVar = [
            models.CheckConstraint(name="retention_restore_state", condition=models.Q(state__in=["looking", "clearing", "clear"]))
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.store}".strip()


class CameBack(models.Model):
    """An artifact that was destroyed, and came back with a restore."""

    personal_data: ClassVar = nothing(why="Two random ids, of a restore and of an artifact.")

    id = models.BigAutoField(primary_key=True)
    restore = models.ForeignKey(Restore, on_delete=models.PROTECT)
    artifact = models.ForeignKey(Artifact, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["restore", "artifact"], name="retention_came_back_once")]

    def __str__(self) -> str:
        return str(self.artifact_id)


class Mark(models.Model):
    """Up to which byte a file of tombstones was held against this database."""

    personal_data: ClassVar = nothing("file", why="The name of a file and a number.")

    file = models.CharField(primary_key=True, max_length=40)
    offset = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.file}: {self.offset}"


class Recount(models.Model):
    """How far the live artifacts were looked at after a profile became the promise. Its id is that of the activation's ledger entry."""

    personal_data: ClassVar = nothing(why="Counts, times and a random id.")

    id = models.UUIDField(primary_key=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    after = models.UUIDField(null=True)
    looked = models.PositiveBigIntegerField(default=0)
    moved = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.moved} of {self.looked} sooner"
