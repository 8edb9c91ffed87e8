"""The source of the product, parsed once for all rules."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("compliance", "consent", "dsar")
ALL = (*PRODUCT, "examples", "deploy", "tests", "bench")
LEFT_OUT = {".venv", "var", "__pycache__", "node_modules"}


@dataclass(frozen=True)
class Module:
    name: str
    text: str
    tree: ast.Module


def files(*folders: str, ending: str = ".py") -> Iterator[Path]:
    """Every file below these folders of the repository, in a stable order."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob(f"*{ending}")):
            inside = path.relative_to(ROOT)
            if path.is_file() and not LEFT_OUT & set(inside.parts) and not any(part.startswith(".") for part in inside.parts):
                yield path


@lru_cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every Python module below these folders except migrations, which Django writes."""
    found = [path for path in files(*folders) if "migrations" not in path.parts]
    return tuple(Module(str(path.relative_to(ROOT)), path.read_text(), ast.parse(path.read_text())) for path in found)


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def dotted(node: ast.AST) -> str:
    """`a.b().c` as `a.b.c`; what is not a name ends the chain."""
    if isinstance(node, ast.Call):
        return dotted(node.func)
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""
