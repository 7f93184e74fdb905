"""Mutate ADaM folders: no input makes a traceback, and no match is one that a recount denies."""

import tempfile
from functools import cache
from pathlib import Path
from random import Random

import pandas as pd
import synthetic
import tampering

from companion.cohort.checks import examine
from companion.cohort.patients import patient_table
from companion.cohort.reading import cohort_of
from companion.errors import CompanionError
from companion.project import ROOT
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import Ledger

TOKENS = (
    *(b"", b'"', b"'", b",", b";", b"\t", b"\r", b"\n", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf"),
    *(b"NA", b"nan", b"inf", b"-1", b"1e999", b"9" * 5000, b"1.5", b"0x1F", b"TRUE", b"null"),
    *(b"45397", b"15/04/2024", b"2024-02-30", b"2023-05", b"9999-12-31", b"0000-00-00"),
    *(b"=cmd|'/C calc'!A0", b"<script>", b"../../x", b"{}", b"[", b"]", b"{", b"\\ud800", b"1e5"),
    *("é".encode("latin-1"), "\u0661".encode(), "\u202e".encode(), b"A" * 200_000, b"OS", b"y"),
    *(b" CR", b"USUBJID", b"HEADER RECORD*******", b"\x80" * 8, b"." + b"\0" * 7, b"\xff\xfe"),
    *(b"PK\x03\x04",),
)


@cache
def seeds() -> list[dict[str, bytes]]:
    """Good folders to start from, one in each format."""
    trial = synthetic.trial(4, seed=5)
    found = []
    for write in (*synthetic.WRITERS.values(), lambda t, d: synthetic.write_json(t, d, lines=True)):
        with tempfile.TemporaryDirectory() as name:
            write(trial, Path(name))
            files = {p.name: p.read_bytes() for p in Path(name).iterdir()}
        found.append(files | {"dataset.json": b'{"origin": "supplied", "study": "SYN-002"}'})
    return found


@cache
def ledger() -> Ledger:
    """Return the ledger, read once."""
    return read_ledger(ROOT / "data/published")


def mutate(random: Random) -> dict[str, bytes]:
    """One folder with one to four changes to its files."""
    files = dict(random.choice(seeds()))
    for _ in range(random.randint(1, 4)):
        name = random.choice(list(files))
        change = random.choice((_insert, _replace_cell, _delete, _flip, _repeat, _truncate, _swap))
        files[name] = change(files[name], random)
        if random.random() < 0.03:
            del files[name]
        if not files:
            break
    return files


def _insert(data: bytes, random: Random) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.choice(TOKENS) + data[at:]


def _replace_cell(data: bytes, random: Random) -> bytes:
    """Put a token between two commas, wherever they are."""
    cells = data.split(b",")
    cells[random.randrange(len(cells))] = random.choice(TOKENS)
    return b",".join(cells)


def _delete(data: bytes, random: Random) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + data[at + random.choice((1, 2, 8, 80, 500)) :]


def _flip(data: bytes, random: Random) -> bytes:
    if not data:
        return data
    at = random.randrange(len(data))
    return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]


