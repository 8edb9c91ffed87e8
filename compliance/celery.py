"""The Celery application and its schedule. Messages carry no data: they say "look now"."""

import os
from pathlib import Path
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")

CONNECT_SECONDS = 1

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
    broker_connection_timeout=CONNECT_SECONDS,
    imports=["compliance.tasks"],
    beat_schedule={
        "look": {"task": "efface.look", "schedule": 1.0, "options": {"expires": 10}},
        "beat": {"task": "efface.beat", "schedule": 2.0, "options": {"expires": 20}},
        "sequence": {"task": "efface.sequence", "schedule": 2.0, "options": {"expires": 10}},
        "checkpoint": {"task": "efface.checkpoint", "schedule": 60.0, "options": {"expires": 60}},
        "sweep": {"task": "efface.sweep", "schedule": 30.0, "options": {"expires": 60}},
        "tidy": {"task": "efface.tidy", "schedule": 3600.0, "options": {"expires": 600}},
    },
)


def transport_options(url: str, folder: Path | None) -> dict[str, Any]:
    """What kombu is told about the broker at `url`; `folder` is the place of a `filesystem://` one.

    One try and no wait: whoever hands a message over waits on a page, and beat looks again anyway. Workers and beat have a
    loop of their own that goes on trying to connect.
    """
    if folder and url.startswith("filesystem"):
        return filesystem_options(folder)
    once = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
    if url.startswith("redis"):
        # Without the last three, Redis returns a killed worker's message only after an hour.
        lost = {"visibility_timeout": 400, "unacked_restore_interval": 1, "unacked_restore_throttle": 1}
        return {**once, "socket_connect_timeout": CONNECT_SECONDS, **lost}
    return dict(once)


def filesystem_options(folder: Path) -> dict[str, Any]:
    """Kombu's options for a broker that is a folder."""
    for part in ("queue", "control"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    return {"data_folder_in": str(folder / "queue"), "data_folder_out": str(folder / "queue"), "control_folder": str(folder / "control")}
