"""PostgreSQL refuses to run as root; this gives up root for it without touching a single folder.

Widening the mode of a parent folder (root's home, say) would open it to everyone. Instead the server keeps one
capability, to pass closed folders, and only when the clone lies below one.
"""

import os
import pwd
import shutil
import stat
from pathlib import Path

UNPRIVILEGED = "nobody"
# Bit numbers of capabilities(7): to hand the data over, to open it ourselves, to change the account.
NEEDED = {"CAP_CHOWN": 0, "CAP_DAC_OVERRIDE": 1, "CAP_SETGID": 6, "CAP_SETUID": 7, "CAP_SETPCAP": 8}
DAC_READ_SEARCH = 2


class PrivilegeError(RuntimeError):
    """Root cannot be given up here; the message says what to change."""


def account() -> tuple[int, int]:
    """User and group id the server runs under: our own, or ``nobody`` when we are root."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    user = pwd.getpwnam(UNPRIVILEGED)
    return user.pw_uid, user.pw_gid


def prefix(*paths: Path) -> list[str]:
    """Words to put before a command that must not run as root and has to reach ``paths``. Empty for other users."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        raise PrivilegeError("PostgreSQL does not run as root and setpriv is missing: apt-get install -y util-linux")
    uid, gid = account()
    passing = passing_capability()
    change = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--no-new-privs"]
    if all(open_to_all(path) for path in paths):
        return [*change, "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all", "--"]
    # Without the secure bit access(2), which PostgreSQL asks about its own programs, would not count the capability.
    sets = [f"--{name}=-all,+{passing}" for name in ("inh-caps", "ambient-caps", "bounding-set")]
    return [*change, *sets, "--securebits=+no_setuid_fixup", "--"]


def open_to_all(path: Path) -> bool:
    """Whether everybody may pass each folder above ``path``."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)


def passing_capability() -> str:
    """The weakest capability we hold that lets a process pass closed folders; containers often lack the first."""
    held = effective_capabilities()
    missing = [name for name, bit in NEEDED.items() if not held >> bit & 1]
    if missing:
        raise PrivilegeError(
            f"PostgreSQL does not run as root, and this root lacks {', '.join(missing)} to run it as {UNPRIVILEGED}. "
            "Run as an ordinary user, or set DATABASE_URL to a server of your own."
        )
    return "dac_read_search" if held >> DAC_READ_SEARCH & 1 else "dac_override"


def effective_capabilities() -> int:
    """The capability bits of this process."""
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1], 16) for line in lines if line.startswith("CapEff"))
