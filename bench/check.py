"""`make bench`: how fast the consent check answers, beside a bare view on the same server, database and machine, in one run.

Rounds alternate between the two, so that both see the same weather. Prints a table; `--json` writes the figures to a file.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from bench import load, people, service
from bench.load import Measured
from deploy.local.services import LOOPBACK

PORTS = {"check": 18_431, "bare": 18_432}
MANY = 1_000
Server = subprocess.Popen[bytes]


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    subjects: int
    seconds: int
    rounds: int
    connections: int
    big: int


@dataclass(frozen=True)
class Table:
    """Everything that was measured. `turns`: bare view and check, side by side. `memory` in megabytes."""

    turns: list[tuple[Measured, Measured]]
    one: Measured
    fifty: Measured
    thousand: Measured
    memory: float


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
            then, now = figures["check"], grown["check"]
            growth, cpu = 1 - now["per_second"] / then["per_second"], 1 - then["cpu_us"] / now["cpu_us"]
            figures |= {"big": grown, "growth": round(growth, 3), "cpu_growth": round(cpu, 3)}
            say(f"growing to {plan.big:,} costs {growth:.1%} of the requests a second (at most 10 %), {cpu:.1%} by processor time")
            figures["wrong"] += grown["wrong"]
        return figures


def measure(plan: Plan, settings: dict[str, str], key: str, found: people.People) -> dict[str, Any]:
    """One table: check and bare view in turns, then the batches."""
    with (
        service.server(settings, "compliance.wsgi:application", PORTS["check"], "/healthz") as ours,
        service.server({**settings, "BENCH_SUBJECT": found.subject}, "bench.bare:application", PORTS["bare"], "/look") as theirs,
    ):
        single = [question(name) for name in found.references]

        def press(server: Server, address: str, bodies: Sequence[str], connections: int) -> Measured:
            before = service.spent(server, settings["DATABASE_URL"])
            sent = key if bodies else ""
            made = load.press(address, seconds=plan.seconds, connections=connections, bodies=bodies, authorization=sent, expected=ALLOWED)
            return replace(made, cpu_us=(service.spent(server, settings["DATABASE_URL"]) - before) / made.requests * 1e6)

        def look() -> Measured:
            return press(theirs, f"http://{LOOPBACK}:{PORTS['bare']}/look", (), plan.connections)

        def ask(bodies: Sequence[str], connections: int, path: str = "evaluations") -> Measured:
            return press(ours, f"http://{LOOPBACK}:{PORTS['check']}/access/v1/{path}", bodies, connections)

        look(), ask(single, plan.connections, "evaluation")  # both warm: plans made, pages read
        turns = [(look(), ask(single, plan.connections, "evaluation")) for _ in range(plan.rounds)]
        one = ask(single, 1, "evaluation")
        fifty = ask(batches(found.references, 50), 1)
        thousand = ask(batches(found.references, MANY), 2)
        return tell(Table(turns, one, fifty, thousand, service.memory(ours)))


def tell(table: Table) -> dict[str, Any]:
    """Print the table; give the figures. A ratio is the median over the rounds, each against the bare view just before."""
    check, bare = middle([check for _, check in table.turns]), middle([bare for bare, _ in table.turns])
    per_decision = table.thousand.cpu_us / MANY
    figures = {
        "bare": asdict(bare),
        "check": asdict(check),
        "ratio": round(statistics.median(check.per_second / bare.per_second for bare, check in table.turns), 3),
        "cpu_ratio": round(statistics.median(bare.cpu_us / check.cpu_us for bare, check in table.turns), 3),
        "one_ms": round(table.one.p50, 3),
        "fifty_ms": round(table.fifty.p50, 3),
        "fifty_to_one": round(table.fifty.p50 / table.one.p50, 2),
        "decisions_per_second": round(table.thousand.per_second * MANY),
        "decision_cpu_us": round(per_decision, 1),
        "memory_mb": round(table.memory),
        "wrong": sum(each.bad for each in (*chain(*table.turns), table.one, table.fifty, table.thousand)),
    }
    say(f"{'':<22}{'per second':>11}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}{'CPU us':>9}")
    for name, each in (("bare view", bare), ("check", check)):
        say(f"{name:<22}{each.per_second:>11,.0f}{each.p50:>9.2f}{each.p99:>9.2f}{each.slowest:>9.1f}{each.cpu_us:>9.0f}")
    say(f"{'check to bare view':<22}{figures['ratio']:>11.1%}   by requests a second (at least 70 %)")
    say(f"{'':<22}{figures['cpu_ratio']:>11.1%}   by processor time of server and database, whatever else ran here")
    both = f"{table.fifty.p50:.2f} ms to {table.one.p50:.2f} ms"
    say(f"{'50 in one call':<22}{figures['fifty_to_one']:>11}   times one check: {both} (at most 3)")
    say(f"{'1,000 in one call':<22}{figures['decisions_per_second']:>11,}   decisions a second (at least 50,000)")
    say(f"{'':<22}{per_decision:>11.1f}   us of processor time for each, in server and database")
    say(f"{'memory of the server':<22}{table.memory:>11,.0f}   MB, workers together")
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
