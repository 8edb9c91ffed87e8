"""A service small enough to start in a second: the real runner around stand-ins for the product's own parts."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = """
import json, os, pathlib, sys
def call_command(name, *words, **_):
    if name == os.environ.get("STUB_FAILS"):
        sys.exit("this step does not work today")
    with (pathlib.Path(os.environ["EFFACE_VAR"]) / "steps").open("a") as steps:
        steps.write(name + " ")
    if name == "load_demo":
        made = {"officer": {"username": "olga", "password": "made-here"}, "backend": {"token": "t", "api_key": "k"}}
        pathlib.Path(words[words.index("--out") + 1]).write_text(json.dumps(made))
"""
BACKEND = """
import http.server, os, sys
assert [os.environ[n] for n in ("EFFACE_DEMO_BACKEND_TOKEN", "EFFACE_API_KEY")] == ["t", "k"]
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
WSGI = """
import os
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [os.environ["DATABASE_URL"].encode()]
"""
CELERY = """
import os
from celery import Celery
folder = os.environ["EFFACE_BROKER_DIR"]
app = Celery("stub", broker=os.environ["CELERY_BROKER_URL"])
app.conf.broker_transport_options = dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), folder)
"""
FILES = {
    "django/__init__.py": "def setup(): pass",
    "django/core/__init__.py": "",
    "django/core/management/__init__.py": COMMANDS,
    "compliance/__init__.py": "",
    "compliance/wsgi.py": WSGI,
    "compliance/celery.py": CELERY,
    "examples/__init__.py": "",
    "examples/scan_backend/__init__.py": "",
    "examples/scan_backend/__main__.py": BACKEND,
}


class Clone:
    """A folder with the runner and the stand-ins, and what tests want to know about it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.demo_port = free_ports()
        self.runs: list[subprocess.Popen[str]] = []
        shutil.copytree(ROOT / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
        for name, text in FILES.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)

    def run(self, *words: str, **settings: str) -> subprocess.Popen[str]:
        """Start the runner; its output goes to `log`."""
        ours = ("EFFACE_", "DATABASE_", "DJANGO_", "CELERY_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        ports = {"EFFACE_PORT": str(self.port), "EFFACE_DEMO_PORT": str(self.demo_port)}
        with (self.folder / "log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "deploy.local.run", *words],
                cwd=self.folder,
                env={**kept, **ports, **settings},
                stdout=log,
                stderr=log,
                text=True,
                process_group=0,
            )
        self.runs.append(process)
        return process

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def answers(self) -> str:
        """What the web server says, or nothing."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=2) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return ""

    def processes(self, *words: str) -> set[int]:
        """Everything that runs out of this folder and has these words in its command."""
        return {pid for pid, command in commands(self.folder) if all(word in command for word in words)}

    def end(self) -> None:
        for run in self.runs:
            run.kill()
            run.wait()
        for pid in self.processes():
            with suppress(ProcessLookupError):  # it may be ending by itself at this moment
                os.kill(pid, signal.SIGKILL)


def commands(folder: Path) -> list[tuple[int, str]]:
    """Processes that work in a folder or name it on their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            command = (path / "cmdline").read_text().replace("\0", " ")
            if command and (str(folder) in command or (path / "cwd").readlink() == folder):
                found.append((int(path.name), command))
        except OSError:  # it has ended meanwhile, or is not ours to look at
            continue
    return found


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1]), int(two.getsockname()[1])


def eventually(check: Callable[[], object], seconds: float = 15) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while not check() and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(check())
