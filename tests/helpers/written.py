"""A ledger made in memory, written as its files."""

from dataclasses import fields

from numbercheck.ledger.expressions import Expression
from numbercheck.tables import write_table

TABLES = ("measures", "claims", "families", "variables", "relations", "assumptions")


def write_ledger(ledger, folder):
    """Write each table that has rows; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        records = list(getattr(ledger, name).values())
        if records:
            columns = [field.name for field in fields(records[0])]
            rows = [[cell(getattr(record, column)) for column in columns] for record in records]
            write_table(columns, rows, folder / f"{name}.csv")
    return folder


def cell(value):
    """Text of a cell."""
    return value.text if isinstance(value, Expression) else value
