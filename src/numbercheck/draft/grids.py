"""Read the cells of a table, each by its row's label, its headings and the form of its text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from numbercheck.draft.article import Table
from numbercheck.draft.labels import trimmed
from numbercheck.draft.numerals import DASH, N, numerals, set_aside
from numbercheck.draft.patterns import EFFECTS
from numbercheck.draft.prose import Finding, Number

PLAIN = re.compile(rf"\s*(?P<a>{N})\s*(?P<sign>%?)\s*[*†‡§¶‖a-c]?\s*")
MEAN = re.compile(rf"\s*(?P<mean>{N})\s*(?:±|\+/-)\s*(?P<sd>{N})\s*")
FRACTION = re.compile(
    rf"\s*(?P<n>\d[\d,]*)\s*(?:/|of)\s*(?P<N>\d[\d,]*)\s*(?:[(\[,]?\s*(?P<percent>{N}\s*%?)\s*[)\]]?)?\s*(?:[(\[]\s*(?P<low>{N})\s*%?{DASH}(?P<high>{N})\s*%?\s*[)\]])?\s*"
)
BESIDE = re.compile(
    rf"\s*(?P<a>{N})\s*(?P<sign>%?)\s*[(\[]\s*(?P<b>{N})\s*(?P<percent>%?)\s*[)\]]\s*(?:[(\[;,]\s*(?:95\s*%?\s*CI[:,]?\s*)?(?P<low>{N})\s*%?(?:{DASH}|,\s*)(?P<high>{N})\s*%?\s*[)\]]?)?\s*[*†‡§¶‖]?\s*"
)
SPREAD = re.compile(
    rf"\s*(?P<a>{N})\s*(?P<sign>%?)\s*[(\[]\s*(?:95\s*%?\s*CI[:,]?\s*)?(?P<low>{N})\s*%?(?:{DASH}|,\s*|;\s*)(?P<high>{N}|NE|NR|NA|not reached)\s*%?\s*[)\]]\s*[*†‡§¶‖]?\s*"
)
RANGE = re.compile(rf"\s*[(\[]?\s*(?P<low>{N}){DASH}(?P<high>{N})\s*[)\]]?\s*")
P_VALUE = re.compile(rf"\s*(?:[Pp]\s*)?(?P<relation>[=<>≤≥]?)\s*(?P<p_value>{N})\s*[*†‡§¶‖a-c]?\s*")
SIZE = re.compile(r"\(?\s*\b[Nn]o?\.?\s*=\s*(\d[\d,]*)\s*\)?")
IS_P = re.compile(r"\b[Pp][\s-]*([Vv]alues?)?\b\W*$|^\W*[Pp]\b")
STATISTIC_ONLY = re.compile(
    r"\W*((median|mean|range|iqr|interquartile range|sd|min(imum)?|max(imum)?|q1|q3|±)[\s,/;()–—±-]*|no\.?|n|%|years?|yr|\(|\)|[–-])+\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Column:
    """A column of values: its heading, the size that stands there, and whether it is an arm's."""

    heading: str
    size: str
    arm: str = ""


