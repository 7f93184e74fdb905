"""Read a table: its arms, its sections, and each cell with its row's and column's labels."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from numbercheck.draft.arms import Arms, Named, in_control
from numbercheck.draft.article import PrintedTable
from numbercheck.draft.cells import (
    IS_P,
    NEAR,
    NUMBER,
    SIZE,
    Setting,
    is_count_of,
    is_of_fewer,
    parses,
    read_cell,
    says_percent,
)
from numbercheck.draft.comparing import CRUDE, WITHIN, is_another
from numbercheck.draft.findings import COLUMN, ROW, Finding, Number, add_note
from numbercheck.draft.labels import trimmed
from numbercheck.draft.naming import are_near, number
from numbercheck.draft.numerals import numerals, set_aside
from numbercheck.draft.patterns import EFFECTS
from numbercheck.draft.shares import is_share

CAPTION, NOTES = -2 * ROW, -ROW  # what stands above the rows
INDENT = "\u2003"
NO_PERCENT = (
    rf"[,;:]?\s*[—–-]?\s*(\b{NUMBER}\s*(\.|/[A-Za-z. ]+)?\s*\(\s*%\s*([,;][^()]*)?\)|%\s*\(\s*{NUMBER}\s*\)|"
    rf"\(\s*{NUMBER}\s*[,;/]\s*%\s*\))"
)
SHARE = r"\(\s*\d+(?:[.·]\d+)?\s*%?\s*\)"  # of all, behind a size
CENTER = r"[,;:]?\s*[—–-]?\s*\(?\b([Mm]edian|[Mm]ean)\b[\s(,±]*(\(?(IQR|SD|range|interquartile range|\d\d\s*% ?CI)\)?)?\)?"
STATISTIC_ONLY = re.compile(
    r"\W*((median|mean|range|iqr|interquartile range|sd|min(imum)?|max(imum)?|q1|q3|±)[\s,/;()–—±-]*|"
    r"no\.?|n|%|years?|yr|\(|\)|[–-])+\W*",
    re.IGNORECASE,
)
UNIT_ONLY = re.compile(r"\W*(years?|months?|weeks?|days?|hours?)?\W*", re.IGNORECASE)
GENERIC = re.compile(
    r"\W*(\d[\d\W]*(or \w+)?|[≤≥<>].*|yes|no|other|others|unknown|missing|none|low|high|intermediate|"
    r"positive|negative|normal|abnormal|male|female|men|women|total|any|present|absent|left|right|mild|"
    r"moderate|severe|i{1,3}|iv|v|one|two|three|four|five)\W*",
    re.IGNORECASE,
)
NO = re.compile(r"\W*no(\W*|\s*\(\s*%\s*\)\W*)", re.IGNORECASE)  # a level; `No. (%)` is a number
OF_TWO = re.compile(
    r"\W*(yes|no|(fe)?males?|(wo)?m[ae]n|boys?|girls?|positive|negative|present|absent|left|right)"
    r"\W*(n\W*)?$",
    re.IGNORECASE,
)
PLAIN_HEADING = re.compile(
    r"\W*((n|no|number|of|patients|participants|%|value|total|all|overall|percent|count|outcome|"
    r"result|any|grades?|event|events)\b\W*|%\W*)*",
    re.IGNORECASE,
)
NUMBER_OF = re.compile(
    r"\W*((no\.?|numbers?)( of (patients|participants|subjects|women|men|children|infants))?|n|"
    r"patients|participants)\W*((no\.?|n)\W*)?",
    re.IGNORECASE,
)
LIMITS_ONLY = re.compile(
    r"\W*(9\d\s*%\s*)?(CI|[Cc]onfidence ([Ii]nterval|[Ll]imits))\W*(9\d\s*%)?\W*"
)
OF_KNOWN = re.compile(r"#|[Nn]\.?")  # how many have a value, beside the columns of arms
NO_ARM = re.compile(r"\W*(total|all|overall|whole|both)\b|.*\b(vs|versus)\b", re.IGNORECASE)
MISSING = re.compile(
    r"missing|unknown|\b(un)?available|not (all|every|reported|recorded|known|answered|assessed)|"
    r"did not (answer|respond|report)|no data",
    re.IGNORECASE,
)
COMPARED = ("count", "quantity")
Cell = tuple[int, int]


@dataclass(frozen=True)
class Column:
    """A column of values: its heading, and the size and arm that stand there, if any."""

    heading: str = ""
    size: str = ""
    arm: str = ""
    own: str = ""  # the part of the heading that names the arm

    @property
    def rest(self) -> str:
        """Heading without arm and size, where it says more than which statistic stands below."""
        rest = self.heading.partition(self.own)[2] if self.arm else self.heading
        rest = re.sub(rf"{NO_PERCENT}|{SHARE}", "", SIZE.sub(" ", rest))
        says_form = IS_P.search(rest) or any(re.search(p, rest) for p in EFFECTS.values())
        return "" if says_form or PLAIN_HEADING.fullmatch(rest) else rest.strip(" ,;:")


class TableReader:
    """The findings of one table, and why numerals of its cells are set aside."""

    def __init__(self, table: PrintedTable, arms: Arms) -> None:
        self.table = table
        self.findings: list[Finding] = []
        self.aside: dict[Cell, dict[int, str]] = {}
        self.headings: dict[Cell, str] = {}
        self.columns = _columns(table)
        if not any(c.arm for c in self.columns):
            named = [_named_column(table, c, arms) for c in range(len(self.columns))]
            self.columns = named if len({c.arm for c in named} - {""}) > 1 else self.columns
        self.arms = list(dict.fromkeys(c.arm for c in self.columns if c.arm))
        self.indents = any(row[0].startswith(INDENT) for row in table.rows[table.heads :])
        self.stub, self.section = "", Column()
        self.of_fewer: set[int] = set()  # columns with cells that may be of fewer patients
        self.above = ""  # size in the last heading that has one
        self.first: dict[str, int] = {}  # label: the row where it stands first
        self.under: dict[int, str] = {}  # row: the heading above it
        self.has_percents = any(
            says_percent(row[0]) and "".join(row[1:]).isdecimal() for row in table.rows
        )
        says_yes = any(re.match(r"\W*yes\b", row[0], re.IGNORECASE) for row in table.rows)
        self.levels = {
            row[0].strip()
            for row in table.rows
            if NO.fullmatch(row[0]) and "." not in row[0] and (says_yes or "%" not in row[0])
        }
        labels = {row[0].strip() for row in table.rows}
        self.levels |= labels & {"SD"} if labels & {"CR", "PR", "PD"} else set()  # stable disease
        self.size = ""
        if (found := SIZE.search(table.caption)) and not self.arms:
            self.size = found[1]
            number = Number("n", found[1], CAPTION + found.start(1))
            self.findings.append(Finding("population", "Patients", [number]))
        for r in range(table.heads):
            self._heads(r)
        for r in range(table.heads, len(table.rows)):
            self._row(r, table.rows[r])
        self.findings = self._joined()
        for finding in self.findings:
            if finding.is_near and finding.column in self.of_fewer and not finding.note:
                finding.note = NEAR
        self._compare()

    def _joined(self) -> list[Finding]:
        """The findings, with the statistics of one row and arm put together."""
        whole: dict[tuple, Finding] = {}
        for finding in self.findings:
            row = self._rows_with(finding.row) if finding.kind == "quantity" else finding.row
            key = (finding.kind, finding.label, finding.arm, row)
            first = whole.get(key)
            if not first:
                whole[key] = finding
            elif {n.statistic for n in first.numbers} & {n.statistic for n in finding.numbers}:
                whole[(*key, len(whole))] = finding
            else:
                first.numbers += finding.numbers
        return list(whole.values())

    def _rows_with(self, r: int) -> tuple[str | None, ...]:
        """What rows of one quantity have in common beside its name: their heading, and brackets."""
        said = re.findall(r"\(([^()]*)\)", self.table.rows[r][0])
        return self.under.get(r), *(words for words in said if not STATISTIC_ONLY.fullmatch(words))

    def _compare(self) -> None:
        """Say which arms the comparisons of the table compare, and whether they adjust for nothing."""
        pair = sorted(self.arms, key=in_control) if len(self.arms) == 2 else ()
        headings = " ".join(column.heading for column in self.columns)
        said = f"{self.table.caption} {self.table.notes} {headings}"
        is_adjusted = is_another(said)
        is_crude = bool(CRUDE.search(said)) and not (is_adjusted or WITHIN.search(said))
        for finding in self.findings:
            if finding.kind == "comparison":
                finding.arm, finding.is_crude = "|".join(pair), is_crude
                finding.compared = () if is_adjusted else self._compared(finding)

    def _compared(self, finding: Finding) -> tuple[Finding, ...]:
        """The arms' numbers that a comparison compares; none where it may be of several rows.

        A P value beside the first of several categories, or their heading, is that of all; one
        that neighbors repeat, or do without, may be.
        """
        in_arms = [f for f in self.findings if f.arm and f.kind in COMPARED]
        printed = {f.row: f.value("p_value") for f in self.findings if f.kind == "comparison"}
        row, stub = finding.row, self.under.get(finding.row)
        beside = {r for r, above in self.under.items() if stub and above == stub}
        if len(beside) > 1 and beside & set(printed) == {row}:
            finding.is_of_two = all(OF_TWO.match(self.table.rows[r][0]) for r in beside)
            return tuple(f for f in in_arms if f.row in beside and f.kind == "count")
        near = {f.row for f in in_arms if abs(f.row - row) == 1 and len(beside) != 2}
        tested = {self.under.get(r) for r in printed} - {"", None}
        is_shared = any(
            printed[r] == printed[row] if r in printed else self.under.get(r) not in tested
            for r in near
        )
        own = beside & {row - 1, row + 1} <= set(printed)
        beside_it = tuple(f for f in in_arms if f.row == row)
        if not own or is_shared or len({f.kind for f in beside_it}) != 1:
            return ()
        named = tuple(f for f in in_arms if f.topic == finding.topic)
        return named or (beside_it if len({f.topic for f in beside_it}) == 1 else ())

    def _heads(self, r: int) -> None:
        for c, cell in enumerate(self.table.rows[r]):
            self.aside[r, c] = dict.fromkeys(range(len(cell)), "column heading")
            found = SIZE.search(cell)
            if found and c and (r, c) not in self.table.repeats:
                self._size(found, r, c, self.columns[c].heading)

    def _row(self, r: int, row: list[str]) -> None:
        label = row[0].strip()
        self.aside[r, 0] = dict.fromkeys(range(len(row[0])), "row label")
        filled = [(c, cell) for c, cell in enumerate(row) if c and cell.strip()]
        spanned = {c for c, cell in filled if cell == row[0] and (r, c) in self.table.repeats}
        values = [(c, cell) for c, cell in filled if c not in spanned]
        sizes = [(c, found) for c, cell in values if (found := SIZE.fullmatch(cell.strip()))]
        worded = any(re.search("[A-Za-z]", cell) for _, cell in values)
        named = not label or self._is_for_each_arm(values)
        if named and values and worded and not any(parses(cell) for _, cell in values):
            self._new_headings(row)
            for c, cell in values:
                self.aside[r, c] = dict.fromkeys(range(len(cell)), "column heading")
        elif not values or len(sizes) == len(values):
            self._open_section(r, label, sizes)
        elif NUMBER_OF.fullmatch(label) and all(cell.strip().isdecimal() for _, cell in values):
            for c, cell in values:
                self.columns[c] = replace(self.columns[c], size=cell.strip())
                self._size(re.search(r"(\d+)", cell), r, c, label)  # type: ignore[arg-type]
        else:
            is_level = label in self.levels or not STATISTIC_ONLY.match(label)
            if self.indents and not row[0].startswith(INDENT) and is_level:
                self.stub = ""
            if label and all(IS_P.search(self.columns[c].heading) for c, _ in values):
                self.stub, self.section = label, Column()  # a heading that a test stands beside
            self.stub = self.table.stubs.get(r, self.stub)
            self.under[r] = self.stub
            self.counts = {c for c, cell in values if is_count_of(cell, self.columns[c].size)}
            for c, cell in values:
                if (r, c) not in self.table.repeats:
                    self._cell(r, c, cell, label)

    def _is_for_each_arm(self, values: list[tuple[int, str]]) -> bool:
        """Whether the same words stand under every arm, as the grades of adverse events do."""
        texts, arms = [cell.strip() for _, cell in values], len(self.arms)
        under = texts[: len(texts) // arms] if arms > 1 else []
        return len(set(under)) > 1 and texts == under * arms

    def _new_headings(self, row: list[str]) -> None:
        """Headings for the rows below, under those of the arms where there are any."""
        above, heads = Column(), self.table.rows[self.table.heads - 1]
        for c, cell in enumerate(row):
            above = self.columns[c] if self.columns[c].arm or heads[c].strip() else above
            heading = f"{above.heading} {cell.strip()}".strip() if self.arms else cell.strip()
            self.columns[c] = replace(above, heading=heading) if self.arms else Column(heading)

    def _open_section(self, r: int, label: str, sizes: list[tuple[int, re.Match[str]]]) -> None:
        """Begin the rows below a label alone, or a label with the number of their patients."""
        within = SIZE.search(label)
        if within and not sizes:
            sizes = [(0, within)]
        self.stub = SIZE.sub("", label).strip(" ,;:") or self.stub
        self.section = Column(self.stub, sizes[0][1][1]) if len(sizes) == 1 else Column()
        self.above = self.section.size or self.above
        for c, found in sizes:
            self._size(found, r, c, self.stub)
            if len(sizes) > 1:
                self.columns[c] = replace(self.columns[c], size=found[1])

    def _size(self, found: re.Match[str], r: int, c: int, label: str) -> None:
        number = Number("n", found[1], r * ROW + c * COLUMN + found.start(1))
        arm = self.columns[c].arm
        label = arm or SIZE.sub("", label).strip(" ,;:") or "Patients"
        self.findings.append(Finding("population", label, [number], arm=arm))

    def _cell(self, r: int, c: int, cell: str, label: str) -> None:
        column = self.columns[c] if c < len(self.columns) else Column()
        self.headings[r, c] = column.heading
        if self.arms and not column.arm and OF_KNOWN.fullmatch(column.heading):
            return
        rest = column.rest
        name = self._name(label, r)
        name = f"{name}, {rest[:1].lower()}{rest[1:]}" if rest else name
        own = SIZE.search(label)
        size = (own[1] if own else self.section.size or column.size or self.size).replace(",", "")
        far = f"{self.table.caption} {self.table.notes}"
        self.aside[r, c] = set_aside(cell)
        if re.search(r"\bref(erence)?\b", cell, re.IGNORECASE):
            self.aside[r, c] = dict.fromkeys(range(len(cell)), "reference category")
        found = read_cell(
            cell.strip(),
            Setting(
                *(name, column.heading, label, self.stub, far, size, column.arm),
                self.has_percents,
                bool(self.counts - {c}),
            ),
        )
        if not found and is_of_fewer(cell, size):
            self.of_fewer.add(c)
        if found:
            found.section = self.section.heading if self.section.size else ""
            found.column, found.is_partial = c, bool(MISSING.search(far))
            is_own = self.section.size or found.value("N")
            if not is_own and is_share(found, number(self.above), slip=0):
                add_note(
                    found, f"guess: out of how many; a heading farther above says {self.above}"
                )
            shift = r * ROW + c * COLUMN + len(cell) - len(cell.lstrip())
            found.numbers = [replace(n, start=n.start + shift) for n in found.numbers]
            self._add(found)

    def _name(self, label: str, r: int) -> str:
        """Name of a row, another one where a row above has the same label."""
        is_level = label in self.levels
        label = "No" if is_level and NO.fullmatch(label) else label
        name = _name(self.stub, label, is_level)
        is_statistic = STATISTIC_ONLY.fullmatch(label) and not is_level
        if not label or is_statistic or self.first.setdefault(name, r) == r:
            return name
        is_below = self.stub and not name.startswith(self.stub)
        return f"{self.stub}: {name}" if is_below else f"{name}, row {r}"

    def _add(self, found: Finding) -> None:
        """Keep a finding; limits in a column of their own belong to what stands before them."""
        last = self.findings[-1] if self.findings else None
        limits = {n.statistic for n in found.numbers} == {"conf_low", "conf_high"}
        has = last and (last.value("conf_low") or last.value("p_value"))
        follows = limits and last and (last.arm, last.row) == (found.arm, found.row)
        if last and follows and not has and are_near(last, found.numbers, reach=0):
            last.numbers, last.level = last.numbers + found.numbers, found.level
        else:
            self.findings.append(found)

    def numerals(self) -> Iterator[tuple[int, str, str, str]]:
        """Place, digits, text and reason to set aside of each numeral, in reading order."""
        for place, text in ((CAPTION, self.table.caption), (NOTES, self.table.notes)):
            reasons = set_aside(text)
            for found in (n for n in numerals(text) if not n.spelled):
                reason = reasons.get(found.start, "caption or note of a table")
                yield place + found.start, found.digits, text, reason
        for r, row in enumerate(self.table.rows):
            for c, cell in enumerate(row):
                for found in numerals(cell) if (r, c) not in self.table.repeats else ():
                    reason = self.aside.get((r, c), {}).get(found.start, "")
                    yield r * ROW + c * COLUMN + found.start, found.digits, cell, reason


def sized_arms(table: PrintedTable) -> Named:
    """The arms that a table's headings name with their sizes."""
    return {c.arm: (c.size.replace(",", ""), "") for c in _columns(table) if c.arm}


