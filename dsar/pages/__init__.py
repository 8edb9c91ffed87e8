"""The public pages: ask, confirm, follow."""
