"""``make languages``: turn locale/*/LC_MESSAGES/django.po into .mo, and name every sentence that still lacks a translation.

Pure Python, so that nobody needs gettext's programs. The .mo files are committed: a start compiles nothing.
"""

import ast
import re
import struct
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("es", "de", "fr")
# Templates and modules whose words a person meets in four languages.
SPOKEN = (
    "templates/base.html",
    "templates/errors/*.html",
    "templates/consent/*.html",
    "templates/dsar/*.html",
    "templates/evidence/*.html",
    "templates/mail/*.txt",
    "consent/pages/*.py",
    "consent/rules/*.py",
    "consent/queries/*.py",
    "consent/actions/*.py",
    "dsar/pages/*.py",
    "dsar/rules/*.py",
    "dsar/queries/*.py",
    "dsar/actions/*.py",
)
Catalog = dict[str, tuple[str, ...]]
MAGIC, HEADER = 0x950412DE, 28
LINE = re.compile(r'(msgid_plural|msgid|msgstr)?(?:\[(\d)\])?\s*"(.*)"')
TRANSLATE = re.compile(r"""{%-?\s*translate\s+(?:"([^"]*)"|'([^']*)')|_\("([^"]*)"\)""")
BLOCK = re.compile(r"{%\s*blocktranslate([^%]*)%}(.*?)(?:{%\s*plural\s*%}(.*?))?{%\s*endblocktranslate\s*%}", re.S)
HOLE = re.compile(r"{{\s*(\w+)\s*}}")
GETTEXT = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext"}


def po(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def read(text: str) -> Catalog:
    """The entries of a .po file: the original (and its plural, after a NUL) -> one translation for each plural form."""
    found: Catalog = {}
    for entry in re.split(r"\n\s*\n", text):
        parts: dict[str, str] = {}
        key = ""
        for line in entry.splitlines():
            if match := LINE.fullmatch(line.strip()):
                key = f"{match[1]}{match[2] or ''}" if match[1] else key
                parts[key] = parts.get(key, "") + str(ast.literal_eval(f'"{match[3]}"'))
        if "msgid" in parts:
            original = "\0".join(parts[name] for name in ("msgid", "msgid_plural") if name in parts)
            if original in found:
                raise ValueError(f"twice in one file: {original!r}")
            found[original] = tuple(parts[name] for name in ("msgstr", "msgstr0", "msgstr1", "msgstr2") if name in parts)
    return found


def compiled(catalog: Mapping[str, tuple[str, ...]]) -> bytes:
    """The bytes of a GNU .mo file (little-endian, no hash table); entries without a translation are left out."""
    pairs = sorted((key.encode(), "\0".join(said).encode()) for key, said in catalog.items() if all(said))
    at = HEADER + 16 * len(pairs)
    tables: tuple[list[bytes], list[bytes]] = ([], [])
    body = b""
    for column, table in enumerate(tables):
        for pair in pairs:
            table.append(struct.pack("<II", len(pair[column]), at + len(body)))
            body += pair[column] + b"\0"
    head = struct.pack("<7I", MAGIC, 0, len(pairs), HEADER, HEADER + 8 * len(pairs), 0, 0)
    return head + b"".join(tables[0]) + b"".join(tables[1]) + body


def spoken() -> Iterator[Path]:
    for pattern in SPOKEN:
        yield from sorted(ROOT.glob(pattern))


def originals() -> dict[str, str]:
    """Every sentence that must be translated, as gettext looks it up -> the file that says it."""
    return {text: str(path.relative_to(ROOT)) for path in spoken() for text in said_in(path)}


def said_in(path: Path) -> Iterator[str]:
    source = path.read_text()
    yield from said_in_python(source) if path.suffix == ".py" else said_in_template(source)


def said_in_python(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in GETTEXT:
            words = [argument.value for argument in node.args if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]
            yield "\0".join(words)


def said_in_template(source: str) -> Iterator[str]:
    for options, one, many in BLOCK.findall(source):
        texts = [HOLE.sub(r"%(\1)s", text.replace("%", "%%")) for text in (one, many) if text]
        if "trimmed" in options.split():
            texts = [" ".join(line.strip() for line in text.strip().splitlines()) for text in texts]
        yield "\0".join(texts)
    for found in TRANSLATE.findall(BLOCK.sub("", source)):
        yield "".join(found)


def untranslated(language: str) -> list[str]:
    """The sentences that `language` lacks, each with the file that says it."""
    known = read(po(language).read_text())
    return [f"{path}: {text!r}" for text, path in originals().items() if not all(known.get(text, ("",)))]


def main() -> int:
    """Compile each language; gives back 1 when a sentence is missing somewhere."""
    lacking = 0
    for language in LANGUAGES:
        po(language).with_suffix(".mo").write_bytes(compiled(read(po(language).read_text())))
        for line in untranslated(language):
            print(f"{language}: {line}", file=sys.stderr)
            lacking += 1
    print(f"{len(LANGUAGES)} languages compiled; {lacking} sentences lack a translation.")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
