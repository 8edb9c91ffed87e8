"""The API's documentation page: Swagger UI from local files."""

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularSwaggerSplitView


# Its stylesheet holds small pictures as data: addresses; nothing else is relaxed.
@method_decorator(csp_update({"img-src": [SELF, "data:"]}), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):  # type: ignore[misc]  # drf-spectacular's views are not typed
    url_name = "access:openapi"
    template_name = "access/docs.html"

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """The page, or with `?script` the script that starts it: a strict policy allows no script inside the page."""
        return super().get(request, *args, **kwargs)
