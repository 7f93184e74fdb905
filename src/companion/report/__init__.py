"""The report: one page that says of every printed number where it comes from."""
