"""Connected scan systems: where they are, what they store, and how they are doing."""

from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from compliance.core.personal_data import nothing


class System(models.Model):
    """A scan backend that speaks `face-deletion/1`."""

    personal_data: ClassVar = nothing(
        "slug", "name", "base_url", "token_sealed", why="A machine's address and its secret, sealed under the service's key."
    )

    slug = models.SlugField(primary_key=True, max_length=60)
    name = models.CharField(max_length=100)
    base_url = models.URLField(max_length=300)
    token_sealed = models.BinaryField(editable=False)
    history = HistoricalRecords(excluded_fields=["token_sealed"])

    def __str__(self) -> str:
        return self.name


class Condition(models.Model):
    """How a system describes itself and how it is doing: facts that change by the minute and need no history."""

    personal_data: ClassVar = nothing("stores", "epoch", "last_error", why="A machine's own description and the class of its last fault.")

    system = models.OneToOneField(System, primary_key=True, on_delete=models.PROTECT, related_name="condition")
    # [{name, kind, categories, backup: {cycle, max_age}, purge}]
    stores = models.JSONField(default=list)
    epoch = models.CharField(max_length=100, blank=True)
    described_at = models.DateTimeField(null=True)
    # The circuit: after several faults in a row the system is left alone until `open_until`.
    faults_in_a_row = models.IntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    last_success_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.system_id}: {self.last_error or 'well'}"
