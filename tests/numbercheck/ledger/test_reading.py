"""The ledger: every printed number is in it once, and every fault of its files is told."""

import csv
import io
import re
import shutil
from collections import Counter

import pytest

from companion.project import ROOT
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import LedgerError
from numbercheck.ledger.rows import FILES
from numbercheck.ledger.sources import of_sources
from numbercheck.ledger.texts import day_range

PUBLISHED = ROOT / "data" / "published"


@pytest.fixture(scope="module")
def ledger():
    """Read the article's ledger once."""
    return read_ledger(PUBLISHED)


@pytest.fixture
def copy(tmp_path):
    """Copy the article's ledger, to be spoiled."""
    return shutil.copytree(PUBLISHED, tmp_path / "published")


def edit(folder, name, change):
    """Change the rows of one file; the header is the first."""
    path = folder / f"{name}.csv"
    with path.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.reader(handle))
    change(rows)
    with path.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)


def put(row, column, text):
    """Return a change of one cell, by its number of row (the header is 1) and its column's name."""

    def change(rows):
        rows[row - 1][rows[0].index(column)] = text

    return change


def faults(folder):
    """List what is wrong with a ledger."""
    with pytest.raises(LedgerError) as refused:
        read_ledger(folder)
    return refused.value.faults


def numerals(text):
    """List the digits of a printed text, as numbers."""
    return [float(part) for part in re.findall(r"\d+(?:\.\d+)?", text)]


def cited(ledger):
    """List (part, order, claim) for each numeral that a claim says it covers."""
    return [
        (claim.part, order, claim)
        for claim in ledger.claims.values()
        for order in claim.numerals.split()
    ]


def test_every_printed_number_is_covered_by_exactly_one_claim(ledger):
    """`printed_numbers.csv` was listed from the article, apart from the claims."""
    printed = Counter((n.part, n.order) for n in ledger.printed_numbers)
    covered = Counter((part, order) for part, order, _ in cited(ledger))

    assert len(printed) == 229
    assert covered == printed
    assert set(covered.values()) == {1}


def test_a_claim_prints_the_numerals_it_covers(ledger):
    """The same value as in the list of the article's numerals, digit by digit."""
    listed = {(n.part, n.order): float(n.numeral) for n in ledger.printed_numbers}
    wrong = [
        claim.claim
        for part, order, claim in cited(ledger)
        if listed[part, order] not in numerals(claim.printed)
    ]

    assert wrong == []


def test_only_claims_in_words_cover_no_numeral(ledger):
    """One word of the article denies two things; every other claim without a numeral is verbal."""
    bare = [c for c in ledger.claims.values() if not c.numerals and not c.verbal]

    assert [c.note for c in bare] == ["spelled out: the same word as text4_crc_after_rdc_n"]
    assert not any(c.numerals for c in ledger.claims.values() if c.verbal)


def test_two_printings_of_one_number_agree(ledger):
    """Abstract, text and table print the same, but for the percent sign and a month's year."""
    printings = {}
    for claim in ledger.claims.values():
        printings.setdefault((claim.measure, claim.statistic), set()).add(claim.printed.strip("%"))

    assert {key: texts for key, texts in printings.items() if len(texts) > 1} == {}


def test_every_measure_is_claimed_asked_for_or_shown(ledger):
    """Nothing lies in the ledger that no printed number, question, table or figure needs."""
    claimed = {claim.measure for claim in of_sources(ledger).claims.values()}
    cited = {row.claim for row in ledger.comparators}
    asked = {row.measure for row in ledger.bounds}
    with (PUBLISHED / "displays.csv").open(newline="", encoding="utf-8") as handle:
        shown = {name for row in csv.DictReader(handle) for name in row["measure"].split("|")}

    assert claimed | ((cited | asked | shown) & set(ledger.measures)) == set(ledger.measures)


