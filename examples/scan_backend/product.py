"""The company's own product: scan a face, ask for a signing page, show what is kept.

Every call takes JSON and answers JSON, or takes a form and answers a page.
"""

from examples.scan_backend import exports, inventory, pages, scans
from examples.scan_backend.backend import Backend
from examples.scan_backend.checks import checked, optional_text, text
from examples.scan_backend.client import UnavailableError
from examples.scan_backend.clock import now
from examples.scan_backend.problems import ProblemError
from examples.scan_backend.web import Request, Response, answer


def guard(request: Request) -> None:
    """Another site's page must not press our buttons in a visitor's browser."""
    origin = request.headers.get("origin")
    if origin is not None and origin != f"http://{request.headers.get('host', '')}":
        raise ProblemError(403, "This call came from another site.")


def home(backend: Backend, request: Request) -> Response:
    reference = request.query.get("reference", "").strip()
    if not reference:
        return pages.home()
    return pages.home(reference, inventory.on_disk(backend, checked(reference, "reference")))


def style(_backend: Backend, _request: Request) -> Response:
    return pages.style()


def health(_backend: Backend, _request: Request) -> Response:
    return answer(200, {"status": "ok"})


def scan(backend: Backend, request: Request) -> Response:
    """201 kept, 403 denied, 502 allowed but not registered and so not kept."""
    result = scans.run(backend, text(request.values(), "reference"), now())
    status = 201 if result.kept else 502 if result.allowed else 403
    return pages.scanned(status, result) if request.is_form else answer(status, _told(result))


def _told(result: scans.Scan) -> dict[str, object]:
    if not result.allowed:
        return {"allowed": False, "reason": result.reason}
    pairs = zip(result.artifacts, result.answers, strict=True)
    return {
        "allowed": True,
        "kept": result.kept,
        "reason": result.reason,
        "scan": result.id,
        "artifacts": [
            {
                "id": artifact.id,
                "category": artifact.category,
                "store": artifact.store,
                "derived_from": artifact.derived_from,
                "size": artifact.size,
                "status": said.status,
                "due_at": said.due_at,
                "why": said.why,
            }
            for artifact, said in pairs
        ],
    }


def signing_link(backend: Backend, request: Request) -> Response:
    body = request.values()
    try:
        url = backend.efface.signing_link(text(body, "reference"), optional_text(body, "email", limit=254))
    except UnavailableError as trouble:
        raise ProblemError(502, f"Efface gave no signing page: {trouble}.") from trouble
    return pages.signing(url) if request.is_form else answer(201, {"url": url})


def files(backend: Backend, request: Request) -> Response:
    subject = request.query.get("subject")
    if subject is not None:
        checked(subject, "subject")
    return answer(200, {"files": inventory.on_disk(backend, subject)})


def switch_faults(backend: Backend, request: Request) -> Response:
    backend.faults.switch(text(request.values(), "mode"))
    return answer(200, {"mode": backend.faults.mode})


def download(backend: Backend, _request: Request, token: str) -> Response:
    data = exports.content(backend, checked(token, "token"), now())
    return Response(200, data, "application/zip", {"Content-Disposition": 'attachment; filename="copy.zip"'})


ROUTES = (
    ("GET", "/", home),
    ("GET", "/style.css", style),
    ("GET", "/healthz", health),
    ("POST", "/demo/scans", scan),
    ("POST", "/demo/signing-links", signing_link),
    ("GET", "/demo/files", files),
    ("POST", "/demo/faults", switch_faults),
    ("GET", "/demo/exports/{token}", download),
)
