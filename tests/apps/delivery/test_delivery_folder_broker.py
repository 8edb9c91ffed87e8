"""The broker that is a folder: many hands at once, rubbish in it, and a folder that somebody emptied."""

import shutil
import threading
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from compliance.celery import FolderTransport, filesystem_options

MESSAGES = 300


@pytest.fixture
def channel(tmp_path: Path) -> Any:
    with Connection("filesystem://", transport=FolderTransport, transport_options=filesystem_options(tmp_path)) as connection:
        yield connection.channel()


def write(channel: Any, first: int) -> None:
    for number in range(first, MESSAGES, 4):
        channel._put("celery", {"number": number, "ballast": "x" * 5_000})


def take(channel: Any, read: list[int]) -> None:
    while len(read) < MESSAGES:
        with suppress(Empty):
            read.append(channel._get("celery")["number"])


def test_each_message_is_read_once_by_four_readers_while_four_writers_write(channel: Any) -> None:
    read: list[int] = []
    threads = [threading.Thread(target=write, args=(channel, first)) for first in range(4)]
    threads += [threading.Thread(target=take, args=(channel, read), daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(read) == list(range(MESSAGES))


def test_half_a_message_and_rubbish_are_passed_over(channel: Any, tmp_path: Path) -> None:
    (tmp_path / "queue" / "1_a.celery.msg").write_text('{"half": ')
    (tmp_path / "queue" / "2_b.celery.msg").write_bytes(b"\xff\x00")
    (tmp_path / "queue" / "notes.txt").write_text("left alone")
    channel._put("celery", {"whole": True})
    assert channel._get("celery") == {"whole": True}
    with pytest.raises(Empty):
        channel._get("celery")
    assert [path.name for path in (tmp_path / "queue").iterdir()] == ["notes.txt"]


def test_an_emptied_folder_is_no_error_and_messages_find_their_queue_again(channel: Any, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path)
    with pytest.raises(Empty):
        channel._get("celery")
    assert [place.queue for place in channel.get_table("celery")] == ["celery"]
    channel._put("celery", {"again": True})
    assert channel._get("celery") == {"again": True}
