"""Formulas with their sources; they know no file."""
