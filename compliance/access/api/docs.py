"""The API's documentation page: Swagger UI from local files.

With `?script` the same address gives the script that starts it: a strict policy allows no script inside the page.
"""

from csp.constants import SELF
from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularSwaggerSplitView


# Its stylesheet holds small pictures as data: addresses; nothing else is relaxed.
@method_decorator(csp_update({"img-src": [SELF, "data:"]}), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    url_name = "access:openapi"
    template_name = "access/docs.html"
