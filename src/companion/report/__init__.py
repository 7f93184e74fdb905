"""The report: one page that says of every printed number where it comes from."""

from companion.report.page import write_report

__all__ = ["write_report"]
