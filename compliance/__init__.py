"""Efface: biometric consent, destruction and proof."""

from compliance.celery import app as celery_app

__all__ = ["celery_app"]
