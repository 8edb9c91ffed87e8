"""For tests: run the backend as a real process, and stand in for Efface on the far side of the wire."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

import httpx

from examples.scan_backend.web import Request, Response, Server, answer

TOKEN = token_hex(16)
KEY = token_hex(16)
PREFIX = "/face-deletion/v1"
ROOT = Path(__file__).resolve().parents[2]

Answer = Callable[[Mapping[str, object]], Response]


def allow(_body: Mapping[str, object]) -> Response:
    return answer(200, {"decision": True, "context": {"reason": "active"}})


def deny(_body: Mapping[str, object]) -> Response:
    return answer(200, {"decision": False, "context": {"reason": "no_release"}})


def register(body: Mapping[str, object]) -> Response:
    """Registers everything that is asked, due on one fixed day."""
    artifacts = body["artifacts"]
    if not isinstance(artifacts, list):
        raise TypeError("artifacts must be a list")
    due = {"status": "registered", "due_at": "2030-01-02T03:04:05Z", "why": "uploaded + PT72H"}
    return answer(200, {"artifacts": [{"id": one["id"]} | due for one in artifacts]})


def link(_body: Mapping[str, object]) -> Response:
    return answer(201, {"url": "https://efface.example.test/sign/abc"})


@dataclass
class StandIn:
    """Efface as the backend sees it: what it answers can be changed, what it was asked is kept."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str], dict[str, object]]] = field(default_factory=list)

    def behave(self) -> None:
        self.asked.clear()
        self.answers = {
            "/access/v1/evaluation": allow,
            "/api/v1/artifacts": register,
            "/api/v1/release-links": link,
        }

    def bodies(self, path: str) -> list[dict[str, object]]:
        return [body for asked, _, body in self.asked if asked == path]

    def _app(self, request: Request) -> Response:
        body = request.json()
        self.asked.append((request.path, request.headers, body))
        return self.answers[request.path](body)


@contextmanager
def stand_in() -> Iterator[StandIn]:
    efface = StandIn()
    efface.behave()
    server = Server(0, efface._app)
    efface.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield efface
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Running:
    """One process of the backend; `http` sends the right token, and no Idempotency-Key by itself."""

    process: subprocess.Popen[str]
    http: httpx.Client
    data: Path

    def kill(self) -> None:
        """kill -9: no goodbye."""
        self.process.kill()
        self.process.wait()


@contextmanager
def running(data: Path, efface_url: str, *arguments: str) -> Iterator[Running]:
    """A backend on a free port over `data`, up when the block starts and gone when it ends."""
    command = [sys.executable, "-m", "examples.scan_backend", "--port", "0", "--data", str(data), *arguments]
    environment = os.environ | {"EFFACE_DEMO_BACKEND_TOKEN": TOKEN, "EFFACE_URL": efface_url, "EFFACE_API_KEY": KEY}
    with subprocess.Popen(  # noqa: S603  # our own program and arguments
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            address = _first_line(process).split()[-1]
            headers = {"Authorization": f"Bearer {TOKEN}"}
            with httpx.Client(base_url=address, headers=headers, trust_env=False) as http:
                yield Running(process, http, data)
        finally:
            process.terminate()


def _first_line(process: subprocess.Popen[str]) -> str:
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise RuntimeError("The scan backend did not start; its own message stands above.")
    return line