def test_every_family_is_used_and_names_known_methods(ledger):
    """A method is stored once; the audit and the notebooks read it there."""
    used = {measure.family for measure in ledger.measures.values()} - {""}

    assert used == set(ledger.families)
    assert all(family.status in ("inferred", "assumed") for family in ledger.families.values())


def test_every_variable_is_read_by_an_expression(ledger):
    """The patient table has no column that no number and no assumption needs."""
    read = {
        name
        for measure in ledger.measures.values()
        for expression in (measure.where, measure.among, measure.by)
        for name in expression.names
    }
    read |= {name for a in ledger.assumptions.values() for name in a.expression.names}
    read |= {name for v in ledger.variables.values() for name in v.evaluable.names}

    assert set(ledger.variables) == read


def test_every_locus_is_a_place_of_the_article(ledger):
    """`Abstract`, `Text ¶4` or `Table 1 · row`; the slug says the same place."""
    for claim in ledger.claims.values():
        place = re.fullmatch(r"(Abstract)|Text ¶(\d)|(Table 1) · \S.*", claim.locus)
        assert place, claim.locus
        prefix = "abstract_" if place[1] else f"text{place[2]}_" if place[2] else "table1_"
        assert claim.claim.startswith(f"{prefix}{claim.measure}_{claim.statistic}")


def test_the_days_of_the_assumptions_follow_from_the_printed_dates(ledger):
    """Shortest and longest possible follow-up: last and first accrual to the last follow-up."""
    _, last_accrual = day_range(ledger.find("accrual_end", "value")[0].printed)
    first_accrual, _ = day_range(ledger.find("accrual_start", "value")[0].printed)
    cutoff, _ = day_range(ledger.find("data_cutoff", "value")[0].printed)
    least, most = (cutoff - last_accrual).days, (cutoff - first_accrual).days

    assert ledger.assumptions["followed_to_cutoff"].expression.text == (
        f"os_event or os_time >= {least}"
    )
    assert ledger.variables["os_time"].values == f"1..{most}"
    assert ledger.variables["pfs_time"].values == f"1..{most}"


def test_the_regimen_repeats_the_claims(ledger):
    """Each dose and day of `regimen.csv` is printed in the text."""
    printed = {c.measure: c.printed for c in ledger.claims.values() if c.statistic == "value"}
    lows = {c.measure: c.printed for c in ledger.claims.values() if c.statistic == "min"}
    highs = {c.measure: c.printed for c in ledger.claims.values() if c.statistic == "max"}
    doses = {(d.drug, d.first_day): d for d in ledger.regimen}

    for drug in ("idarubicin", "vindesine"):
        dose = doses[drug.capitalize(), printed[f"{drug}_day"]]
        assert dose.dose == printed[f"{drug}_dose"]
    dexamethasone = doses["Dexamethasone", lows["dexamethasone_days"]]
    assert dexamethasone.last_day == highs["dexamethasone_days"]
    for step in ("step1", "step2"):
        dose = doses["Blinatumomab", lows[f"blinatumomab_{step}_days"]]
        assert dose.last_day == highs[f"blinatumomab_{step}_days"]
        assert dose.dose == printed[f"blinatumomab_{step}_dose"]
    extension = doses["Blinatumomab", printed["response_day"]]
    assert extension.dose == printed["extension_dose"]
    lasting = int(extension.last_day) - int(extension.first_day) + 1
    assert lasting == 7 * int(printed["extension_weeks"])


def test_every_comparator_has_its_source(ledger):
    """A number of another trial can be looked up."""
    assert ledger.comparators
    assert all(row.source.startswith(("https://", "http://")) for row in ledger.comparators)


@pytest.mark.parametrize("name", [name for name in FILES if (PUBLISHED / f"{name}.csv").is_file()])
def test_a_missing_column_is_named_with_its_file(copy, name):
    """The message lists the columns that the file needs."""

    def cut(rows):
        for row in rows:
            del row[1]

    column = (copy / f"{name}.csv").read_text(encoding="utf-8").partition("\n")[0].split(",")[1]
    edit(copy, name, cut)

    (fault,) = faults(copy)
    assert fault.startswith(f"{name}.csv: the column {column} is missing; it needs ")


