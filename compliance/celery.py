"""The Celery application and its schedule. Messages carry no data: they say "look now"."""

import json
import os
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from celery import Celery
from kombu.transport import filesystem

from compliance.core import clock

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
        "reconcile": {"task": "efface.reconcile", "schedule": 60.0, "options": {"expires": 60}},
        "expire": {"task": "efface.expire", "schedule": 60.0, "options": {"expires": 60}},
        "activate": {"task": "efface.activate", "schedule": 15.0, "options": {"expires": 30}},
        "tombstones": {"task": "efface.tombstones", "schedule": 60.0, "options": {"expires": 60}},
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


class FolderChannel(filesystem.Channel):
    """Kombu's channel over a folder, safe for several readers and writers, and for a folder that somebody emptied.

    Kombu's own writes a message in place, so that a reader may take half of it and die of it, and moves what it reads to the
    machine's temporary folder. Here a message is written aside and renamed, and taken by renaming it where it lies.
    """

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]  # kombu names it differently in two of its bases
        folder = Path(self.data_folder_out)
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{clock.now():%Y%m%dT%H%M%S%f}_{uuid.uuid4()}.{queue}.msg"
        aside = folder / f".{name}"
        aside.write_text(json.dumps(payload))
        aside.rename(folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder = Path(self.data_folder_in)
        waiting = sorted(folder.glob(f"[!.]*.{queue}.msg"))
        for message in waiting:
            taken = folder / f".taken_{uuid.uuid4()}"
            try:
                message.rename(taken)
                payload = json.loads(taken.read_text())
            except (OSError, ValueError):
                # Another reader was faster, or it is no message of ours. Losing one costs a look: beat sends the next.
                continue
            finally:
                taken.unlink(missing_ok=True)
            return payload
        raise Empty

    def get_table(self, exchange: str) -> Any:
        """Where messages go; our one queue also when the folder that says so was emptied."""
        found = super().get_table(exchange)
        return found or ([filesystem.exchange_queue_t(exchange, "", exchange)] if exchange == "celery" else [])


class FolderTransport(filesystem.Transport):
    Channel = FolderChannel
