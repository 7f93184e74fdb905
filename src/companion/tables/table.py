"""A table as it is printed, and its files: HTML, CSV and LaTeX.

In the HTML each number of a result names its measure and statistic; CSV and LaTeX have the text
alone. LaTeX is the manuscript format, because great_tables writes and escapes it. Labels come
from data: in no file do they become markup, and a spreadsheet runs no cell of the CSV.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import great_tables
import pandas as pd

from companion.captions import Text, n_percent, numbers
from companion.results import Results

SHARE = re.compile(r"(?:(\d+) \()?(\d+(?:\.\d+)?)%")
ANY_NAME = "\ua66e"  # a letter that no table has, since great_tables refuses other signs
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
    """One line: its group, its label, and a text for each column."""

    group: str
    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class DisplayTable:
    """A table as it is printed; any of its texts may hold numbers of results.

    Attributes
    ----------
    title, stub : str
        The heading, and the heading of the column of labels.
    columns : tuple of str
        Headings of the other columns.
    rows : tuple of Row
        Rows of one group are adjacent; a table without groups has empty ones.
    notes : tuple of str
        Footnote, one sentence or more each.
    label : str
        Provenance, under the title and in every row of the CSV.
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
        """Whether rows are in groups."""
        return any(row.group for row in self.rows)

    def frame(self, *columns: str) -> pd.DataFrame:
        """The cells as text, one row each, with ``group`` where there are groups."""
        body = [(row.group, row.label, *row.cells) for row in self.rows]
        frame = pd.DataFrame(body, columns=["group", *columns], dtype=object)
        return frame if self.grouped else frame.drop(columns="group")

    def gt(self, name: str = "table") -> Any:
        """Return the table as great_tables' ``GT``, its element ids all starting with ``name``."""
        keys = [f"column{i}" for i in range(len(self.columns))]
        table = great_tables.GT(
            self.frame("stub", *keys),
            rowname_col="stub",
            groupname_col="group" if self.grouped else None,
            id=name,
        )
        table = table.tab_header(self.title, self.label or None).tab_stubhead(_named(self.stub))
        table = table.cols_label(dict(zip(keys, map(_named, self.columns), strict=True)))
        for note in self.notes:
            table = table.tab_source_note(_named(note))
        return table.cols_align("left", keys).tab_options(**LOOK)

    def html(self, name: str = "table") -> str:
        """The table as HTML, each number of a result with its measure and statistic."""
        return self._unnamed.replace(ANY_NAME, name)

    @cached_property
    def _unnamed(self) -> str:
        """The HTML, made once: a file and a notebook show it under two names."""
        columns = [f"column{i}" for i in range(len(self.columns))]
        named = ["stub", *columns, *(["group"] if self.grouped else [])]
        return self.gt(ANY_NAME).fmt(_html, named).as_raw_html()

    def csv(self) -> str:
        """The cells as CSV, with the label in every row so that a copied row keeps it.

        Counts and percentages stand in columns of their own, too, as numbers.
        """
        frame = self.frame(self.stub, *self.columns)
        for column in self.columns:
            shares = [count_and_percent(cell) for cell in frame[column]]
            if any(n and percent for n, percent in shares):
                at, name = frame.columns.get_loc(column) + 1, column.partition("n (%)")[0]
                start = f"{name}, " if name else ""
                frame.insert(at, f"{start}n", [n for n, _ in shares])
                frame.insert(at + 1, f"{start}%", [percent for _, percent in shares])
        frame = frame.assign(source=self.label) if self.label else frame
        return frame.rename(columns=inert).map(inert).to_csv(index=False, lineterminator="\n")

    def _repr_html_(self) -> str:
        return self.html()


def share(results: Results, measure: str) -> Text | None:
    """Count and percentage of a measure; None where the results lack it."""
    n, total = results.get(measure, "n"), results.get(measure, "N")
    return n_percent(n, total, measure) if total == total else None


def count_and_percent(cell: str) -> tuple[str, str]:
    """Count and percentage that a cell begins with; each empty where it has none.

    Examples
    --------
    >>> count_and_percent("16 (46%) [printed: 45%]"), count_and_percent("0")
    (('16', '46'), ('0', '0'))
    >>> count_and_percent("36.5%")
    ('', '36.5')
    """
    if cell == "0":
        return "0", "0"
    found = SHARE.match(cell)
    return (found[1] or "", found[2]) if found else ("", "")


def _html(text: str) -> str:
    return getattr(text, "html", escape(text))


def _named(text: str) -> Any:
    """Text for a heading or a note, as HTML where it has numbers of results."""
    return great_tables.html(_html(text)) if any(numbers(text)) else text


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


def write_table(table: DisplayTable, directory: Path, name: str) -> None:
    """Write ``name.html`` (a fragment with its style), ``name.csv`` and ``name.tex``.

    The same table gives the same bytes.
    """
    directory.mkdir(parents=True, exist_ok=True)
    texts = {
        "html": table.html(name) + "\n",
        "csv": table.csv(),
        "tex": LATEX_NEEDS + table.gt(name).as_latex().strip() + "\n",
    }
    for suffix, text in texts.items():
        (directory / f"{name}.{suffix}").write_text(text, encoding="utf-8", newline="\n")
