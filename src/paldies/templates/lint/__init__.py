"""Finds what would embarrass the shop, before any customer sees it: one kind of problem a file."""

from paldies.templates.lint.inspection import Report, check

__all__ = ["Report", "check"]
