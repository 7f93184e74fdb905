"""One patient's value changed at a time: which verdicts change, and which should."""

from collections.abc import Collection, Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from measuring import Row, Section
from tampering import (
    LEDGER,
    MEASURED_CLAIMS,
    Change,
    Seen,
    changes,
    comparable,
    due,
    patients,
    supplied,
    touching,
    watch,
    write,
)

from companion.cohort import CohortError
from numbercheck.recount import Cohorts

PAGE = Path(__file__).parents[2] / "docs" / "detection.md"
PATIENTS = 1  # for each other value of each variable, whatever it moves
HEAD = """# Which change of the data would be found

Made by `make bench ONLY=detection`: the tables of `data/cohort` as if they were supplied, each with
a sex for everyone; one value of one patient is changed at a time. First each other value of each
variable of {patients} patient; then, for claims that none of these moved, the change of any patient
that should move them by the ledger's expressions. A claim is falsifiable when its verdict changed
at least once. None of the values tried, of any patient, changed these; for ages and times they are
a grid, not every number. "Computed" is the value from the unchanged tables:

"""


def measure() -> Section:
    """Try the changes and list the claims that none of them touched."""
    with TemporaryDirectory() as folder:
        place = Path(folder) / "changed"
        seen = [watch(change, place) for change in chosen()]
        seen += [watch(change, place) for change in telling(unmoved(seen), place)]
    used = [one for one in seen if not one.refused]
    still = unmoved(seen)
    list_unmoved(still)
    wrong = sum(one.moved & comparable() != one.due for one in used)
    told = f"{len(used)} used, {len(seen) - len(used)} refused as inconsistent, {wrong} otherwise"
    return Section(
        "Detection",
        "One value of one patient at a time, through the notebooks' own cells to the verdicts.",
        (
            Row("changes", told, "the verdicts that the ledger's expressions say", not wrong),
            Row("claims", f"{len(MEASURED_CLAIMS) - len(still)} of {len(MEASURED_CLAIMS)} changed"),
        ),
    )


def chosen():
    """A few patients for each other value of each variable."""
    grouped = {}
    for change in changes():
        grouped.setdefault((change.source, change.column, change.value), []).append(change)
    random = Random(0)  # noqa: S311 - a sample
    return [c for g in grouped.values() for c in random.sample(g, min(PATIENTS, len(g)))]


def unmoved(seen: Collection[Seen]) -> list[str]:
    """Claims whose verdict no change has moved."""
    moved = frozenset().union(*(one.moved for one in seen))
    return [c for c in MEASURED_CLAIMS if c not in moved]


def telling(claims: Collection[str], place: Path) -> Iterator[Change]:
    """For each claim the first change, of all patients' values, that should move it."""
    left = set(claims)
    for change in touching(claims):
        try:
            found = left & due(change, place)
        except CohortError:
            continue
        left -= found
        if found:
            yield change


def list_unmoved(claims: Collection[str]) -> None:
    """Write the page, with what keeps each claim where it is."""
    with TemporaryDirectory() as folder:
        write(supplied(), Path(folder))
        table = patients(Path(folder))
    lines = [f"- `{c}` prints {LEDGER.claims[c].printed}: {_reason(c, table)}" for c in claims]
    text = HEAD.format(patients=PATIENTS) + ("\n".join(lines) or "None.") + "\n"
    PAGE.write_text(text, encoding="utf-8")


def _reason(slug: str, table: Cohorts) -> str:
    if slug not in comparable():
        return "it depends on what neither data nor article hold: a cut-off of age, or other trials"
    claim = LEDGER.claims[slug]
    measure = LEDGER.measures[claim.measure]
    value = float(table.statistic(measure, claim.statistic)[0])
    told = f"computed {value:.4g}"
    if not claim.value.admits(value):
        return f"{told}, a mismatch before and after each change"
    if measure.kind == "quantity":
        values, known = table.columns[measure.where.text]
        same = int((values[known] == value).sum())
        return f"{told}, which {same} patients share"
    return f"{told}, which no tried change moves past its rounding or limit"
