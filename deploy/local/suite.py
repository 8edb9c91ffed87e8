"""``make test``: the whole suite against an embedded PostgreSQL of its own, which ends with it.

What the person at the keyboard has set for the service does not reach the tests, so that they mean the same
everywhere. Words behind the module's name go to pytest.
"""

import os
import subprocess
import sys

from deploy.local import environment, postgres, privileges

OURS = ("EFFACE_", "CELERY_", "DJANGO_")
CLUSTER = "test-postgres"


def main(arguments: list[str]) -> int:
    """Run pytest; gives back its exit code."""
    try:
        made = environment.for_tests(environment.ROOT)
    except (postgres.PostgresError, privileges.PrivilegeError) as error:
        print(f"The test database did not start. {error}", file=sys.stderr)
        return 1
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS) and name != "DATABASE_URL"}
    # One file stays on one worker, because files share running services; the order is that of tests/conftest.py.
    spread = ["-n", str(os.cpu_count() or 2), "--dist", "loadfile", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", *spread, *arguments]
    try:
        return subprocess.run(command, cwd=environment.ROOT, env={**kept, **made}, check=False).returncode
    finally:
        postgres.release(environment.var_folder(environment.ROOT), CLUSTER)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
