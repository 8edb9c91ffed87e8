"""The WSGI entry: `granian --interface wsgi compliance.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
_application = get_wsgi_application()

from compliance.retention.gate import Gate  # noqa: E402  # after the apps are loaded

application = Gate(_application)
