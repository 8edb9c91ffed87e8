"""Rules that the code keeps everywhere, read from the source itself."""

import ast
import re
from collections.abc import Iterator

import pytest
from django.apps import apps

from tests.architecture.source import ALL, PRODUCT, Module, calls, dotted, files, modules

CLOCK = "compliance/core/clock.py"
# Each exception is one place with its reason.
CLOCK_MAY = {CLOCK: "it is the clock"}
BLIND = {"compliance/delivery/actions/drain.py": "the worker loop: one broken promise must not stop the others"}
TIMES = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now", "time.time", "time.time_ns"}


def found(rule: list[str]) -> str:
    return "\n".join(rule)


def history_of_models() -> dict[str, set[str]]:
    """The models that keep a history, each with the fields that its history leaves out."""
    tracked = {}
    for model in apps.get_models():
        if hasattr(model._meta, "simple_history_manager_attribute"):
            records = getattr(model, model._meta.simple_history_manager_attribute).model
            tracked[model.__name__] = {f.name for f in model._meta.fields} - {f.name for f in records._meta.fields}
    return tracked


def root_model(call: ast.Call) -> str:
    """`X` of `X.objects.filter(…).update(…)`."""
    return dotted(call.func).split(".objects", 1)[0].rsplit(".", 1)[-1]


def forgotten_history(module: Module, tracked: dict[str, set[str]]) -> Iterator[str]:
    for call in calls(module.tree):
        name = dotted(call.func)
        if not name.endswith((".update", ".bulk_update", ".bulk_create")) or ".objects" not in name:
            continue
        model = root_model(call)
        fields = {keyword.arg for keyword in call.keywords}
        if model in tracked and not (name.endswith(".update") and fields <= tracked[model]):
            yield f"{module.name}:{call.lineno}: {model} has a history that does not hear {name.rsplit('.', 1)[-1]}()"


def test_nothing_changes_a_tracked_row_behind_the_back_of_its_history() -> None:
    tracked = history_of_models()
    assert {"Release", "Request", "Order", "ApiKey"} <= set(tracked)
    assert found([line for module in modules(*PRODUCT) for line in forgotten_history(module, tracked)]) == ""


def test_that_rule_would_see_an_update_and_lets_a_counter_pass() -> None:
    tracked = {"Release": {"note"}}
    seen = Module("x.py", "", ast.parse("Release.objects.filter(pk=1).update(state='withdrawn')\nRelease.objects.update(note=1)"))
    assert [line.split(":")[1] for line in forgotten_history(seen, tracked)] == ["1"]


def test_querysets_in_variables_do_not_update_tracked_models() -> None:
    """An update on a queryset that a function returned cannot be judged by its name: such calls name the model instead."""
    lines = []
    for module in modules(*PRODUCT):
        for call in calls(module.tree):
            name = dotted(call.func)
            is_update = isinstance(call.func, ast.Attribute) and call.func.attr == "update" and call.keywords and not call.args
            if is_update and ".objects" not in name and name not in {"app.conf.update", "vars.update"}:
                lines.append(f"{module.name}:{call.lineno}: {name}")
    assert found(lines) == ""


def blind(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or dotted(kind) in {"Exception", "BaseException"} for kind in kinds)


def test_a_blind_except_lives_in_the_worker_loop_and_nowhere_else() -> None:
    places = [m.name for m in modules(*PRODUCT) for node in ast.walk(m.tree) if isinstance(node, ast.ExceptHandler) and blind(node)]
    assert places == list(BLIND)


def test_errors_are_not_swallowed_by_suppress() -> None:
    wide = [
        f"{m.name}:{call.lineno}"
        for m in modules(*PRODUCT)
        for call in calls(m.tree)
        if dotted(call.func).endswith("suppress") and any(dotted(kind) in {"Exception", "BaseException"} for kind in call.args)
    ]
    assert wide == []


def test_only_the_clock_reads_the_clock() -> None:
    readers = [
        f"{m.name}:{call.lineno}: {dotted(call.func)}"
        for m in modules(*PRODUCT)
        for call in calls(m.tree)
        if any(dotted(call.func) == name or dotted(call.func).endswith(f".{name}") for name in TIMES) and m.name not in CLOCK_MAY
    ]
    assert found(readers) == ""


