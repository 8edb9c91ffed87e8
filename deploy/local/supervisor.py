"""Keep a few processes alive side by side: readable logs, restarts, an orderly end, and no orphans however we die."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

RESTARTS_A_MINUTE = 5
MINUTE = 60.0
PATIENCE = 12.0  # seconds a process gets to finish what it is doing
TICK = 0.1
COLOURS = (36, 33, 35, 32, 34)


class GaveUpError(RuntimeError):
    """A process died too often, or before everything was ready."""


@dataclass
class Service:
    """One process to keep alive. `started` holds the moments of its last restarts, in monotonic seconds."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[str] | None = None
    restarts: deque[float] = field(default_factory=deque)


class Log:
    """Lines of many processes on one stream, each whole and with its source in front; colour only on a terminal."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream
        self.lock = threading.Lock()
        self.names: list[str] = []

    def line(self, name: str, text: str) -> None:
        """Write one line at once."""
        with self.lock:
            self.stream.write(f"{self._label(name)} {text.rstrip()}\n")
            self.stream.flush()

    def _label(self, name: str) -> str:
        if name not in self.names:
            self.names.append(name)
        padded = f"{name:<8}|"
        if not self.stream.isatty():
            return padded
        return f"\033[{COLOURS[self.names.index(name) % len(COLOURS)]}m{padded}\033[0m"

    def follow(self, name: str, lines: IO[str]) -> None:
        """Copy a process's output until it ends, in a thread of its own."""

        def copy() -> None:
            for text in lines:
                self.line(name, text)

        threading.Thread(target=copy, daemon=True).start()


class Supervisor:
    """Starts services in their order, restarts what dies, ends them in the opposite order of their start."""

    def __init__(self, services: Sequence[Service], log: Log, folder: Path) -> None:
        self.services = services
        self.log = log
        self.folder = folder
        self.asked_to_stop = threading.Event()

    def listen(self) -> None:
        """Let Ctrl-C, a kill and a closed terminal ask for an orderly end."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.asked_to_stop.set())

    def start(self) -> None:
        """Start every service. Must run in the main thread: the kernel ends them when this very thread ends."""
        for service in self.services:
            self._launch(service)

    def _launch(self, service: Service) -> None:
        """Start one service in a group of its own, so that Ctrl-C reaches us alone and the end keeps its order.

        The kernel sends it SIGTERM when we are gone, even killed: nothing outlives us.
        """
        with_us = ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []
        service.process = subprocess.Popen(
            [*with_us, *service.command],
            cwd=self.folder,
            env={**service.environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
            text=True,
            errors="replace",
        )
        if service.process.stdout:
            self.log.follow(service.name, service.process.stdout)

    def first_dead(self) -> Service | None:
        """A service that has ended though nobody asked it to."""
        return next((s for s in self.services if s.process and s.process.poll() is not None), None)

    def check(self) -> None:
        """Restart what died. Raises `GaveUpError` when a service dies again and again."""
        dead = self.first_dead()
        if dead and not self.asked_to_stop.is_set():
            kill_group(dead)
            self._restart(dead)

    def _restart(self, service: Service) -> None:
        at = time.monotonic()
        while service.restarts and at - service.restarts[0] > MINUTE:
            service.restarts.popleft()
        if len(service.restarts) >= RESTARTS_A_MINUTE:
            raise GaveUpError(f"{service.name} ended {RESTARTS_A_MINUTE + 1} times within a minute; see above.")
        self.log.line("run", f"{service.name} {how_it_ended(service)}; starting it again")
        service.restarts.append(at)
        self.asked_to_stop.wait(0.5 * len(service.restarts))
        if not self.asked_to_stop.is_set():
            self._launch(service)

    def stop(self) -> None:
        """Ask every service to end, the last started first, and wait for all. Nothing of ours is left after it."""
        self.asked_to_stop.set()
        for service in reversed(self.services):
            if service.process:
                service.process.terminate()
        deadline = time.monotonic() + PATIENCE
        for service in reversed(self.services):
            self._await_end(service, deadline)
            kill_group(service)

    def _await_end(self, service: Service, deadline: float) -> None:
        if not service.process:
            return
        try:
            service.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.log.line("run", f"{service.name} did not end in {PATIENCE:.0f} seconds; it is killed now")


def how_it_ended(service: Service) -> str:
    """A few words on why a process is gone."""
    code = service.process.returncode if service.process else 0
    if code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended by itself (exit code {code})"


def kill_group(service: Service) -> None:
    """Kill what is left of a service: a killed web server leaves workers that still answer."""
    if service.process:
        with suppress(ProcessLookupError):
            os.killpg(service.process.pid, signal.SIGKILL)
        service.process.wait()