def read_table(
    table: Table,
) -> tuple[list[Finding], dict[tuple[int, int], dict[int, str]], dict[str, str]]:
    """What a table reports: its findings, numerals set aside by cell, and the sizes of its arms.

    A number's place is its row, column and offset, coded by ``place``.
    """
    findings: list[Finding] = []
    aside: dict[tuple[int, int], dict[int, str]] = {}
    columns = [_column(table, c) for c in range(len(table.rows[0]))]
    columns = _arms(columns)
    arms = {c.arm: c.size for c in columns if c.arm}
    for r in range(table.heads):
        for c in range(len(table.rows[r])):
            found = SIZE.search(table.rows[r][c])
            if found and (r, c) not in table.repeats and c:
                findings.append(_size(found, columns[c], r, c, columns[c].heading))
            aside[r, c] = dict.fromkeys(range(len(table.rows[r][c])), "column heading")
    stub, rest, stub_of_size = "", "", ""
    for r in range(table.heads, len(table.rows)):
        row = table.rows[r]
        label, indented = row[0].strip(), row[0].startswith("\u2003")
        aside[r, 0] = dict.fromkeys(range(len(row[0])), "row label")
        values = [(c, cell) for c, cell in enumerate(row) if c and cell.strip()]
        if not label and values and not any(_parses(cell) for _, cell in values):  # new headings
            columns = [Column(cell.strip(), "") for cell in row]
            columns = [
                Column(c.heading, m[1].replace(",", "") if (m := SIZE.search(c.heading)) else "")
                for c in columns
            ]
            aside |= {
                (r, c): dict.fromkeys(range(len(cell)), "column heading") for c, cell in values
            }
            continue
        if not values:
            stub, rest = label, ""
            found = SIZE.search(label)
            if found:
                findings.append(_size(found, Column(stub, ""), r, 0, SIZE.sub("", label)))
                rest, stub_of_size = found[1], SIZE.sub("", label).strip(" ,;:")
            continue
        sizes = [(c, found) for c, cell in values if (found := SIZE.fullmatch(cell.strip()))]
        if len(sizes) == len(values):
            stub = label or stub
            rest, stub_of_size = (sizes[0][1][1], stub) if len(sizes) == 1 else ("", "")
            findings += [_size(f, columns[c], r, c, label) for c, f in sizes]
            continue
        if not indented and any(r2[0].startswith("\u2003") for r2 in table.rows[table.heads :]):
            stub = "" if not label.lower().startswith(("median", "mean", "range")) else stub
        hint = f"{table.caption} {table.notes} {stub} {label}"
        name = _name(stub, label, table.rows, r)
        for c, cell in values:
            if (r, c) in table.repeats:
                continue
            column = columns[c] if c < len(columns) else Column("", "")
            aside[r, c] = set_aside(cell)
            finding = _cell(cell, name, f"{column.heading} {label} {stub}", hint, column, rest)
            if finding:
                finding.section = stub_of_size if rest else ""
                for number in finding.numbers:
                    number.start = place(r, c, number.start + len(cell) - len(cell.lstrip()))
                findings.append(finding)
    return _joined(findings), aside, arms


def place(row: int, column: int, offset: int) -> int:
    """One whole number for a place in a table, in reading order."""
    return (row * 1000 + column) * 100_000 + offset


def _column(table: Table, c: int) -> Column:
    texts = list(dict.fromkeys(table.rows[r][c].strip() for r in range(table.heads)))
    heading = " ".join(t for t in texts if t)
    size = SIZE.search(heading)
    return Column(heading, size[1].replace(",", "") if size else "")


def _arms(columns: list[Column]) -> list[Column]:
    """Mark the columns of arms: at least two with a size of their own."""
    sized = {
        c.heading: c
        for c in columns[1:]
        if c.size and not re.match(r"\W*(total|all|overall|whole)\b", c.heading, re.I)
    }
    names = {_arm(c.heading) for c in sized.values()}
    if len(names) < 2:
        return columns
    return [
        Column(c.heading, c.size, _arm(c.heading)) if c.heading in sized else c for c in columns
    ]


def _arm(heading: str) -> str:
    name = SIZE.split(heading)[0].strip(" ,;:(")
    return re.sub(r"\s*(group|arm)$|^(group|arm)\s+(?=\w{2,})", "", name, flags=re.I) or name


def _size(found: re.Match[str], column: Column, r: int, c: int, label: str) -> Finding:
    label = SIZE.sub("", label).strip(" ,;:")
    number = Number("n", found[1], place(r, c, found.start(1)))
    return Finding("population", label or "Patients", [number], arm=column.arm)


def _name(stub: str, label: str, rows: list[list[str]], r: int) -> str:
    """Label of a row: with its heading, and without the names of statistics."""
    stub = re.sub(
        r"[,;:]?\s*[—–-]?\s*\b([Nn]o\.?|[Nn])\s*(\.|/[A-Za-z. ]+)?\s*\(\s*%\s*\)", "", stub
    ).strip(" ,;:—–-")
    bare = re.sub(
        r"[,;:]?\s*[—–-]?\s*\b([Nn]o\.?|[Nn])\s*(\.|/[A-Za-z. ]+)?\s*\(\s*%\s*\)|[,;:]?\s*[—–-]?\s*\(?\b([Mm]edian|[Mm]ean)\b[\s(,±]*(\(?(IQR|SD|range|interquartile range)\)?)?\)?",
        "",
        label,
    ).strip(" ,;:—–-")
    if STATISTIC_ONLY.fullmatch(label) or not bare:
        return stub or label
    return bare


