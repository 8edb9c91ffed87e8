"""The Celery application and its schedule. Messages carry no data: they say "look now"."""

import os
from pathlib import Path
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")

app = Celery("efface")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=300,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    broker_connection_retry_on_startup=True,
    imports=["compliance.tasks"],
    beat_schedule={
        "look": {"task": "efface.look", "schedule": 1.0, "options": {"expires": 10}},
        "beat": {"task": "efface.beat", "schedule": 2.0, "options": {"expires": 20}},
        "sequence": {"task": "efface.sequence", "schedule": 2.0, "options": {"expires": 10}},
        "sweep": {"task": "efface.sweep", "schedule": 30.0, "options": {"expires": 60}},
        "tidy": {"task": "efface.tidy", "schedule": 3600.0, "options": {"expires": 600}},
    },
)


def filesystem_options(folder: Path) -> dict[str, Any]:
    """Kombu's options for a broker that is a folder."""
    for part in ("queue", "control"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    return {"data_folder_in": str(folder / "queue"), "data_folder_out": str(folder / "queue"), "control_folder": str(folder / "control")}