@pytest.mark.parametrize(
    ("name", "change", "fault"),
    [
        (
            "claims",
            lambda rows: rows.append(rows[1]),
            r"claims\.csv row 269: the claim 'abstract_accrual_start_value' is there already; "
            r"give each row its own slug",
        ),
        (
            "claims",
            put(9, "printed", "ninety"),
            r"claims\.csv row 9 \(abstract_crc_2w_percent\), column printed: "
            r"'ninety' is not a printed number; write digits",
        ),
        (
            "claims",
            put(2, "printed", "Septober 2022"),
            r"claims\.csv row 2 .*: 'Septober 2022' is not a date; write it as April 15, 2024",
        ),
        (
            "claims",
            put(2, "measure", "acrual_start"),
            r"claims\.csv row 2 .*: unknown measure 'acrual_start'; did you mean accrual_start",
        ),
        (
            "claims",
            put(2, "statistic", "pct"),
            r"claims\.csv row 2 .*: unknown statistic 'pct'.*; one of n N percent",
        ),
        (
            "claims",
            put(2, "claim", "two words"),
            r"claims\.csv row 2: the claim 'two words' must be letters, digits and _ only",
        ),
        (
            "claims",
            lambda rows: rows[4].append("more"),
            r"claims\.csv row 5: its number of cells is not the header's; put quotes around",
        ),
        (
            "measures",
            put(5, "where", "wbc > 30"),
            r"measures\.csv row 5 \(wbc_gt30\), column where: 'wbc > 30' names no known column: "
            r"'wbc'; did you mean wbc_gt30\?",
        ),
        (
            "measures",
            put(5, "where", "__import__('os')"),
            r"measures\.csv row 5, column where: .* holds Call, which is not allowed; only names",
        ),
        (
            "measures",
            put(14, "where", 'response_2w == "Cr"'),
            r"measures\.csv row 14 \(crc_2w\), column where: .* response_2w is never 'Cr'; "
            r"it has 'CR' 'CRi' 'NR'",
        ),
        (
            "measures",
            put(2, "kind", "counted"),
            r"measures\.csv row 2 \(enrolled\): unknown kind 'counted'; did you mean count or .*; "
            r"one of count quantity",
        ),
        (
            "measures",
            put(2, "family", "wilson"),
            r"measures\.csv row 2 \(enrolled\): unknown family 'wilson'",
        ),
        (
            "families",
            put(2, "method", "clopper_pearson"),
            r"families\.csv row 2 \(proportion_interval\): unknown method 'clopper_pearson'; "
            r"did you mean clopper-pearson",
        ),
        (
            "families",
            put(2, "alternatives", "wald|Willson"),
            r"families\.csv row 2 \(proportion_interval\), column alternatives: "
            r"unknown method 'Willson'; did you mean wilson",
        ),
        (
            "claims",
            lambda rows: [row.append(row[5]) for row in rows],
            r"claims\.csv: the column verbal is there twice; keep one of them",
        ),
        (
            "measures",
            lambda rows: [row.append("levle" if i == 0 else "") for i, row in enumerate(rows)],
            r"measures\.csv: unknown column 'levle'; did you mean level\?",
        ),
        (
            "claims",
            put(9, "verbal", "maybe"),
            r"claims\.csv row 9 \(abstract_crc_2w_percent\): unknown verbal 'maybe'; one of yes",
        ),
        (
            "claims",
            put(9, "statistic", "median"),
            r"claims\.csv row 9 \(.*\): a count has no median; give crc_2w another kind",
        ),
        (
            "claims",
            put(9, "printed", "NR"),
            r"claims\.csv row 9 .*: 'NR' is not a number, and only a limit, a median or a quartile",
        ),
        (
            "claims",
            put(7, "printed", "100,000,000"),
            r"claims\.csv row 7 .*: 100,000,000 patients are more than .* \(10,000,000\); "
            r"where they are not the trial's, give the measure the kind external",
        ),
        (
            "expected_findings",
            put(2, "verdict", "wrong"),
            r"expected_findings\.csv row 2 .*: unknown verdict 'wrong'.*; one of match mismatch",
        ),
        (
            "regimen",
            put(4, "first_day", "first"),
            r"regimen\.csv row 4: 'first' to '7' are not days; write whole numbers, such as 8 and",
        ),
        (
            "relations",
            put(2, "expression", "crc_2w.first <= enrolled"),
            r"relations\.csv row 2 .* names no known column: 'crc_2w\.first'",
        ),
        (
            "relations",
            put(2, "expression", "crc_2w"),
            r"relations\.csv row 2 \(crc_parts\): 'crc_2w' compares nothing; write a comparison",
        ),
        (
            "relations",
            put(2, "kind", "total"),
            r"relations\.csv row 2 .*: unknown kind 'total'; .*one of sum subset order arithmetic",
        ),
        (
            "measures",
            put(5, "where", "age"),
            r"measures\.csv row 5 \(wbc_gt30\), column where: 'age' is not a condition: "
            r"age has values such as 15 16 17; compare it with one, as in age == 15",
        ),
        (
            "assumptions",
            put(2, "value", "month"),
            r"assumptions\.csv row 2 \(month\): 'month' is not a number of days",
        ),
        (
            "assumptions",
            put(11, "switchable", "maybe"),
            r"assumptions\.csv row 11 .*: unknown switchable 'maybe'; one of yes no",
        ),
        (
            "variables",
            put(2, "values", "young"),
            r"variables\.csv row 2 \(age\): the values 'young' do not fit the type integer; write",
        ),
        (
            "variables",
            put(2, "type", "number"),
            r"variables\.csv row 2 \(age\): unknown type 'number'.*; one of integer category",
        ),
        (
            "relations",
            put(2, "expression", "crc_2w == cr_2w + cry_2w"),
            r"relations\.csv row 2 \(crc_parts\), column expression: "
            r".* 'cry_2w'; did you mean cr_2w or cri_2w",
        ),
        (
            "assumptions",
            put(4, "expression", "death or pfs_event"),
            r"assumptions\.csv row 4 \(death_ends_pfs\), column expression: "
            r".* names no known column: 'death'",
        ),
        (
            "expected_findings",
            put(2, "claim", "table1_crs_g12"),
            r"expected_findings\.csv row 2 .*: unknown claim 'table1_crs_g12'; "
            r"did you mean table1_crs_g12_",
        ),
    ],
)
def test_a_fault_names_file_row_and_what_would_be_right(copy, name, change, fault):
    """One clear message for each."""
    edit(copy, name, change)

    (message,) = faults(copy)
    assert re.match(fault, message), message


