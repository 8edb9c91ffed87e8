"""`make bench`: how fast the consent check answers, beside a bare view on the same server, database and machine, in one run.

Rounds alternate between the two, so that both see the same weather. Prints a table; `--json` writes the figures to a file.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import load, people, service
from bench.load import Measured
from deploy.local.services import LOOPBACK

PORTS = {"check": 18_431, "bare": 18_432}


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    subjects: int
    seconds: int
    rounds: int
    connections: int
    big: int


def main(words: Sequence[str]) -> int:
    """Run, print; 1 when an answer was wrong, since then no figure means anything."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    for name, usual in (("subjects", 300_000), ("seconds", 5), ("rounds", 5), ("connections", 16)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--big", type=int, default=0, metavar="N", help="then grow to N subjects (3000000) and measure again")
    parser.add_argument("--json", type=Path, help="write the figures there")
    asked = parser.parse_args(words)
    plan = Plan(asked.subjects, asked.seconds, asked.rounds, asked.connections, asked.big)
    figures = run(plan)
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1))
    return 1 if figures["wrong"] else 0


def run(plan: Plan) -> dict[str, Any]:
    """Everything from an empty database to the figures."""
    with tempfile.TemporaryDirectory(prefix="efface-bench-") as name, service.database(Path(name)) as settings:
        say(f"{plan.subjects:,} people, {os.cpu_count()} cores, {plan.rounds} rounds of {plan.seconds} s, {plan.connections} connections")
        key = f"Bearer {service.prepare(settings)}"
        people.configure(Path(settings["EFFACE_KEY_FILE"]))
        owner = settings["EFFACE_OWNER_DATABASE_URL"]
        people.fill(owner, 1, plan.subjects)
        found = people.choose(owner, plan.subjects)
        figures = measure(plan, settings, key, found)
        if plan.big:
            people.fill(owner, plan.subjects + 1, plan.big)
            say(f"{plan.big:,} people")
            grown = measure(plan, settings, key, found)
            figures |= {"big": grown, "growth": round(1 - grown["check"]["per_second"] / figures["check"]["per_second"], 3)}
            say(f"growing to {plan.big:,} costs {figures['growth']:.1%} (at most 10 %)")
            figures["wrong"] += grown["wrong"]
        return figures


def measure(plan: Plan, settings: dict[str, str], key: str, found: people.People) -> dict[str, Any]:
    """One table: check and bare view in turns, then the batches."""
    with (
        service.server(settings, "compliance.wsgi:application", PORTS["check"], "/healthz") as ours,
        service.server({**settings, "BENCH_SUBJECT": found.subject}, "bench.bare:application", PORTS["bare"], "/look"),
    ):
        single = [question(name) for name in found.references]

        def press(path: str, bodies: Sequence[str], connections: int) -> Measured:
            url = f"http://{LOOPBACK}:{PORTS['check']}{path}"
            return load.press(url, seconds=plan.seconds, connections=connections, bodies=bodies, authorization=key, expected=ALLOWED)

        press("/access/v1/evaluation", single, plan.connections)  # both warm: plans made, pages read
        checks, bares = [], []
        for _ in range(plan.rounds):
            bares.append(
                load.press(f"http://{LOOPBACK}:{PORTS['bare']}/look", seconds=plan.seconds, connections=plan.connections, bodies=())
            )
            checks.append(press("/access/v1/evaluation", single, plan.connections))
        one = press("/access/v1/evaluation", single, 1)
        fifty = press("/access/v1/evaluations", batches(found.references, 50), 1)
        thousand = press("/access/v1/evaluations", batches(found.references, 1_000), 2)
        used = service.memory(ours)
    return tell(checks, bares, one, fifty, thousand, used)


def tell(checks: list[Measured], bares: list[Measured], one: Measured, fifty: Measured, thousand: Measured, used: float) -> dict[str, Any]:
    """Print the table; give the figures. The ratio is the median over the rounds, each against the bare view just before."""
    ratio = statistics.median(check.per_second / bare.per_second for check, bare in zip(checks, bares, strict=True))
    check, bare = middle(checks), middle(bares)
    figures = {
        "bare": asdict(bare),
        "check": asdict(check),
        "ratio": round(ratio, 3),
        "one_ms": round(one.p50, 3),
        "fifty_ms": round(fifty.p50, 3),
        "fifty_to_one": round(fifty.p50 / one.p50, 2),
        "decisions_per_second": round(thousand.per_second * 1_000),
        "memory_mb": round(used),
        "wrong": sum(each.bad for each in (*checks, *bares, one, fifty, thousand)),
    }
    say(f"{'':<22}{'per second':>11}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}")
    for name, each in (("bare view", bare), ("check", check)):
        say(f"{name:<22}{each.per_second:>11,.0f}{each.p50:>9.2f}{each.p99:>9.2f}{each.slowest:>9.1f}")
    say(f"{'check to bare view':<22}{ratio:>11.1%}   (at least 70 %)")
    say(f"{'50 in one call':<22}{figures['fifty_to_one']:>11}   times one check: {fifty.p50:.2f} ms to {one.p50:.2f} ms (at most 3)")
    say(f"{'1,000 in one call':<22}{figures['decisions_per_second']:>11,}   decisions a second (at least 50,000)")
    say(f"{'memory of the server':<22}{used:>11,.0f}   MB, workers together")
    if figures["wrong"]:
        say(f"VOID: {figures['wrong']} answers were not what they must be")
    return figures


def middle(rounds: list[Measured]) -> Measured:
    """The round with the median throughput."""
    return sorted(rounds, key=lambda each: each.per_second)[len(rounds) // 2]


def question(reference: str) -> str:
    return json.dumps({**subject(reference), "action": {"name": "face_scan"}, **RESOURCE, "context": {"recipient": "gpu-host"}})


def subject(reference: str) -> dict[str, Any]:
    return {"subject": {"type": "data_subject", "id": reference}}


def batches(references: Sequence[str], size: int) -> list[str]:
    """Calls that ask about `size` different people each."""
    shared = {"action": {"name": "face_scan"}, **RESOURCE, "context": {"recipient": "gpu-host"}}
    starts = range(0, len(references) - size + 1, size) or [0]
    lists = [[references[(start + n) % len(references)] for n in range(size)] for start in starts]
    return [json.dumps({**shared, "evaluations": [subject(name) for name in names]}) for names in lists]


def say(text: str) -> None:
    print(f"bench  {text}", flush=True)


ALLOWED = '"decision":true'
RESOURCE: dict[str, Any] = {"resource": {"type": "scan_session", "id": "scn_19"}}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
