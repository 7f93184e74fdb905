"""Describe a conflict in words for a clinician."""

from numbercheck.consistency.conflict_sets import Conflict
from numbercheck.consistency.model import MOST_PATIENTS, possible_sizes
from numbercheck.consistency.modeled import modeled
from numbercheck.consistency.search import Search
from numbercheck.consistency.solving import InfeasibleError
from numbercheck.errors import NumbercheckError
from numbercheck.ledger.arms import SUM_OF_ARMS
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Claim
from numbercheck.ledger.sources import name_of, place, source_of, what
from numbercheck.statistics.rounding import format_rounded
from numbercheck.words import first_of

NAMED = 4  # claims that a line names
QUOTED = 8  # claims that a sentence quotes
RELATIONS = "a relation, beyond what its measures' definitions imply; the audit judges it"


def quote(ledger: Ledger, slug: str) -> str:
    """Name a printed number with its place: ``Text ¶6: Relapse, patients: 4``."""
    claim = ledger.claims[slug]
    verb = "shows" if claim.source in ledger.digitized else "prints"
    return f"{place(claim, ledger)} {verb} {claim.printed} for {what(claim, ledger)}"


def sentence(ledger: Ledger, conflict: Conflict) -> str:
    """One sentence on why the rows cannot hold together."""
    if len(conflict.claims) == 1 and not conflict.assumptions:
        return _alone(ledger, ledger.claims[conflict.claims[0]])
    numbers = "; ".join(quote(ledger, slug) for slug in conflict.claims)
    assumed = "; ".join(ledger.assumptions[a].statement for a in conflict.assumptions)
    if not conflict.claims:
        return f"what we assumed cannot hold together: {assumed}"
    if len(conflict.claims) == 1:
        return f"this number cannot hold: {numbers}; given what we assumed: {assumed}"
    text = f"these {len(conflict.claims)} numbers cannot hold together"
    text += _sized(ledger, conflict)
    if len(conflict.claims) <= QUOTED:  # wherever the sentence stands, the rows stand below it
        text += f": {numbers}"
    return f"{text}; given what we assumed: {assumed}" if assumed else text


def _sized(ledger: Ledger, conflict: Conflict) -> str:
    """How many patients there are, where the conflict does not print it."""
    search, known = Search(ledger), set(conflict.claims)
    totals = [size for size in search.sizes if len(size.claims) == 1]
    if any(size.claims <= known for size in totals):
        return ""
    among = f" among {' or '.join(map(str, search.possible(known)))} patients"
    return among + ("" if totals else ", the sum of the printed groups")


def tell(ledger: Ledger, conflict: Conflict) -> str:
    """A conflict for a terminal: the sentence, the rows, and what was certified."""
    said = sentence(ledger, conflict)
    lines = [f"{said.partition(': ')[0]}:" if len(conflict.claims) > 1 else said]
    names = {s: name_of(source_of(ledger.claims[s]), ledger) for s in conflict.claims}
    lines += [f"  {slug} ({name}): {quote(ledger, slug)}" for slug, name in names.items()]
    lines += [
        f"  {slug} (assumed by us): {ledger.assumptions[slug].statement}"
        for slug in conflict.assumptions
    ]
    lines.append(CERTIFIED if conflict.certified else NOT_CERTIFIED)
    return "\n".join(lines)


def record(ledger: Ledger, conflict: Conflict) -> dict[str, object]:
    """A conflict for JSON."""
    return {
        "claims": list(conflict.claims),
        "assumptions": list(conflict.assumptions),
        "sentence": sentence(ledger, conflict),
        "certified": conflict.certified,
    }


def about(question: str, error: NumbercheckError) -> str:
    """Why a question is undecided, beginning with what was asked."""
    text = str(error)
    return f"{question}: {text}" if text.startswith("undecided") else text


def tell_sizes(ledger: Ledger) -> str:
    """Say which sizes of the cohort the printed counts leave."""
    try:
        found = possible_sizes(ledger)
    except InfeasibleError:
        return "no size suits all printed counts"
    ends = " to ".join(map(str, dict.fromkeys((found[0], found[-1]))))
    ends = f"{found[0]} or more" if found[-1] == MOST_PATIENTS else ends
    return f"the printed counts leave {ends} {'patient' if ends == '1' else 'patients'}"


def not_modeled(ledger: Ledger) -> dict[str, list[str]]:
    """Claims that take no part in conflicts and bounds, by the reason."""
    found: dict[str, list[str]] = {}
    for claim in ledger.claims.values():
        if reason := modeled(claim, ledger):
            found.setdefault(reason, []).append(claim.claim)
    return found


def tell_not_modeled(ledger: Ledger) -> list[str]:
    """A line for each reason why claims and relations take no part, with the first of them."""
    left = not_modeled(ledger)
    if relations := not_asked(ledger):
        left |= {RELATIONS: relations}
    return ["", "Left out of this question, and why:"] * bool(left) + [
        f"  {reason} ({first_of(names, NAMED)})" for reason, names in left.items()
    ]


def not_asked(ledger: Ledger) -> list[str]:
    """Relations that its own tables state, which nothing tells the solver."""
    return [name for name in ledger.relations if not name.endswith(SUM_OF_ARMS)]


def basis(ledger: Ledger) -> dict[str, object]:
    """For JSON: what takes no part in conflicts and bounds, and what was read off figures."""
    more = {"relations_left_out": not_asked(ledger), "digitized": tell_digitized(ledger)}
    return {"not_modeled": not_modeled(ledger), **{k: v for k, v in more.items() if v}}


def tell_digitized(ledger: Ledger) -> list[str]:
    """A line for each digitized curve, with its tolerances and the bounds that it gives."""
    used = [claim.source for _, claim in ledger.steps]
    return [
        f"read off {row.locus} ({row.file}), never printed: {used.count(row.curve)} bounds on the "
        f"curve of {row.endpoint}, if each point is within ±{row.tolerance} percentage points and "
        f"±{row.time_tolerance} {row.unit}"
        for row in ledger.digitized.values()
    ]


CERTIFIED = (
    "One smallest set: no cohort satisfies it, and without any one of its rows a cohort was "
    "found and checked again."
)
NOT_CERTIFIED = "No cohort satisfies this set; that it is a smallest one was not decided in time."


def _alone(ledger: Ledger, claim: Claim) -> str:
    """A number that no count can print, with the arithmetic of the printed count."""
    text = f"{quote(ledger, claim.claim)}, which no cohort can print"
    if claim.statistic != "percent" or ledger.measures[claim.measure].among.text:
        return text
    whole, *others = Search(ledger).possible([claim.claim])
    if others:
        return text
    counts = ledger.find(claim.measure, "n")
    counts = [c for c in counts if c.source == claim.source]
    text = f"no count out of {whole} prints as {claim.printed}"
    if counts:
        share = 100 * counts[0].value.value / whole
        text += (
            f"; {counts[0].printed} of {whole} is {format_rounded(share, 1)}%, "
            f"which prints as {format_rounded(share, claim.value.decimals)}%, not {claim.printed}"
        )
    return text
