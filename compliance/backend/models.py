"""Connected scan systems: where they are, what they store, and how they are doing."""

from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from compliance.core.personal_data import nothing


class System(models.Model):
    """A scan backend that speaks `face-deletion/1`."""

    personal_data: ClassVar = nothing(
        "slug", "name", "base_url", "token_sealed", "stores", "epoch", "last_error", why="A machine's address, its secret (sealed) and its stores."
    )

    slug = models.SlugField(primary_key=True, max_length=60)
    name = models.CharField(max_length=100)
    base_url = models.URLField(max_length=300)
    token_sealed = models.BinaryField(editable=False)
    # As the system describes itself: [{name, kind, categories, backup: {cycle, max_age}, purge}].
    stores = models.JSONField(default=list, editable=False)
    epoch = models.CharField(max_length=100, blank=True, editable=False)
    described_at = models.DateTimeField(null=True, editable=False)
    # The circuit: after several faults in a row the system is left alone until `open_until`.
    faults_in_a_row = models.IntegerField(default=0, editable=False)
    open_until = models.DateTimeField(null=True, editable=False)
    last_error = models.CharField(max_length=200, blank=True, editable=False)
    last_success_at = models.DateTimeField(null=True, editable=False)
    history = HistoricalRecords(
        excluded_fields=["token_sealed", "stores", "epoch", "described_at", "faults_in_a_row", "open_until", "last_error", "last_success_at"]
    )

    def __str__(self) -> str:
        return self.name
