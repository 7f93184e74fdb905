"""One patient's value changed at a time: which verdicts change, and which should."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from measuring import Row, Section
from tampering import LEDGER, MEASURED_CLAIMS, Seen, changes, comparable, watch

PAGE = Path(__file__).parents[2] / "docs" / "detection.md"
PATIENTS = 1  # for each other value of each variable
HEAD = """# Which change of the data would be found

Made by `make bench ONLY=detection`: the tables of `data/cohort` as if they were supplied, each with
a sex for everyone; each other value of each variable of {patients} patient, one at a time. A
claim is falsifiable when its verdict changed at least once. In the sample, these did not:

"""


def measure() -> Section:
    """Try the changes and list the claims that none of them touched."""
    with TemporaryDirectory() as folder:
        seen = [watch(change, Path(folder) / "changed") for change in chosen()]
    used = [one for one in seen if not one.refused]
    moved = frozenset().union(*(one.moved for one in used))
    still = [c for c in MEASURED_CLAIMS if c not in moved]
    lines = [f"- `{c}` prints {LEDGER.claims[c].printed}: {_reason(c, used)}" for c in still]
    text = HEAD.format(patients=PATIENTS) + ("\n".join(lines) or "None.") + "\n"
    PAGE.write_text(text, encoding="utf-8")
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


def _reason(claim: str, used: list[Seen]) -> str:
    if claim not in comparable():
        return "no notebook computes it by the ledger's expressions alone"
    if not any(claim in one.due for one in used):
        return "one patient's value, of those tried, does not move it past its rounding or limit"
    return "its verdict should have changed"