def functions(module: Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield f"{module.name}:{node.lineno}: {node.name}", node.end_lineno - node.lineno + 1


def test_no_file_over_300_lines_and_no_function_over_50() -> None:
    long_files = [m.name for m in modules(*ALL) if m.text.count("\n") > 300]
    long_functions = [name for m in modules(*ALL) for name, lines in functions(m) if lines > 50]
    assert (long_files, long_functions) == ([], [])


def test_there_are_no_signals() -> None:
    pattern = re.compile(r"django\.(db\.models|dispatch|core|contrib\.auth)\.?\w*signals?\b|@receiver|from django\.dispatch")
    assert [m.name for m in modules(*PRODUCT) if pattern.search(m.text)] == []


# The rule by its name, then why; a dash before the reason will do.
SUPPRESSION = re.compile(
    r"#\s*(?:(?P<layout>fmt:\s*(?:off|skip))|noqa(?P<noqa>:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?|type:\s*ignore(?P<type>\[[a-z-]+(?:,\s*[a-z-]+)*\])?"
    r"|nosec(?P<sec>:?\s*B\d+)?|pragma:\s*no cover(?P<cover>))\s*(?P<why>[#–-].{6,})?"
)


@pytest.mark.parametrize(
    ("line", "good"),
    [
        ("x = 1  # noqa: S311  # jitter, not a secret", True),
        ("x = 1  # noqa: S311 - jitter, not a secret", True),
        ("x = 1  # noqa: S311", False),
        ("x = [  # fmt: skip", False),
        ("x = 1  # nosec", False),
        ("x = 1  # type: ignore", False),
        ("x = 1  # type: ignore[misc]  # not typed", True),
        ("x = 1  # noqa  # no rule named", False),
    ],
)
def test_the_rule_on_suppressions_can_fail(line: str, good: bool) -> None:
    assert (unreasoned(line) is None) is good


def unreasoned(line: str) -> str | None:
    match = SUPPRESSION.search(line)
    if match is None:
        return None
    named = any(match[part] is not None for part in ("layout", "noqa", "type", "sec", "cover"))
    return None if named and match["why"] else line.strip()


def test_every_suppression_names_its_rule_and_its_reason() -> None:
    this = "tests/architecture/test_code.py"
    lines = [f"{m.name}: {line.strip()}" for m in modules(*ALL) if m.name != this for line in m.text.splitlines() if unreasoned(line)]
    assert found(lines) == ""


def test_log_lines_are_constant_words() -> None:
    """A name put into the event itself would pass by the closed list of fields."""
    shaped = [
        f"{m.name}:{call.lineno}"
        for m in modules(*PRODUCT)
        for call in calls(m.tree)
        if re.fullmatch(r"log\.(debug|info|warning|error|exception|critical)", dotted(call.func))
        and not (call.args and isinstance(call.args[0], ast.Constant))
    ]
    assert shaped == []


# Written in pieces, so that this file does not find itself.
FOREIGN = [
    re.compile(r"(?<![\w.-])/(?:wo" r"rk|ro" r"ot|ho" r"me)/\w"),
    re.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    re.compile("ef" r"k_[0-9a-f]{12}_[A-Za-z0-9_-]{20}"),
    re.compile("AK" r"IA[0-9A-Z]{16}"),
]
TEXT = (".py", ".md", ".html", ".txt", ".toml", ".css", ".yaml", ".yml", ".json", ".env", ".csv", ".sh", "Makefile")


def test_no_paths_of_a_machine_and_no_secrets_in_the_repository() -> None:
    lines = [
        f"{path.name}: {match[0]}"
        for ending in TEXT
        for path in files(".", ending=ending)
        for pattern in FOREIGN
        if (match := pattern.search(path.read_text(errors="replace")))
    ]
    assert found(lines) == ""


def test_nothing_at_run_time_reads_outside_the_repository() -> None:
    assert [m.name for m in modules(*PRODUCT, "examples", "deploy") if "../sha" + "red" in m.text] == []