def _parses(cell: str) -> bool:
    return any(p.fullmatch(cell) for p in (PLAIN, MEAN, FRACTION, BESIDE, SPREAD, RANGE)) or bool(
        SIZE.search(cell)
    )


def _number(statistic: str, match: re.Match[str], group: str) -> Number:
    printed = re.sub(r"\s+", "", match[group]).replace("−", "-").replace("–", "-")
    return Number(statistic, printed, match.start(group))


def _cell(cell: str, name: str, near: str, hint: str, column: Column, rest: str) -> Finding | None:
    """The finding of one cell, or None where its form or its labels leave its meaning open."""
    text = cell.strip()
    effect = next((s for s, p in EFFECTS.items() if re.search(p, column.heading)), "") or next(
        (s for s, p in EFFECTS.items() if s != "difference" and re.search(p, near)), ""
    )
    grade = (
        column.heading
        if re.search(r"\bgrade|\ball\b|\bany\b|[≥>]", column.heading, re.I) and not column.arm
        else ""
    )
    label = f"{name}, {grade[:1].lower()}{grade[1:]}" if re.search("grade", grade, re.I) else name
    label = trimmed(label) or label
    if column.heading and not column.arm and not grade and not _plain_heading(column.heading):
        label = (
            f"{label}, {column.heading}" if not (effect or IS_P.search(column.heading)) else label
        )
    if IS_P.search(column.heading) and (m := P_VALUE.fullmatch(text)):
        number = _number("p_value", m, "p_value")
        relation = {"≤": "<=", "≥": ">=", "=": ""}.get(m["relation"], m["relation"])
        number.printed = relation + number.printed
        return Finding("comparison", f"{label}, comparison", [number])
    if effect and (m := SPREAD.fullmatch(text)):
        numbers = [
            _number(effect, m, "a"),
            _number("conf_low", m, "low"),
            _number("conf_high", m, "high"),
        ]
        return Finding("comparison", f"{label}, {effect.replace('_', ' ')}", numbers)
    if m := MEAN.fullmatch(text):
        return Finding(
            "quantity", label, [_number("mean", m, "mean"), _number("sd", m, "sd")], arm=column.arm
        )
    if m := FRACTION.fullmatch(text):
        numbers = [_number(s, m, s) for s in ("n", "N", "percent") if m[s]]
        numbers += [
            _number(s, m, g) for s, g in (("conf_low", "low"), ("conf_high", "high")) if m[g]
        ]
        return Finding("count", label, numbers, arm=column.arm)
    if m := BESIDE.fullmatch(text):
        return _beside(m, label, near, hint, column, rest)
    if m := SPREAD.fullmatch(text):
        return _spread(m, label, near, hint, column)
    if m := RANGE.fullmatch(text):
        pair = _pair(near)
        return (
            Finding(
                "quantity",
                label,
                [_number(pair[0], m, "low"), _number(pair[1], m, "high")],
                arm=column.arm,
            )
            if pair
            else None
        )
    if m := PLAIN.fullmatch(text):
        return _plain(m, label, near, hint, column)
    return None


def _plain_heading(heading: str) -> bool:
    """Whether a heading only says which statistic stands below."""
    return bool(
        re.fullmatch(
            r"\W*((n|no\.?|number|patients|%|value|total|all|overall|percent|count|outcome|result)\W*)*(\(?n\s*=\s*[\d,]+\)?)?\W*",
            heading,
            re.I,
        )
    ) or bool(SIZE.search(heading))


def _beside(
    m: re.Match[str], label: str, near: str, hint: str, column: Column, rest: str
) -> Finding | None:
    limits = [_number(s, m, g) for s, g in (("conf_low", "low"), ("conf_high", "high")) if m[g]]
    kind = _first(near) or _first(hint)
    whole = re.fullmatch(r"\d[\d,]*", m["a"])
    if m["percent"] or (whole and kind == "n") or (whole and _fits(m, column.size or rest)):
        percent = Number("percent", m["b"] + ("%" if m["percent"] else ""), m.start("b"))
        return Finding("count", label, [_number("n", m, "a"), percent, *limits], arm=column.arm)
    if m["sign"] and whole is not None and re.fullmatch(r"\d[\d,]*", m["b"]):
        return Finding(
            "count",
            label,
            [Number("percent", m["a"] + "%", m.start("a")), _number("n", m, "b")],
            arm=column.arm,
        )
    if kind == "mean":
        return Finding(
            "quantity", label, [_number("mean", m, "a"), _number("sd", m, "b")], arm=column.arm
        )
    return None


