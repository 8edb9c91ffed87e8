"""Make a bare Debian or Ubuntu ready: the virtual environment, the locked packages, a few system libraries.

Runs on the system's Python before anything is installed, so it uses the standard library alone.
Usage: ``python3 -m deploy.local.system [--dev]``; ``--dev`` adds what the tests, checks and the benchmark need.
"""

import ctypes
import hashlib
import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
STAMP = VENV / "locks.json"
RUNTIME, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"
UPDATE_TRIES = 3


def main(arguments: Sequence[str]) -> None:
    """Prepare everything; ends the program with a message when a person must act."""
    dev = "--dev" in arguments
    require(VENV_NEEDS, when=not environment_works())
    require(PDF_NEEDS)
    if dev:
        require(TEST_NEEDS)
    make_environment()
    install(DEVELOPMENT if dev else RUNTIME)


def loads(name: str) -> Callable[[], bool]:
    """A check that a shared library can be loaded by its file name."""

    def check() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return check


def on_path(name: str) -> Callable[[], bool]:
    """A check that a program can be found."""
    return lambda: shutil.which(name) is not None


def is_ubuntu() -> bool:
    """Ubuntu's chromium package is a stub that asks for a snap, which containers and servers cannot run."""
    try:
        return "\nID=ubuntu\n" in "\n" + Path("/etc/os-release").read_text(encoding="utf8")
    except OSError:
        return False


def browser_ready() -> bool:
    """Whether a browser is there, or cannot be had from apt: then the browser tests say why they were skipped."""
    if shutil.which("chromium"):
        return True
    if is_ubuntu():
        say("No chromium. Ubuntu has it only as a snap (`snap install chromium`); the browser tests are skipped.")
        return True
    return False


VENV_NEEDS = {
    f"python3.{sys.version_info.minor}-venv": lambda: importlib.util.find_spec("ensurepip") is not None,
}
PDF_NEEDS = {
    "libpango-1.0-0": loads("libpango-1.0.so.0"),
    "libpangoft2-1.0-0": loads("libpangoft2-1.0.so.0"),
    "libharfbuzz-subset0": loads("libharfbuzz-subset.so.0"),
    "fonts-dejavu-core": Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf").exists,
}
TEST_NEEDS = {"chromium": browser_ready, "poppler-utils": on_path("pdftotext"), "qpdf": on_path("qpdf"), "wrk": on_path("wrk")}


def require(needs: dict[str, Callable[[], bool]], *, when: bool = True) -> None:
    """Install the packages whose check fails."""
    missing = [package for package, present in needs.items() if when and not present()]
    if missing:
        apt_install(missing)


def apt_install(packages: Sequence[str]) -> None:
    """Install with apt-get where we may; otherwise print the exact command and stop."""
    words = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if not shutil.which("apt-get"):
        sys.exit(f"Please install these with your system's package manager, then try again: {' '.join(packages)}")
    become = root_prefix()
    if become is None:
        sys.exit(f"System packages are missing. Please run this, then try again:\n\n    sudo {shlex.join(words)}\n")
    say(f"installing system packages: {' '.join(packages)}")
    if not apt(become, words[1:]):
        update(become)
        if not apt(become, words[1:]):
            sys.exit(f"apt-get could not install them. Please run this and see why:\n\n    {shlex.join(words)}\n")


def root_prefix() -> list[str] | None:
    """How to become root without being asked for a password; nothing when we cannot."""
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    if shutil.which("sudo") and subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode == 0:
        return sudo
    return None


def update(become: Sequence[str]) -> None:
    """Fetch the package lists; mirrors fail now and then, so more than once."""
    for attempt in range(UPDATE_TRIES):
        if apt(become, ["update"]):
            return
        time.sleep(3 * (attempt + 1))


def apt(become: Sequence[str], words: Sequence[str]) -> bool:
    """One apt-get call that never asks a question; its output is shown only when it is the last word."""
    command = [*become, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
    done = subprocess.run([*command, *words], stdin=subprocess.DEVNULL, text=True, capture_output=True, check=False)
    if done.returncode:
        print(done.stdout[-2000:] + done.stderr[-2000:], file=sys.stderr)
    return done.returncode == 0


def environment_works() -> bool:
    """Whether ``.venv`` has a Python that starts and has pip."""
    python = VENV / "bin" / "python"
    if not python.exists():
        return False
    return subprocess.run([python, "-c", "import pip"], capture_output=True, check=False).returncode == 0


def make_environment() -> None:
    """Make ``.venv``, or make it anew when its Python is gone."""
    if not environment_works():
        say("making .venv")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)


def install(lock: str) -> None:
    """Install one lock file, hashes checked, unless exactly that was done before."""
    done: dict[str, str] = json.loads(STAMP.read_text(encoding="utf8")) if STAMP.exists() else {}
    if done.get(lock) == fingerprint(lock):
        return
    say(f"installing the packages of {lock}, about half a minute")
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input"]
    if subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / lock)], check=False).returncode:
        sys.exit(f"The packages of {lock} could not be installed; see pip's message above.")
    covers = (RUNTIME, DEVELOPMENT) if lock == DEVELOPMENT else (RUNTIME,)  # the second holds all of the first
    STAMP.write_text(json.dumps({**done, **{name: fingerprint(name) for name in covers}}), encoding="utf8")


def fingerprint(lock: str) -> str:
    """What tells one version of a lock file from another."""
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def say(text: str) -> None:
    """One line for the person at the keyboard."""
    print(f"setup  {text}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
