"""Fails at the start, with the remedy, where the libraries that draw documents are missing: else it would fail at the first one."""

from importlib import import_module
from typing import Any

from django.core.checks import CheckMessage, Error

REMEDY = "sudo apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


def renderer_works(**_options: Any) -> list[CheckMessage]:
    """Import WeasyPrint, which loads Pango."""
    try:
        import_module("weasyprint")
    except (OSError, ImportError, NameError) as error:
        return [Error(f"Documents cannot be rendered: WeasyPrint does not load ({type(error).__name__}).", hint=REMEDY, id="evidence.E001")]
    return []
