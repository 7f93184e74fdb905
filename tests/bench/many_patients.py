"""How long the questions to the solver take as trials grow, in one arm and in two."""

import resource
from collections.abc import Iterator
from dataclasses import replace

from consistency import PATIENCE, PUBLISHED, copied
from large_trials import draw, printed_of
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from measuring import Measured, Row, Section, below, timed

from companion.figures.style import BLUE, GREEN, INK, VERMILION, styled
from companion.project import ROOT
from numbercheck.consistency import UndecidedError, conflicts, reconstruct
from numbercheck.consistency.asking import Bound
from numbercheck.consistency.questions import curves
from numbercheck.consistency.search import Search
from numbercheck.consistency.sharp_bounds import Bounds
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim
from numbercheck.statistics.rounding import format_rounded

DRAWN = ROOT / "docs" / "many-patients.svg"
COPIES = (1, 2, 4, 8, 16, 32)
ARMS = (120, 500, 1_000)  # patients in two arms
SEED = 0  # of the trials in two arms
FIRST, COUNTS, CURVE, BOUND = 3, 2, 15, 5  # seconds that each may take
GAP, POINTS = 0.01, 0.5  # of all patients, and of survival, between the ends proved and reached
MEMORY = 600
COLORS = {"first cohort": BLUE, "contradiction of counts": VERMILION, "contradiction of a curve": GREEN, "one bound": INK}  # fmt: skip


def measure() -> Section:
    """Ask each trial for a cohort, for two planted contradictions, and for bounds."""
    rows: list[Row] = []
    taken: dict[str, dict[str, float]] = {what: {} for what in COLORS}
    for name, ledger in _trials():
        for what, (time, row) in _asked(name, ledger).items():
            taken[what][name] = time
            rows.append(row)
    _draw(taken)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Section(
        "Many patients",
        "…",
        (*rows, below("most memory of all that", peak, MEMORY, "MB")),
    )


def _trials() -> Iterator[tuple[str, Ledger]]:
    ledger = read_ledger(PUBLISHED)
    rebuilt = reconstruct(ledger)
    kept = {k: c for k, c in ledger.claims.items() if k not in rebuilt.given_up}
    for times in COPIES:
        yield f"{35*times}", copied(replace(ledger, claims=kept), rebuilt.columns, times)
    for n in ARMS:
        yield f"2 × {n // 2}", printed_of(draw(n, 2, SEED), 2, SEED)


def _first(ledger):
    s = Search(ledger, PATIENCE)
    try: return str(s.feasible(s.rows))
    except UndecidedError: return 'undecided'
def changed(ledger, claim, value):
    return replace(ledger, claims=ledger.claims|{claim.claim: replace(claim, printed=value)})
def counts(ledger):
    c=next(c for c in ledger.claims.values() if c.statistic=='n' and ledger.measures[c.measure].kind=='count' and any(o.measure==c.measure and o.statistic=='percent' for o in ledger.claims.values()))
    return changed(ledger, c, str(int(c.value.value)+max(2,int(.05*Search(ledger).n))))
def curve(ledger, near):
    for c in ledger.claims.values():
        m=ledger.measures[c.measure]
        if m.kind=='survival' and c.statistic=='conf_low':
            e=next(o for o in ledger.claims.values() if o.measure==c.measure and o.statistic=='estimate')
            gap=e.value.value-c.value.value
            v=e.value.value-gap*(.5 if near else 2)
            if v>0 and gap>1.: return changed(ledger,c,f"{v:.{c.value.decimals}f}")
def conflict(ledger):
    try:
        f=conflicts(ledger,seconds=PATIENCE)
        return f'{sorted(f.claims)} certified {f.certified}' if f else 'NONE'
    except UndecidedError as e: return 'undecided'
if __name__=='__main__':
    import sys
    for name, ledger in _trials():
        if len(sys.argv)>1 and name not in sys.argv[1:]: continue
        for what,f,l in (('first',_first,ledger),('counts',conflict,counts(ledger)),('near',conflict,curve(ledger,True)),('far',conflict,curve(ledger,False))):
            t,a=timed(lambda: f(l)); print(name,what,f'{t:.2f}',a,flush=True)
