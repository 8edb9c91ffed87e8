"""The benchmark runs and gives its figures. Their size is `make bench`'s business: this machine may be doing other things."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(shutil.which("wrk") is None, reason="the benchmark needs wrk, which `make dev` installs")
def test_a_short_run_gives_every_figure_and_no_wrong_answer(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench.check", "--subjects", "1000", "--seconds", "1", "--rounds", "1", "--json", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(file.read_text())
    assert figures["wrong"] == 0
    assert set(figures) == {
        *("bare", "check", "ratio", "cpu_ratio", "one_ms", "fifty_ms", "fifty_to_one"),
        *("decisions_per_second", "decision_cpu_us", "memory_mb", "wrong"),
    }
    for name in ("ratio", "cpu_ratio", "one_ms", "fifty_to_one", "decisions_per_second", "decision_cpu_us", "memory_mb"):
        assert figures[name] > 0, name
    assert "check to bare view" in done.stdout
