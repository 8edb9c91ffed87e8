"""Look at a PDF that a stranger made, in a process of its own: the file on standard input, one word on standard output.

Started by `papers.py` as a plain script: it knows no settings, no database and no key, writes no file, and ends itself at its
limits. It never draws, runs or decodes what the file shows. The word is `ok`, or what of it is refused.
"""

import resource
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

CPU_SECONDS = 5
MEMORY_BYTES = 512 * 1024 * 1024
# More objects than a scanned paper ever has; walking them must end.
MOST_OBJECTS = 50_000
# What a viewer would do, play or fetch by itself (ISO 32000-2, 12.6.4, 12.5.6, 7.11.4).
ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/GoToR",
    "/GoToE",
    "/Rendition",
    "/Movie",
    "/Sound",
    "/RichMediaExecute",
    "/Thread",
}
ANNOTATIONS = {"/RichMedia", "/Movie", "/Sound", "/Screen", "/FileAttachment", "/3D"}
KEYS = {
    "/JS": "script",
    "/JavaScript": "script",
    "/AA": "action",
    "/XFA": "form",
    "/EmbeddedFiles": "file",
    "/EmbeddedFile": "file",
    "/EF": "file",
    "/RichMediaContent": "media",
    "/RichMediaSettings": "media",
    "/Collection": "file",
}


def limit() -> None:
    """Cap processor time and memory, and leave no core file that would hold the paper."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def look(content: bytes) -> str:
    """`ok`, or the first thing that is refused: encrypted, script, action, form, file, media, many, broken, empty."""
    import pikepdf

    try:
        with pikepdf.open(BytesIO(content), attempt_recovery=False, suppress_warnings=True) as document:
            if document.is_encrypted:
                return "encrypted"
            if len(document.objects) > MOST_OBJECTS:
                return "many"
            found = next(refused(document), None)
            return found or ("ok" if len(document.pages) else "empty")
    except pikepdf.PasswordError:
        return "encrypted"
    except pikepdf.PdfError:
        return "broken"


def refused(document: Any) -> Iterator[str]:
    """Every part of the file that does something, in every object of it: a part that no page leads to counts as well."""
    for thing in document.objects:
        yield from in_object(thing)


def in_object(whole: Any) -> Iterator[str]:
    import pikepdf

    waiting = [whole]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, pikepdf.Array):
            waiting += [inner for inner in thing if not inner_reference(inner)]
        elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            yield from in_dictionary(thing)
            waiting += [inner for inner in thing.values() if not inner_reference(inner)]


def inner_reference(thing: Any) -> bool:
    """Numbers and texts hold nothing, and an object with a number of its own is looked at by itself."""
    return getattr(thing, "is_indirect", True)


def in_dictionary(thing: Any) -> Iterator[str]:
    names = set(thing.keys())
    yield from (KEYS[name] for name in sorted(names & KEYS.keys()))
    if str(thing.get("/S", "")) in ACTIONS:
        yield "action"
    if str(thing.get("/Subtype", "")) in ANNOTATIONS or str(thing.get("/Type", "")) == "/EmbeddedFile":
        yield "media"
    if "/OpenAction" in names and opens_more_than_a_page(thing["/OpenAction"]):
        yield "action"


def opens_more_than_a_page(target: Any) -> bool:
    """A place in the file is an array, or an action that goes there; every other action at the opening is refused."""
    import pikepdf

    return isinstance(target, pikepdf.Dictionary) and str(target.get("/S", "")) != "/GoTo"


if __name__ == "__main__":
    limit()
    sys.stdout.write(look(sys.stdin.buffer.read()))
