"""What can be asked about consent."""

from consent.queries.check import standing
from consent.queries.links import Page, active_releases, find_link, holds, is_open, page_of
from consent.queries.notices import NotPublished, current_notice, training_offered

__all__ = [
    "NotPublished",
    "Page",
    "active_releases",
    "current_notice",
    "find_link",
    "holds",
    "is_open",
    "page_of",
    "standing",
    "training_offered",
]
