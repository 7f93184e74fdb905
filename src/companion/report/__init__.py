"""The reading room: one page that says of every printed number where it comes from."""

from companion.report.page import write

__all__ = ["write"]
