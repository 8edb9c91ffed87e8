"""Look-ups of orders and their progress."""

from compliance.erasure.queries.certificate import certificate_content
from compliance.erasure.queries.progress import CategoryProgress, Progress, Step, progress

__all__ = ["CategoryProgress", "Progress", "Step", "certificate_content", "progress"]
