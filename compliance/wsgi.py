"""The WSGI entry: `granian --interface wsgi compliance.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
_application = get_wsgi_application()

# Only now: the apps must be loaded first.
from compliance.retention.gate import Gate  # noqa: E402

application = Gate(_application)
