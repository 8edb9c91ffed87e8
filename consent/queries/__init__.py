"""What can be asked about consent."""

from consent.queries.check import standing, standings, standings_of_subjects
from consent.queries.links import Page, active_releases, find_link, holds, is_open, page_of
from consent.queries.notices import NotPublished, current_notice, offered

__all__ = [
    "NotPublished",
    "Page",
    "active_releases",
    "current_notice",
    "find_link",
    "holds",
    "is_open",
    "offered",
    "page_of",
    "standing",
    "standings",
    "standings_of_subjects",
]
