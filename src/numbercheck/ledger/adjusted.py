"""Numbers that are said to be adjusted, so that counts and times alone do not give them."""

import re
from functools import lru_cache

from numbercheck.ledger.implied import printed_effect
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import Measure


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


WAYS = r"(?:adjust|stratif|weight|imput|covaria|multivaria)\w*"
DENIED_OR_OF_OTHERS = _words(  # denied of a number, or said of patients, drugs, images or scores
    rf"\b(?:un|non).?{WAYS}",
    rf"\b(?:no|not|neither|without)\s(?:(?:any|been|covariate|multivariable)[\s-])*{WAYS}"
    rf"(?:\s(?:or|nor)\s{WAYS})*",
    r"(?<!modified.)\bnon.?respon(?:der|se).imputation",
    r"dos(?:e|age|ing).adjust\w*\b(?!.(?:hazard|odds|risk|relative|[HOR]R\b))|adjusted.dos\w+",
    r"adjusted.(?:IPI\b|international)|adjustment.disorder|quality.adjusted",
    r"risk.(?:adjusted|stratified).(?:therap|chemo|radio|strateg|protocol|regimen)\w*",
    r"randomi[sz]ation\s(?:was\s)?stratified\s(?:by|for|on|accord)",
    r"stratified\s(?:(?:permuted|block|blocked)[\s-])*randomi[sz]ation(?!.(?:test|factor))",
    r"(?:T[12]\*?|diffusion|perfusion|susceptibility|density).weighted",
    r"model.for.end.stage|homeosta\w+.model",
    r"(?:tumou?r|lesion|disease|fibrosis).regression(?!.model)",
    r"regression.of.(?:tumou?r|lesion|disease|fibrosis|plaque)",
    r"mantel.cox",
)
OF_ANY = (
    r"adjust|\bweight(?:ed|ing)|probability.weight|\bIP[TC]?W\b|(?:age|sex|directly).standardi[sz]",
    r"imput|bootstrap|bayes|\bcredible|\bGEE\b|\bMMRM\b|\bpeto\b",
)
OF_SHARES = _words(
    *OF_ANY,
    r"\bmodel|(?:logistic|poisson|binomial|cox).regression",
    r"actuarial|life.table|nelson.aalen|cutler.ederer",  # no product of Kaplan and Meier's
)
OF_EFFECTS = _words(
    *OF_ANY,
    r"stratif|multivaria|covaria|ancova|propensity|mantel|\bCMH\b|least.squares|\bLS\b|hodges",
    r"profile.likelihood|^profile$|firth|penali[sz]|geometric|negative.binomial|subdistribution",
    r"mixed.(?:effect|model|linear|logistic)|(?:linear|logistic).mixed|standardi[sz]ed.mean",
)
OF_HAZARDS = _words(r"wilcoxon|gehan|tarone|fleming.harrington|fine.{1,5}gray")
MODEL = _words(r"\bmodel|regression")
CRUDE = _words(r"\b(?:un|non).?adjusted|univaria|crude")
CRUDE_HAZARDS = _words(CRUDE.pattern, r"(?<!mantel.)\bcox\b(?!.*\b(?:with\b|includ))")
RELATIVE = _words(r"relative.(?:change|reduction|difference)")


def is_adjusted(measure: Measure, ledger: Ledger) -> bool:
    """Whether a measure's numbers are said to be more than those of the counted patients."""
    is_share = measure.kind in ("count", "survival")
    effect = "" if is_share else printed_effect(measure.measure, ledger)
    return any(_says_so(said, is_share, effect) for said in said_of(measure, ledger))


@lru_cache(maxsize=4096)
def _says_so(said: str, is_share: bool, effect: str) -> bool:
    """Whether some words say that a share, or an effect, is adjusted; the solver asks often."""
    rest = DENIED_OR_OF_OTHERS.sub(" ", said)
    if is_share:
        return bool(OF_SHARES.search(rest))
    return (
        says_adjusted(said, CRUDE_HAZARDS if effect == "hazard_ratio" else CRUDE)
        or bool(OF_HAZARDS.search(rest))
        or bool(effect == "difference" and RELATIVE.search(rest))
    )


def says_adjusted(said: str, crude: re.Pattern[str] = CRUDE) -> bool:
    """Whether words say that what compares groups is adjusted, or of a model."""
    rest = DENIED_OR_OF_OTHERS.sub(" ", said)
    return bool(OF_EFFECTS.search(rest) or (MODEL.search(rest) and not crude.search(said)))


def said_of(measure: Measure, ledger: Ledger) -> tuple[str, ...]:
    """What the ledger says in words of how a measure's numbers were computed."""
    return measure.label, ledger.method(measure), *ledger.notes.get(measure.measure, ())
