"""A table for print, and its files: HTML, CSV and LaTeX.

LaTeX is the manuscript format, because great_tables writes and escapes it; no kept library
writes RTF from the same table. Labels come from data, so in no file do they become markup, and
in the CSV no cell is one that a spreadsheet would run.
"""

import csv
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import great_tables
import pandas as pd

RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")
LATEX_NEEDS = "% \\usepackage{booktabs,caption}; compile with XeLaTeX or LuaLaTeX (UTF-8 text)\n"
LOOK: dict[str, Any] = {
    "table_font_names": ["DejaVu Sans", "Verdana", "sans-serif"],
    "table_font_size": "13px",
    "table_font_color": "#222222",
    "table_background_color": "#FFFFFF",
    "heading_align": "left",
    "heading_title_font_size": "15px",
    "heading_title_font_weight": "bold",
    "heading_subtitle_font_size": "13px",
    "row_group_font_weight": "bold",
    "column_labels_font_weight": "bold",
    "data_row_padding": "3px",
    "row_group_padding": "4px",
    "stub_border_style": "none",
    "table_body_hlines_style": "none",
    "source_notes_font_size": "12px",
    "source_notes_padding": "2px",
}


@dataclass(frozen=True)
class Row:
    """One line: the group it stands in, its label, and a text for each column."""

    group: str
    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table as it will be printed.

    Attributes
    ----------
    title, stub : str
        The heading, and the heading of the column of labels.
    columns : tuple of str
        Headings of the other columns.
    rows : tuple of Row
        Rows of one group stand together; a table without groups has empty ones.
    notes : tuple of str
        Footnote, one sentence or more each.
    label : str
        Provenance that stands under the title and in every row of the CSV.
    """

    title: str
    stub: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = field(default=())
    label: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                raise ValueError(f"{row} needs one cell for each of {self.columns}")

    @property
    def grouped(self) -> bool:
        """Whether rows stand in groups."""
        return any(row.group for row in self.rows)

    @property
    def frame(self) -> pd.DataFrame:
        """The cells as text, one row each, with ``group`` where there are groups."""
        body = [(row.group, row.label, *row.cells) for row in self.rows]
        frame = pd.DataFrame(body, columns=["group", self.stub, *self.columns])
        return frame if self.grouped else frame.drop(columns="group")

    def gt(self, name: str = "table") -> Any:
        """Return the table as great_tables' ``GT``, its element ids all starting with ``name``."""
        keys = [f"column{i}" for i in range(len(self.columns))]
        body = [(row.group, row.label, *row.cells) for row in self.rows]
        frame = pd.DataFrame(body, columns=["group", "stub", *keys], dtype=object)
        table = great_tables.GT(
            frame if self.grouped else frame.drop(columns="group"),
            rowname_col="stub",
            groupname_col="group" if self.grouped else None,
            id=name,
        )
        table = table.tab_header(self.title, self.label or None).tab_stubhead(self.stub)
        table = table.cols_label(dict(zip(keys, self.columns, strict=True)))
        for note in self.notes:
            table = table.tab_source_note(note)
        return table.cols_align("left", keys).tab_options(**LOOK)

    def csv(self) -> str:
        """The cells as CSV; the label is repeated in each row, so that no copied row loses it."""
        frame = self.frame.assign(source=self.label) if self.label else self.frame
        lines = StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(map(inert, frame.columns))
        writer.writerows(map(inert, row) for row in frame.itertuples(index=False))
        return lines.getvalue()

    def _repr_html_(self) -> str:
        return self.gt().as_raw_html()


def inert(cell: str) -> str:
    """Quote a cell that a spreadsheet would take for a formula; a number stays a number.

    Examples
    --------
    >>> inert("=cmd()"), inert("-1.5")
    ("'=cmd()", '-1.5')
    """
    if not cell.startswith(RUN_BY_SPREADSHEETS):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def save(table: Table, directory: Path, name: str) -> None:
    """Write ``name.html`` (a fragment with its style), ``name.csv`` and ``name.tex``.

    The same table gives the same bytes.
    """
    directory.mkdir(parents=True, exist_ok=True)
    gt = table.gt(name)
    texts = {
        "html": gt.as_raw_html() + "\n",
        "csv": table.csv(),
        "tex": LATEX_NEEDS + gt.as_latex().strip() + "\n",
    }
    for suffix, text in texts.items():
        (directory / f"{name}.{suffix}").write_text(text, encoding="utf-8", newline="\n")