def declare(folder, column, text, row=2):
    """Add an optional column to the measures, with a cell in one row."""

    def change(rows):
        if column not in rows[0]:
            for i, cells in enumerate(rows, 1):
                cells.append(column if i == 1 else "")
        rows[row - 1][rows[0].index(column)] = text

    edit(folder, "measures", change)


@pytest.mark.parametrize(
    ("column", "text", "fault"),
    [
        ("method", "Fisher", "unknown method 'Fisher'; did you mean fisher"),
        ("method", "clopper_pearson", "unknown method 'clopper_pearson'; did you mean clopper-p"),
        ("sides", "one", "unknown sides 'one'.*; one of two lower upper"),
        ("design", "pair", "unknown design 'pair'; one of matched paired"),
        ("design", "paired", "the design 'paired' is for a comparison, not a count"),
        ("level", "ninety", "'ninety' is not a confidence level; write it as 0.95 or as 95"),
        ("level", "5", "'5' is not a confidence level"),
        ("level", "100", "'100' is not a confidence level"),
    ],
)
def test_what_a_measure_says_of_its_method_is_checked(copy, column, text, fault):
    """A name that nobody knows would silently leave the family's method in force."""
    declare(copy, column, text)

    (message,) = faults(copy)
    assert re.match(rf"measures\.csv row 2 \(enrolled\).*: {fault}", message), message