def _repeat(data: bytes, random: Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    lines.insert(random.randint(0, len(lines)), random.choice(lines))
    return b"".join(lines)


def _truncate(data: bytes, random: Random) -> bytes:
    return data[: random.randint(0, len(data))]


def _swap(data: bytes, random: Random) -> bytes:
    old, new = random.choice(
        ((b",", b";"), (b"-", b"/"), (b"Y", b"y"), (b"\n", b"\r"), (b"0", b" "))
    )
    return data.replace(old, new, random.choice((1, -1)))


def survive(files: dict[str, bytes]) -> bool:
    """Whether the input is accepted; whatever it raises is a defect.

    Every fault must print as UTF-8 on one line, and what has no fault must give patients.
    """
    reading = examine(files, ledger())
    for fault in reading.faults:
        line = str(fault)
        if not fault.right or "\n" in line or "\0" in line:
            raise AssertionError(f"no sentence: {line!r}")
        line.encode("utf-8")
    if not reading.faults:
        patient_table(cohort_of(reading, ledger()), ledger().variables)
    return not reading.faults


def rewrite(random: Random) -> dict[str, tampering.Rows]:
    """The committed cohort's tables, with one to three columns blanked or coded otherwise."""
    tables = {name: [dict(row) for row in rows] for name, rows in tampering.supplied().items()}
    for _ in range(random.randint(1, 3)):
        name = random.choice(list(tables))
        column = random.choice([c for c in tables[name][0] if c not in ("STUDYID", "USUBJID")])
        if column == "AVAL" and random.random() < 0.5:
            _censor(tables["ADTTE"], random.randint(30, 590))
            continue
        code = random.choice(sorted({row[column] for row in tables[name]}))
        new = random.choice(("", "NA", ".", "Another", *(row[column] for row in tables[name])))
        new = {"AETOXGR": random.choice(("", "3.0", "GRADE 2", "5", "4"))}.get(column, new)
        whole = random.choice((True, False))  # the column, or the rows with one code
        share = random.choice((1, 1, 0.5, 0.03))
        for row in tables[name]:
            if (whole or row[column] == code) and random.random() < share:
                row[column] = new
    return tables


def _censor(adtte: tampering.Rows, day: int) -> None:
    """End everyone's follow-up on a day."""
    for row in adtte:
        if row["PARAMCD"] in ("OS", "PFS") and float(row["AVAL"]) > day:
            row |= {"AVAL": str(day), "CNSR": "1"}


def recount(seed: int, place: Path) -> int:
    """Verdicts that match the data of rewritten tables; 0 where the tables are refused.

    Raises
    ------
    AssertionError
        If pandas does not count directly what the notebooks say that it matches.
    """
    tampering.write(rewrite(Random(seed)), place)  # noqa: S311 - a test's mutations
    try:
        rows = [r for r in tampering.judged(place) if (r.verdict, r.basis) == ("match", "data")]
    except CompanionError:
        return 0
    counted = direct_counts(place)
    for row in rows:
        claim = tampering.LEDGER.claims[row.claim]
        if (claim.measure, claim.statistic) in counted:
            found = counted[claim.measure, claim.statistic]
            assert claim.value.admits(found), f"{row.claim}: pandas gives {found}, seed {seed}"
    return len(rows)


def direct_counts(place: Path) -> dict[tuple[str, str], float]:
    """Statistics from the CSV files by pandas alone; NaN where nothing is recorded."""
    tables = {
        name: pd.read_csv(place / f"{name}.csv", dtype=str, keep_default_na=False).replace(
            ["NA", "."], ""
        )
        for name in ("adsl", "adrs", "adae", "adtte")
    }
    adsl, adae = tables["adsl"], tables["adae"]
    for flag in ("FASFL", "SAFFL"):
        if (adsl[flag] != "").any():
            adsl = adsl[adsl[flag] == "Y"]
            break
    tables = {n: t[t["USUBJID"].isin(adsl["USUBJID"])] for n, t in tables.items()}
    if (adae["TRTEMFL"] != "").any():
        tables["adae"] = tables["adae"][tables["adae"]["TRTEMFL"] == "Y"]
    counts = _of_adsl(adsl) | _of_adrs(tables["adrs"]) | _of_adae(tables["adae"])
    found = {(m, "n"): float("nan") if n is None else n for m, n in counts.items()}
    found |= {(m, "percent"): 100 * found[m, "n"] / len(adsl) for m in WHOLE & counts.keys()}
    return found | _of_adtte(tables["adtte"]) | {("enrolled", "n"): len(adsl)}


WHOLE = {"transplant", "extended", "wbc_gt30", "poor_risk", "crc_2w", "cri_2w", "mrd_negative_2w"}
MONTH = 365.25 / 12


def _of_adtte(adtte: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Deaths, survival at one year, and follow-up; all times of these tables are in days."""
    adtte = adtte.assign(AVAL=pd.to_numeric(adtte["AVAL"]), CNSR=pd.to_numeric(adtte["CNSR"]))
    overall = adtte[adtte["PARAMCD"] == "OS"]
    found: dict[tuple[str, str], float] = {("deaths", "n"): int((overall["CNSR"] == 0).sum())}
    found |= {
        ("follow_up", name): overall["AVAL"].quantile(q) / MONTH
        for name, q in {"p25": 0.25, "median": 0.5, "p75": 0.75}.items()
    }
    for endpoint in ("OS", "PFS"):
        rows = adtte[adtte["PARAMCD"] == endpoint]
        events = rows[(rows["CNSR"] == 0) & (rows["AVAL"] <= 12 * MONTH)].groupby("AVAL").size()
        at_risk = [(rows["AVAL"] >= day).sum() for day in events.index]
        estimate = 100 * float((1 - events / at_risk).prod())
        is_followed = rows["AVAL"].max() >= 12 * MONTH
        found[f"{endpoint.lower()}_12m", "estimate"] = estimate if is_followed else float("nan")
    return found


def _of_adsl(adsl: pd.DataFrame) -> dict[str, int | None]:
    codes = {
        "transplant": ("HSCTFL", "Y"),
        "extended": ("EXTENDFL", "Y"),
        "wbc_gt30": ("WBCGR1", ">30"),
        "poor_risk": ("RISKGR1", "poor"),
    }
    return {
        measure: int((adsl[column] == code).sum()) if (adsl[column] != "").any() else None
        for measure, (column, code) in codes.items()
    }


def _of_adrs(adrs: pd.DataFrame) -> dict[str, int | None]:
    codes = {
        "crc_after_rdc": ("OVRLRESP", "After RDC", ("CR", "CRi")),
        "mrd_negative_after_rdc": ("MRDGR", "After RDC", ("<0.01%",)),
        "crc_2w": ("OVRLRESP", "After 2 weeks", ("CR", "CRi")),
        "cri_2w": ("OVRLRESP", "After 2 weeks", ("CRi",)),
        "mrd_negative_2w": ("MRDRESP", "After 2 weeks", ("negative",)),
        "cr_4w": ("OVRLRESP", "Up to 4 weeks", ("CR", "CRi")),
        "relapse_cns": ("RELTYPE", "Relapse", ("CNS",)),
    }
    counts: dict[str, int | None] = {}
    for measure, (parameter, visit, hits) in codes.items():
        rows = adrs[(adrs["PARAMCD"] == parameter) & (adrs["AVISIT"] == visit)]
        rows = rows[rows["AVALC"] != ""]
        counts[measure] = int(rows["AVALC"].isin(hits).sum()) if len(rows) else None
    return counts


def _of_adae(adae: pd.DataFrame) -> dict[str, int | None]:
    counts: dict[str, int | None] = {}
    exact = pd.to_numeric(adae["AETOXGR"].str.removeprefix("GRADE "))
    grade = exact.fillna(adae["AETOXGRG"].map({"1-2": 1, "3-4": 3, "5": 5}))
    for variable, term in synthetic.TERMS.items():
        worst = grade[adae["AEDECOD"] == term].groupby(adae["USUBJID"]).max()
        for group, grades in {"g12": (1, 2), "g34": (3, 4)}.items():
            name = f"{variable.removesuffix('_grade')}_{group}"
            counts[name] = int(worst.isin(grades).sum()) if len(worst) else None
    return counts
