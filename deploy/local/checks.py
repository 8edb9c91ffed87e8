"""``make check``: everything that can be said about the code without running it. Stops at the first that fails."""

import os
import subprocess
import sys
from pathlib import Path

from deploy.local import environment, postgres

EXAMPLE = Path("deploy/example.env")
PYTHON = sys.executable
OUR_CODE = ("compliance", "consent", "dsar", "deploy")
MANAGE = [PYTHON, "manage.py"]
STEPS: dict[str, list[str]] = {
    "ruff: rules": [PYTHON, "-m", "ruff", "check", "."],
    "ruff: layout": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "types: mypy": [PYTHON, "-m", "mypy"],
    "floors: import-linter": [PYTHON, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
    "security: bandit": [PYTHON, "-m", "bandit", "-q", "-c", "pyproject.toml", "-r", *OUR_CODE],
    "migrations are complete": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "settings for a server": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
}
LIKE_A_SERVER = "settings for a server"


def main() -> int:
    """Run each step by name; gives back 0 when all held."""
    base = environment.ROOT
    try:
        here = {**os.environ, **environment.load(base)}
        failed = next((name for name, command in STEPS.items() if not holds(name, command, base, here)), None)
    finally:
        postgres.release(environment.var_folder(base))
    print(f"check  FAILED: {failed}" if failed else "check  all held", flush=True)
    return 1 if failed else 0


def holds(name: str, command: list[str], base: Path, here: dict[str, str]) -> bool:
    """Run one step; its own output tells what is wrong."""
    print(f"check  {name}", flush=True)
    settings = {**here, **server_settings(base, here)} if name == LIKE_A_SERVER else here
    return subprocess.run(command, cwd=base, env=settings, check=False).returncode == 0


def server_settings(base: Path, here: dict[str, str]) -> dict[str, str]:
    """The values of the example for servers; its secrets and files are those of this machine."""
    example = environment.read_env(base / EXAMPLE)
    of_this_machine = ("EFFACE_SECRET_KEY", "EFFACE_KEY_FILE", "EFFACE_SIGNING_DIR", "EFFACE_JOURNAL_DIR")
    return {**example, **{name: here[name] for name in of_this_machine}}


if __name__ == "__main__":
    sys.exit(main())
