"""The demo's pages: plain HTML that works without scripts. Every value passes through `escape`."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from examples.scan_backend.problems import ProblemError
from examples.scan_backend.scans import Scan
from examples.scan_backend.web import Response

POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
STYLE = (Path(__file__).parent / "style.css").read_bytes()

REASONS = {
    "no_release": "This person has not signed a release for a face scan.",
    "refused": "This person said no to a face scan.",
    "withdrawn": "This person took the consent back.",
    "expired": "The release has run out.",
    "superseded": "The text has changed. This person has to read and sign the new one.",
    "erasure_pending": "This person asked to be deleted.",
    "unknown_subject": "Efface does not know this person. No release was signed.",
    "check_unavailable": "Efface could not be asked, or its answer was not clear. So the answer is no.",
}

FORMS = """
<p>This page plays a small company that scans faces. Before each scan it asks Efface if the person agreed.
The pictures are drawn by the computer. No real face is used.</p>
<section><h2>Scan a face</h2>
<form method="post" action="/demo/scans">
<label for="scan">Reference of the person</label>
<input id="scan" name="reference" value="{reference}" required maxlength="200" autocomplete="off">
<button>Scan</button></form></section>
<section><h2>Ask for a signing page</h2>
<form method="post" action="/demo/signing-links">
<label for="link">Reference of the person</label>
<input id="link" name="reference" value="{reference}" required maxlength="200" autocomplete="off">
<label for="email">E-mail address (you may leave this empty)</label>
<input id="email" name="email" type="email" maxlength="254" autocomplete="email">
<button>Get a signing page</button></form></section>
<section><h2>Show what is on the disk</h2>
<form method="get" action="/">
<label for="show">Reference of the person</label>
<input id="show" name="reference" value="{reference}" required maxlength="200" autocomplete="off">
<button>Show</button></form></section>
"""


def home(reference: str = "", files: list[dict[str, object]] | None = None) -> Response:
    """The three forms; below them, when `files` is given, what is on the disk for `reference`."""
    body = FORMS.format(reference=escape(reference))
    if files is not None:
        heads = ("Category", "State", "Bytes", "Where")
        rows = [(f["category"], f["state"], f["size"], f["path"]) for f in files]
        body += f"<h2>On the disk for {escape(reference)}</h2>"
        body += _table(heads, rows) if rows else "<p>Nothing is kept.</p>"
    return _page(200, "Demo face scan", body)


def scanned(status: int, scan: Scan) -> Response:
    if not scan.allowed:
        said = REASONS.get(scan.reason, f"Efface said no: {scan.reason}.")
        return _page(status, "The scan was not made", f"<p>{escape(said)}</p><p>Nothing was stored.</p>")
    if not scan.kept:
        body = f"<p>Efface did not register the files ({escape(scan.reason)}).</p><p>They were removed again.</p>"
        return _page(status, "The scan was not kept", body)
    rows = [
        (artifact.category, artifact.store, said.status, said.due_at or "not given", _plain(said.why))
        for artifact, said in zip(scan.artifacts, scan.answers, strict=True)
    ]
    body = "<p>What is not registered was removed again.</p>"
    return _page(
        status,
        "The scan was made",
        body + _table(("Category", "Store", "Answer", "Due", "Why"), rows),
    )


def signing(url: str) -> Response:
    body = f'<p>Send this person here to read and sign:</p><p><a href="{escape(url)}">Open the signing page</a></p>'
    return _page(201, "A signing page", body)


def problem(trouble: ProblemError) -> Response:
    return _page(trouble.status, "That did not work", f"<p>{escape(trouble.detail)}</p>")


def style() -> Response:
    return Response(200, STYLE, "text/css; charset=utf-8")


def _plain(why: object) -> str:
    """A reason as Efface gave it, text or nested, in one line a person can read."""
    if isinstance(why, dict):
        return "; ".join(f"{name}: {_plain(value)}" for name, value in why.items())
    if isinstance(why, list):
        return "; ".join(_plain(value) for value in why)
    return "" if why is None else str(why)


def _table(heads: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    lines = "".join("<tr>" + "".join(f"<td>{escape(str(value))}</td>" for value in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'


def _page(status: int, title: str, body: str) -> Response:
    back = "" if title == "Demo face scan" else '<p><a href="/">Back to the start</a></p>'
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/style.css"></head>'
        f"<body><main><h1>{escape(title)}</h1>{body}{back}</main></body></html>"
    )
    headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}
    return Response(status, text.encode(), "text/html; charset=utf-8", headers)
