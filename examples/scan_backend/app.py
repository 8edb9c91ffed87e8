"""From a request to an answer: guard, find, call; trouble becomes a problem."""

import logging
import sqlite3
from collections.abc import Callable

from examples.scan_backend import pages, product, protocol
from examples.scan_backend.backend import Backend
from examples.scan_backend.problems import ProblemError
from examples.scan_backend.web import Request, Response, Router, problem_response

log = logging.getLogger(__name__)


def application(backend: Backend) -> Callable[[Request], Response]:
    router = Router()
    for method, path, function in (*protocol.ROUTES, *product.ROUTES):
        router.add(method, path, function)

    def app(request: Request) -> Response:
        try:
            return _answer(backend, router, request)
        except ProblemError as problem:
            trouble = problem
        except (OSError, sqlite3.Error) as error:
            log.warning("a call waits: %s", error)
            trouble = ProblemError(503, "The files cannot be reached now. Try again.", Retry_After="2")
        return pages.problem(trouble) if request.is_form else problem_response(trouble)

    return app


def _answer(backend: Backend, router: Router, request: Request) -> Response:
    spoiled = None
    if request.path.startswith("/face-deletion/"):
        spoiled = protocol.guard(backend, request)
    elif request.method != "GET":
        product.guard(request)
    if spoiled is not None:
        return spoiled
    function, names = router.find(request)
    return function(backend, request, **names)
