"""Numbers that are said to be adjusted, so that counts and times alone do not give them."""

import re

from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Measure
from numbercheck.words import STATISTICS

ADJUSTED = re.compile(
    r"(?<!un)(?<!not )(adjusted|adjustment|stratified)|multivaria|covariate|\bweighted\b|weighting|"
    r"propensity|mantel|regression|\bmodel|imputation|least.squares|\bLS\b|ancova|bootstrap|"
    r"bayes|credible|\bmedian|hodges|relative (change|reduction|difference)|profile.likelihood|"
    r"firth|penali[sz]ed|^profile$|geometric|negative binomial|\bGEE\b|\bmixed|"
    r"wilcoxon|gehan|\bpeto|tarone|fleming",
    re.IGNORECASE,
)
ADJUSTED_SHARE = re.compile(  # not dose-adjusted drugs, nor curves stratified by arm
    r"(?<!un)(?<!not )(?<!dose.)(?<!risk.)(adjusted|adjustment)(?!.(IPI|international))|"
    r"\bweighted\b|weighting|\bmodel|imputation|bootstrap|bayes|credible|\bGEE\b|\bpeto",
    re.IGNORECASE,
)


def is_adjusted(measure: Measure, ledger: Ledger) -> bool:
    """Whether a measure's numbers are said to be more than those of the counted patients."""
    pattern = ADJUSTED_SHARE if measure.kind in ("count", "survival") else ADJUSTED
    return any(map(pattern.search, said_of(measure, ledger)))


def said_of(measure: Measure, ledger: Ledger) -> tuple[str, ...]:
    """What the ledger says in words of how a measure's numbers were computed."""
    notes = (c.note for name in STATISTICS for c in ledger.find(measure.measure, name))
    return measure.label, ledger.method(measure), *notes
