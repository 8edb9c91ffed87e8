"""Everything the process can be told: arguments and three environment variables, read once, here."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    port: int
    data: Path
    purge_delay: timedelta
    timeout: float
    allow_faults: bool
    restored: bool
    token: str
    efface_url: str
    efface_key: str


def read(argv: Sequence[str] | None, environ: Mapping[str, str]) -> Settings:
    """Settings from command line and environment; ends the process with a message when wrong."""
    parser = _parser()
    given = parser.parse_args(argv)
    token = environ.get("EFFACE_DEMO_BACKEND_TOKEN", "")
    if not token:
        parser.error("EFFACE_DEMO_BACKEND_TOKEN is empty: set the bearer token Efface has to send.")
    return Settings(
        port=given.port,
        data=given.data.resolve(),
        purge_delay=timedelta(seconds=given.purge_delay),
        timeout=given.timeout,
        allow_faults=given.allow_faults,
        restored=given.restored,
        token=token,
        efface_url=environ.get("EFFACE_URL", "").rstrip("/"),
        efface_key=environ.get("EFFACE_API_KEY", ""),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m examples.scan_backend",
        description="A small face-scan backend that speaks face-deletion/1, on 127.0.0.1.",
        epilog="Environment: EFFACE_DEMO_BACKEND_TOKEN (what Efface must send), EFFACE_URL and "
        "EFFACE_API_KEY (how Efface is reached; without them every scan is denied).",
    )
    parser.add_argument("--port", type=_port, default=8001, help="0 picks a free one")
    parser.add_argument("--data", type=Path, required=True, help="folder for files and database")
    parser.add_argument(
        "--purge-delay",
        type=_seconds,
        default=2.0,
        help="seconds from tombstone to purge of a vector",
    )
    parser.add_argument("--timeout", type=_seconds, default=5.0, help="seconds to wait for Efface")
    parser.add_argument("--allow-faults", action="store_true", help="serve /demo/faults, for tests")
    parser.add_argument("--restored", action="store_true", help="the folder was put back from a backup: new epoch")
    return parser


def _port(value: str) -> int:
    port = int(value)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("must be 0 to 65535")
    return port


def _seconds(value: str) -> float:
    seconds = float(value)
    if not 0 <= seconds <= 86400:
        raise argparse.ArgumentTypeError("must be 0 to 86400 seconds")
    return seconds