@pytest.mark.parametrize("text", ["0.9", "90", "90%"])
def test_a_measure_may_have_its_own_level_and_method(copy, ledger, text):
    """As a fraction or as printed; the family and the usual level serve the others."""
    declare(copy, "level", text, row=5)
    declare(copy, "method", "wald", row=5)
    changed = read_ledger(copy)
    own, other = (changed.measures[name] for name in ("wbc_gt30", "crc_2w"))

    assert (changed.level(own), changed.method(own)) == (0.9, "wald")
    assert (changed.level(other), changed.method(other)) == (0.95, "wilson")


def test_a_row_is_numbered_as_an_editor_shows_it_below_a_repeated_one_too(copy):
    """A duplicate does not shift the rows of the faults after it."""
    edit(copy, "claims", lambda rows: rows.insert(2, rows[1]))
    edit(copy, "claims", put(10, "printed", "ninety"))

    assert [re.match(r"claims.csv row (\d+)", fault)[1] for fault in faults(copy)] == ["3", "10"]


def test_all_faults_come_at_once(copy):
    """Nobody mends a ledger one run at a time."""
    edit(copy, "claims", put(9, "printed", "ninety"))
    edit(copy, "measures", put(5, "where", "wbc > 30"))
    edit(copy, "relations", put(2, "expression", "nothing == 1"))

    assert len(faults(copy)) == 3


def test_a_file_of_a_ledger_is_no_ledger(copy):
    """Its folder is meant."""
    (fault,) = faults(copy / "claims.csv")
    assert "claims.csv is neither a folder of tables nor a spreadsheet (.xlsx)" in fault


@pytest.mark.parametrize("name", ["measures", "claims"])
def test_a_missing_file_is_told(copy, name):
    """Two files make a ledger; the others may be absent."""
    (copy / f"{name}.csv").unlink()

    (fault,) = faults(copy)
    assert f"{name}.csv: there is no such file; a ledger needs measures and claims" in fault


def test_a_file_that_is_no_text_is_told(copy):
    """A spreadsheet saved under the wrong name ends in a sentence."""
    (copy / "claims.csv").write_bytes(b"PK\x03\x04\xff\xfe")

    (fault,) = faults(copy)
    assert "claims.csv: cannot be read as text; save" in fault


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_an_unreadable_description_of_the_article_is_told(copy, text):
    """`article.json` is one object."""
    (copy / "article.json").write_text(text, encoding="utf-8")

    (fault,) = faults(copy)
    assert fault.startswith("article.json: ")


def test_a_spreadsheets_mark_and_line_ends_change_nothing(copy, ledger):
    """Excel writes a byte order mark and CRLF."""
    for path in copy.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    assert read_ledger(copy) == ledger


