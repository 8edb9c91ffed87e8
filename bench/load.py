"""Put load on an address with wrk, and read what it measured."""

import json
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# Each thread of wrk goes round the bodies; a body that is not answered with what we expect is counted.
SCRIPT = """
local bodies = {%(bodies)s}
local next = 0
wrk.method = "%(method)s"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "%(authorization)s"
request = function()
  next = next %% #bodies + 1
  return wrk.format(nil, nil, nil, bodies[next])
end
local threads = {}
setup = function(thread) table.insert(threads, thread) end
init = function() bad = 0 end
response = function(status, headers, body)
  if status ~= 200 or not string.find(body, '%(expected)s', 1, true) then bad = bad + 1 end
end
done = function(summary, latency)
  local bad = 0
  for _, thread in ipairs(threads) do bad = bad + thread:get("bad") end
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format('{"requests": %%d, "us": %%d, "p50": %%d, "p99": %%d, "max": %%d, "bad": %%d, "errors": %%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max, bad, errors))
end
"""


@dataclass(frozen=True)
class Measured:
    """One run. Times in milliseconds. `bad`: answers that were not what they must be; a run with any is void.

    `cpu_us`: processor time of the server and of its database for one request, in microseconds, where it was counted.
    """

    requests: int
    per_second: float
    p50: float
    p99: float
    slowest: float
    bad: int
    cpu_us: float = 0.0


def press(url: str, *, seconds: int, connections: int, bodies: Sequence[str], authorization: str, expected: str) -> Measured:
    """`connections` at once, for `seconds`, with one thread of wrk: the cores are the server's."""
    words = {
        "bodies": ",".join(_lua(body) for body in bodies),
        "method": "POST" if bodies else "GET",
        "authorization": authorization,
        "expected": expected,
    }
    script = SCRIPT if bodies else SCRIPT.replace("bodies[next]", "nil").replace("next %% #bodies + 1", "0")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "load.lua"
        file.write_text(script % words)
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(file), url]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"^\{.*\}$", done.stdout, re.MULTILINE)
    if found is None:
        raise RuntimeError(done.stdout + done.stderr)
    said = json.loads(found[0])
    per_second = said["requests"] / (said["us"] / 1e6)
    times = said["p50"] / 1000, said["p99"] / 1000, said["max"] / 1000
    return Measured(said["requests"], per_second, *times, said["bad"] + said["errors"])


def _lua(text: str) -> str:
    return "[==[" + text + "]==]"