def one_label_column(table: PrintedTable) -> PrintedTable:
    """The table with its row labels in one column, where they stand in several."""
    lead = next((c for c in range(1, len(table.rows[0]) - 1) if not _are_labels(table, c)), 1)
    if lead == 1:
        return table
    stubs: dict[int, str] = {}
    for r, row in enumerate(table.rows):
        label = row[lead - 1] if r >= table.heads else row[0]
        above = [
            text for text in map(str.strip, row[: lead - 1]) if text not in ("", label.strip())
        ]
        if r >= table.heads and above:
            stubs[r] = " ".join(dict.fromkeys(above))
        table.rows[r] = [label or " ".join(above), *row[lead:]]
    repeats = {(r, max(c - lead + 1, 0)) for r, c in table.repeats if c >= lead - 1}
    return replace(table, repeats=repeats, stubs=stubs)


def _are_labels(table: PrintedTable, c: int) -> bool:
    """Whether a column holds labels: mostly words, or anything where only it has no heading."""
    filled = [row[c] for row in table.rows[table.heads :] if row[c].strip()]
    worded = [cell for cell in filled if re.search("[A-Za-z]{2}", cell) and not parses(cell)]
    heads = [[row[c].strip() for c in (c, c + 1)] for row in table.rows[: table.heads]]
    is_bare = not any(own for own, _ in heads) and any(after for _, after in heads)
    return len(worded) > len(filled) / 2 or (is_bare and bool(worded))


