"""The report of a check: one page for a person who would rather look than read, open offline from a file."""

from truckban.report.page import write_report

__all__ = ["write_report"]
