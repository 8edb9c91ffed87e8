"""Reads: what a page, a mail or the API needs, as frozen dataclasses."""