def _columns(table: PrintedTable) -> list[Column]:
    """The columns, those of arms marked: at least two of different names, each with its size."""
    columns = [_column(table, c) for c in range(len(table.rows[0]))]
    for c, column in enumerate(columns[1:], 1):
        if LIMITS_ONLY.fullmatch(column.heading) and columns[c - 1].arm:  # those of that arm
            columns[c] = replace(columns[c - 1], heading=column.heading, own=column.heading)
    several = len({c.arm for c in columns} - {""}) > 1
    return columns if several else [replace(c, arm="") for c in columns]


def _column(table: PrintedTable, c: int) -> Column:
    texts, heading = _headings(table, c)
    size = SIZE.search(heading)
    if not size:
        return Column(heading)
    own = next((t for t in texts if SIZE.search(t)), heading)  # not what spans several arms
    arm = _arm(heading) if STATISTIC_ONLY.fullmatch(_arm(own)) else _arm(own) or _arm(heading)
    own = own[: SIZE.search(own).end()]  # type: ignore[union-attr]
    return Column(heading, size[1], "" if NO_ARM.match(arm) else arm, own)


def _named_column(table: PrintedTable, c: int, arms: Arms) -> Column:
    """A column whose heading names an arm without its size."""
    texts, heading = _headings(table, c)
    own = next(filter(None, (t if arms.named(_arm(t)) else arms.leading(t) for t in texts)), "")
    return Column(heading, arm=arms.named(_arm(own)), own=own)