def _first(text: str) -> str:
    """What a label or heading says of the first number: n (%), a median or a mean."""
    if re.search(r"\b[Mm]edian\b", text):
        return "median"
    if re.search(r"\b[Mm]ean\b|±|\bSD\b", text):
        return "mean"
    return (
        "n" if re.search(r"\b([Nn]o\.?|[Nn]|[Nn]umber)\b[^()]{0,30}\(\s*%\s*\)|%\)", text) else ""
    )


def _fits(m: re.Match[str], size: str) -> bool:
    """Whether the number in brackets is the percentage of the first in the column's size."""
    if not size or not float(size):
        return False
    a, b = (float(m[g].replace(",", "").replace("·", ".")) for g in "ab")
    return abs(100 * a / float(size) - b) <= 1


def _pair(near: str) -> tuple[str, str] | None:
    if re.search(r"\bIQR\b|interquartile|quartile|Q1", near, re.I):
        return "p25", "p75"
    if re.search(r"\brange\b|min", near, re.I):
        return "min", "max"
    return ("conf_low", "conf_high") if re.search(r"\bCI\b|confidence", near) else None


def _spread(m: re.Match[str], label: str, near: str, hint: str, column: Column) -> Finding | None:
    pair = _pair(near) or _pair(hint)
    note = "" if _pair(near) else "guess: from the table's caption or notes"
    if pair is None:
        return None
    limits = [_number(pair[0], m, "low"), _number(pair[1], m, "high")]
    if m["sign"] and pair == ("conf_low", "conf_high"):
        return Finding(
            "count",
            label,
            [Number("percent", m["a"] + "%", m.start("a")), *limits],
            arm=column.arm,
            note=note,
        )
    if pair != ("conf_low", "conf_high") or _first(near) == "median":
        return Finding(
            "quantity", label, [_number("median", m, "a"), *limits], arm=column.arm, note=note
        )
    return None


def _plain(m: re.Match[str], label: str, near: str, hint: str, column: Column) -> Finding | None:
    lowered = near.lower()
    for word, statistic in (("median", "median"), ("mean", "mean")):
        if re.search(rf"\b{word}\b", lowered):
            return Finding("quantity", label, [_number(statistic, m, "a")], arm=column.arm)
    if m["sign"] or re.search(r"(^|\s)%\W*$", column.heading):
        printed = m["a"] + ("%" if m["sign"] else "")
        return Finding("count", label, [Number("percent", printed, m.start("a"))], arm=column.arm)
    if re.fullmatch(r"\d[\d,]*", m["a"]) and (
        _first(near) == "n"
        or _first(hint) == "n"
        or re.search(r"\bn\b|\bno\b", column.heading, re.I)
    ):
        return Finding("count", label, [_number("n", m, "a")], arm=column.arm)
    return None


def _joined(findings: list[Finding]) -> list[Finding]:
    """Put the count and the percentage, or the statistics, of one row and arm together."""
    whole: dict[tuple, Finding] = {}
    for finding in findings:
        key = (
            finding.kind,
            finding.label,
            finding.arm,
            finding.numbers[0].start // 100_000_000 if finding.kind == "count" else 0,
        )
        first = whole.get(key)
        if (
            finding.kind in ("count", "quantity")
            and first
            and not {n.statistic for n in first.numbers} & {n.statistic for n in finding.numbers}
        ):
            first.numbers += finding.numbers
        else:
            whole[key if key not in whole else (*key, len(whole))] = finding
    return list(whole.values())


def table_numerals(table: Table) -> Iterator[tuple[int, str, str, int, int]]:
    """Place, digits, text, row and column of each numeral of a table, in reading order."""
    for r, row in enumerate(table.rows):
        for c, cell in enumerate(row):
            if (r, c) not in table.repeats:
                for found in numerals(cell):
                    if not found.spelled:
                        yield place(r, c, found.start), found.digits, cell, r, c
