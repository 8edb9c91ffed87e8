"""The package stands alone: standard library and httpx, typed, nothing of the service."""

import ast
import os
import subprocess
import sys
import tomllib

from tests.architecture.source import ROOT

PACKAGE = ROOT / "clients" / "python"
SOURCES = sorted((PACKAGE / "efface_client").glob("*.py"))


def imported(path: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path)):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add(str(node.module).split(".")[0])
    return found


def test_it_imports_the_standard_library_httpx_and_itself() -> None:
    names = set().union(*(imported(path.read_text()) for path in SOURCES))
    assert "httpx" in names
    assert names - sys.stdlib_module_names == {"httpx", "efface_client"}


def test_it_says_what_it_needs_and_that_it_is_typed() -> None:
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    assert [one.split(">")[0] for one in project["dependencies"]] == ["httpx"]
    assert project["license"] == "Apache-2.0"
    assert (PACKAGE / "efface_client" / "py.typed").exists()
    assert (PACKAGE / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_it_loads_without_django_and_without_the_service() -> None:
    code = "import sys, efface_client; sys.exit(any(m.split('.')[0] in ('django', 'compliance', 'consent') for m in sys.modules))"
    done = subprocess.run([sys.executable, "-P", "-c", code], cwd="/", env={"PYTHONPATH": str(PACKAGE)}, check=False)
    assert done.returncode == 0


def test_the_example_in_the_readme_is_python_and_fits_in_ten_lines() -> None:
    text = (PACKAGE / "README.md").read_text()
    example = text.split("```python\n")[1].split("```")[0]
    ast.parse(example)
    lines = [line for line in example.splitlines() if line.strip()]
    assert len(lines) <= 10
    assert "client.allowed(" in example or "client.check(" in example


def test_it_is_clean_under_strict_types() -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={os.devnull}", "efface_client"]
    done = subprocess.run(command, cwd=PACKAGE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