def _headings(table: PrintedTable, c: int) -> tuple[list[str], str]:
    texts = dict.fromkeys(table.rows[r][c].strip() for r in range(table.heads))
    return list(texts), " ".join(t for t in texts if t)


def _arm(heading: str) -> str:
    name = SIZE.split(heading)[0].strip(" ,;:([").replace('"', "").replace("|", "/")
    name = name if name.count("(") == name.count(")") else re.sub(r"[()]", "", name)
    return re.sub(r"\s*(group|arm)$|^(group|arm)\s+(?=\w{2,})", "", name, flags=re.I) or name


def _name(stub: str, label: str, is_level: bool) -> str:
    """Name of a row: with its heading where it needs it, without the names of statistics."""
    stub = re.sub(rf"{NO_PERCENT}|[*†‡§¶‖]", "", stub).strip(" ,;:—–-")
    bare = re.sub(rf"{NO_PERCENT}|{CENTER}|[*†‡§¶‖]", "", label).strip(" ,;:—–-")
    if not is_level and (
        STATISTIC_ONLY.fullmatch(label) or UNIT_ONLY.fullmatch(re.sub(r"\([^)]*\)", "", bare))
    ):
        return stub or label
    if stub and GENERIC.fullmatch(bare):
        return f"{stub}: {re.sub(r'[ (]+%[ )]*$', '', bare)}"
    return trimmed(bare) or bare