def test_the_worked_example_shows_ten_rows_of_this_ledger():
    """Rows in `data/README.md` are rows of the files they stand under."""
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    example = text.partition("### Ten rows, explained")[2].partition("\n### ")[0]
    _, *blocks = re.split(r"^`(\w+)\.csv`$", example, flags=re.MULTILINE)
    shown = 0
    for name, block in zip(blocks[::2], blocks[1::2], strict=True):
        header, *rows = re.findall(r"^    (.+)$", block, flags=re.MULTILINE)
        lines = (PUBLISHED / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        assert header == lines[0]
        assert set(rows) <= set(lines)
        shown += len(rows)

    assert shown == 10


@pytest.mark.parametrize("name", FILES)
def test_the_columns_of_every_file_are_described(name):
    """In the order of the file; columns that it may have besides come last."""
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    folders = PUBLISHED, ROOT / "data" / "examples" / "digitized"
    path = next(p for folder in folders if (p := folder / f"{name}.csv").is_file())
    header = path.read_text(encoding="utf-8").partition("\n")[0].split(",")
    described = re.search(rf"^\| `{name}\.csv` \| [^|]+ \| ([^|]+) \|$", text, flags=re.MULTILINE)

    assert described
    assert re.findall(r"`(\w+)`", described[1])[: len(header)] == header


def rewritten(change):
    """Return a change of a file's whole text."""

    def apply(path):
        text = path.read_text(encoding="utf-8")
        path.write_bytes(change(text))

    return apply


def separated_by(separator):
    """Write a table as a spreadsheet with another separator does."""

    def change(text):
        buffer = io.StringIO()
        csv.writer(buffer, delimiter=separator).writerows(csv.reader(io.StringIO(text)))
        return buffer.getvalue().encode()

    return change


@pytest.mark.parametrize(
    "change",
    [
        separated_by(";"),
        separated_by("\t"),
        lambda text: text.encode("utf-16"),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("claim,locus", "Claim , LOCUS", 1).encode(),
        lambda text: b"sep=;\r\n" + separated_by(";")(text),
        lambda text: (text + ",,,,,,,,\n\n , ,\n").encode(),
        lambda text: text.replace("\n", ",,\n").encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
    ],
)
def test_a_table_is_read_however_a_spreadsheet_saves_it(copy, ledger, change):
    """Separator, encoding, headings and empty cells at the ends make no difference."""
    rewritten(change)(copy / "claims.csv")

    assert read_ledger(copy).claims == ledger.claims


def test_a_files_name_may_have_capitals(copy, ledger):
    """Some file systems do not tell them apart."""
    (copy / "claims.csv").rename(copy / "Claims.CSV")

    assert read_ledger(copy).claims == ledger.claims


def test_a_table_in_windows_1252_is_read(tmp_path):
    """The old encoding of Excel: its umlauts, dashes and dots are not those of UTF-8."""
    columns = "measure,label,kind,where,among,by,against,endpoint,horizon,family,unit"
    measures = f"{columns}\nm,Müller – Größe,count,,,,,,,,\n"
    (tmp_path / "measures.csv").write_bytes(measures.encode("cp1252"))
    (tmp_path / "claims.csv").write_bytes(
        "claim,locus,measure,statistic,printed\nc,Table 1 · n,m,n,35\n".encode("cp1252")
    )
    (tmp_path / "article.json").write_bytes('{"authors": "Müller"}'.encode("cp1252"))
    read = read_ledger(tmp_path)

    assert read.article["authors"] == "Müller"
    assert read.measures["m"].label == "Müller – Größe"
    assert read.claims["c"].locus == "Table 1 · n"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("\n", '\n"', r"measures\.csv row \d+: a quote is not closed, or stands within"),
        (
            "Patients enrolled",
            '"Patients" enrolled',
            r"measures\.csv row \d+: a quote is not closed",
        ),
    ],
)
def test_a_quote_that_is_not_closed_is_told_by_row(copy, old, new, fault):
    """Otherwise the rest of the file would be one cell."""
    rewritten(lambda text: text.replace(old, new, 1).encode())(copy / "measures.csv")

    (message,) = faults(copy)
    assert re.match(fault, message), message


@pytest.mark.parametrize(
    ("where", "hint"),
    [
        ("response_2w == CR", 'write "CR" in quotes'),
        ('response_2w = "CR"', "write == for equal"),
        ("response_2w == “CR”", 'straight quotes, as in "A"'),
        ('response_2w == "CR" AND blasts_ge5', "write and, or, not, in in lower case"),
        ("age ≥ 40", "write <= >= !="),
    ],
)
def test_a_slip_in_an_expression_gets_its_remedy(copy, where, hint):
    """One sentence, with what would be right."""
    edit(copy, "measures", put(14, "where", where))

    (message,) = faults(copy)
    assert "measures.csv row 14" in message
    assert hint in message
