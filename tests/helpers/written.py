"""A ledger made in memory, and rows of any table, written as files."""

import csv
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


def write_rows(path, rows):
    """Write rows as plain CSV, with every column that one of them has."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(k for r in rows for k in r)))
        writer.writeheader()
        writer.writerows(rows)


def cell(value):
    """Text of a cell."""
    return value.text if isinstance(value, Expression) else value
