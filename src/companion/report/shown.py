"""Which measures a table or figure shows, and links from a table's numbers to their claims.

A cell is known by its row and column: the article's own tables name the rows, and the ledger the
measures. A number is linked only where it is the printed form of that measure's result.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from html import unescape

from markupsafe import Markup

from companion.report.markup import slug
from numbercheck.ledger.records import Ledger
from numbercheck.statistics.rounding import Printed

ROWS = {  # rows that no table of the article in hand names
    "Complete remission": "cr_4w",
    "MRD-negative remission": "mrd_negative_4w",
    "Median (range)": "age",
    "> 30 × 10⁹/L": "wbc_gt30",
    "Poor risk": "poor_risk",
    "Study sites": "sites",
}
RELAPSES = ("relapse", "relapse_cns", "relapse_hematologic", "relapse_mrd")
RESPONSES = ("enrolled", "crc_2w", "cr_2w", "cri_2w", "extended")
GROUPS = ("wbc", "risk", "blasts", "age", "sex")
DISPLAYS = {  # what figures show, and tables in cells that are no measure's
    "figure-1a-swimmer": (*RESPONSES, "transplant", *RELAPSES, "deaths", "follow_up"),
    "figure-1b-overall-survival": ("os_12m", "deaths"),
    "figure-1c-progression-free-survival": ("pfs_12m", *RELAPSES, "deaths"),
    "figure-s1-regimen": (
        *("idarubicin_dose", "idarubicin_day", "vindesine_dose", "vindesine_cap", "vindesine_day"),
        *("dexamethasone_dose", "dexamethasone_days", "blinatumomab_step1_dose"),
        *("blinatumomab_step1_days", "blinatumomab_step2_dose", "blinatumomab_step2_days"),
        *("response_day", "extension_dose", "extension_weeks", "rdc_days", "blinatumomab_weeks"),
    ),
    "figure-s2-flow": (
        *(*RESPONSES, "marrow_after_rdc", "cr_4w", "transplant", "relapse", "deaths"),
    ),
    "figure-s3-subgroups": (
        *("crc_2w", "mrd_negative_2w", "wbc_gt30", "poor_risk", "blasts_ge5", "blasts_lt5"),
        *(f"{outcome}_by_{group}" for outcome in ("crc", "mrd") for group in GROUPS),
    ),
    "figure-trials-remission": ("crc_2w", "conventional_cr"),
    "figure-trials": ("infections_g34", "neutropenia_g34", "mdacc_infections"),
    "table-trials": ("infections_g34", "neutropenia_g34", "mdacc_infections"),
    "table-comparisons": (
        *("early_deaths_v_intensive", "early_deaths", "intensive_mortality"),
        *("infections_v_mdacc", "infections_g34", "mdacc_infections"),
    ),
}
ORDER = {  # statistics in the order in which a cell has them
    "count": ("n", "percent", "conf_low", "conf_high"),
    "quantity": ("median", "min", "max"),
    "design": ("value",),
}
HEADING = re.compile(r'<th [^>]*scope="col"[^>]*>(.*?)</th>', re.DOTALL)
ROW = re.compile(r'(<th [^>]*scope="row"[^>]*>)(.*?)(</th>)(.*?</tr>)', re.DOTALL)
CELL = re.compile(r"(<td[^>]*>)([^<]*)(</td>)")
NUMBER = re.compile(r"\d+(?:\.\d+)?%?")

Values = Mapping[tuple[str, str], float]


class Linker:
    """Finds the measure of a table's cell, and links the cell's numbers.

    Parameters
    ----------
    ledger : Ledger
        Its claims are what is linked to.
    values : mapping of (str, str) to float
        Results by measure and statistic; a number without a claim is linked to its result.
    """

    def __init__(self, ledger: Ledger, values: Values) -> None:
        self.ledger, self.values = ledger, values
        self._labels = {m.label.casefold(): m.measure for m in ledger.measures.values()}
        self._rows = _rows(ledger)

    def listed(self, display: str) -> tuple[str, ...]:
        """Measures that a display shows other than in cells of their own."""
        return tuple(m for m in DISPLAYS.get(display, ()) if m in self.ledger.measures)

    def link(self, table: Markup) -> tuple[Markup, tuple[str, ...]]:
        """Link each number of a table that is a measure's; return these measures, too."""
        columns = [unescape(text).strip() for text in HEADING.findall(table)][1:]
        found: dict[str, None] = {}

        def row(parts: re.Match[str]) -> str:
            cells = iter(columns)
            name = unescape(parts[2]).strip()

            def cell(part: re.Match[str]) -> str:
                measure = self.measure(name, next(cells, ""))
                text = self._linked(measure, part[2]) if measure else part[2]
                if text != part[2]:
                    found[measure] = None
                return part[1] + text + part[3]

            return parts[1] + parts[2] + parts[3] + CELL.sub(cell, parts[4])

        return Markup(ROW.sub(row, table)), tuple(found)  # noqa: S704 - slugs in clean HTML

    def measure(self, row: str, column: str) -> str:
        """Return the measure of a cell; empty where it is not known."""
        own = self._labels.get(f"{row}, {column}".casefold())
        if own or column == "Any grade":
            return own or self._labels.get(row.casefold(), "")
        named = self._rows.get(row) or self._rows.get(row.partition(" (")[0]) or set()
        return next(iter(named)) if len(named) == 1 else ""

    def _linked(self, measure: str, text: str) -> str:
        statistics = iter(ORDER.get(self.ledger.measures[measure].kind, ()))

        def link(number: re.Match[str]) -> str:
            aim = self._aim(measure, next(statistics, ""), number[0])
            return f'<a href="#{aim}">{number[0]}</a>' if aim else number[0]

        return NUMBER.sub(link, text)

    def _aim(self, measure: str, statistic: str, text: str) -> str:
        value = self.values.get((measure, statistic))
        claims = self.ledger.find(measure, statistic)
        if value is None:  # shown as the article has it
            claims = [c for c in claims if c.printed == text]
        elif not Printed(text).admits(value):
            return ""
        if claims:
            first = min(claims, key=lambda c: not c.part.startswith("Table"))
            return f"claim-{slug(first.claim)}"
        return "" if value is None else f"result-{slug(measure)}-{slug(statistic)}"


def _rows(ledger: Ledger) -> dict[str, set[str]]:
    """Measures by the name of their row."""
    rows: defaultdict[str, set[str]] = defaultdict(set)
    for name, measure in ROWS.items():
        if measure in ledger.measures:
            rows[name].add(measure)
    for name, measure in _tabulated(ledger):
        rows[name].add(measure)
    return rows


def _tabulated(ledger: Ledger) -> Iterator[tuple[str, str]]:
    for claim in ledger.claims.values():
        if claim.part.startswith("Table"):
            yield claim.locus.partition(" · ")[2], claim.measure
