"""Which claims and measures the model knows, and why not the others."""

from numbercheck.consistency.domains import is_whole
from numbercheck.ledger.adjusted import is_adjusted
from numbercheck.ledger.curve_times import is_of_curve
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.rows import OF_PATIENTS, Claim, Measure
from numbercheck.recount import endpoint_columns, printed_unit
from numbercheck.statistics.contingency import METHODS as TESTS
from numbercheck.words import CURVES, STATISTICS, called

FITTING = {
    "count": ("n", "N", "percent", "conf_low", "conf_high"),
    "quantity": ("median", "p25", "p75", "min", "max"),
    "survival": ("estimate", "conf_low", "conf_high", "n_event", "at_risk"),
    "comparison": ("p_value",),
}
UNFITTING = {
    "incidence": "no model of a cumulative incidence",
    "rate": "no model of an event rate",
}
NEEDY = ("conf_low", "conf_high", "p_value", "median", "p25", "p75")  # computed by some method
UNCUT = ("wald", "wald-cc", "agresti-coull", "plain")  # may be printed beyond 0 and 100
FOLLOW_UP = ("survivors", "reverse-km")
GUESS = "a guess of the draft, not confirmed yet; delete it from the note to confirm it"


def modeled(claim: Claim, ledger: Ledger) -> str:
    """Say why a claim is not in the model; empty when it is."""
    measure = ledger.measures[claim.measure]
    if measure.kind not in FITTING:
        return UNFITTING.get(measure.kind, "not a number of this trial's patients")
    if claim.verbal:
        return "a claim in words; the test is not named"
    if claim.statistic not in FITTING[measure.kind]:
        return f"no model of the {STATISTICS[claim.statistic]}"
    if claim.value.relation == "unreached" and not is_of_curve(measure):
        return "printed as not reached"
    method = ledger.method(measure)
    why = unmodeled(ledger, measure)
    of_curve = is_of_curve(measure)
    is_plain = claim.statistic in OF_PATIENTS or (measure.kind == "quantity" and not of_curve)
    if not (why or is_plain) and is_adjusted(measure, ledger):
        why = "its label or a note says that it is adjusted or modeled"
    if not (why or method or of_curve) and claim.statistic in NEEDY:
        why = "its measure has no family, so its method is not known"
    if of_curve and claim.value.relation != "unreached" and not ledger.days_per(measure.unit):
        why = why or f"{measure.unit or 'an empty cell'} is no unit of time, such as months"
    return why or _unmodeled_value(claim, measure, method) or (GUESS if claim.is_guess else "")


def unmodeled(ledger: Ledger, measure: Measure) -> str:
    """Say why a measure is not in the model; empty when it is."""
    if measure.kind == "comparison":
        if not measure.by.text or measure.against:
            return "compared with a rate of another trial, or by groups that are not defined"
        if measure.design:
            return f"no model of {measure.design} groups"
        variable, method = ledger.variables.get(measure.where.text), ledger.method(measure)
        is_of_curves = measure.endpoint or ledger.find(measure.measure, "hazard_ratio")
        if is_of_curves and not measure.where.text:
            return "no model of curves that are compared, as by a log-rank test or a Cox model"
        if not measure.where.text or (variable and variable.type != "flag"):
            return "no model of means or categories that are compared"
        if method and method not in TESTS:
            return f"no model of {called(method)}"
        return "" if len(ledger.groups(measure.by)) == 2 else "no model of more than two groups"
    if is_of_curve(measure):
        return _unmodeled_time(ledger, measure)
    if measure.kind == "quantity":
        return _unmodeled_quantity(ledger, measure)
    return _unmodeled_curve(ledger, measure) if measure.kind == "survival" else ""


def _unmodeled_time(ledger: Ledger, measure: Measure) -> str:
    method = ledger.method(measure)
    if method and method not in CURVES:
        return f"no model of a time to an event by {called(method)}"
    return _unmodeled_curve(ledger, measure)


def _unmodeled_quantity(ledger: Ledger, measure: Measure) -> str:
    variable = ledger.variables.get(measure.where.text)
    if not measure.where.text:
        return "its measure does not say of which variable it is (where)"
    if variable is None or not is_whole(variable):
        return f"{measure.where.text} is no variable of whole numbers (type integer, with values)"
    if printed_unit(ledger, measure) is None:
        return f"{measure.unit} cannot be told from the unit of {variable.variable}"
    method = ledger.method(measure)
    return f"no model of follow-up by {method}" if method in FOLLOW_UP else ""


def _unmodeled_curve(ledger: Ledger, measure: Measure) -> str:
    columns = endpoint_columns(ledger, measure.endpoint)
    if not all(columns):
        end = measure.endpoint or "its endpoint"
        source = f"ADTTE.{measure.endpoint} days and ADTTE.{measure.endpoint} event"
        return f"no variable holds the days or the events of {end} (sources {source})"
    if partial := [c for c in columns if ledger.variables[c].evaluable.text]:
        return f"some patients have no value of {' and '.join(partial)}"
    if not is_whole(ledger.variables[columns[0]]):
        return f"{columns[0]} is no variable of whole numbers"
    return ""


def _unmodeled_value(claim: Claim, measure: Measure, method: str) -> str:
    limit = claim.statistic in ("conf_low", "conf_high")
    counted = claim.statistic in ("n_event", "at_risk")
    if measure.kind == "survival" and not counted and _is_fraction(claim, measure):
        return "a fraction; only percentages are modeled"
    if limit and measure.sides == ("upper" if claim.statistic == "conf_low" else "lower"):
        return "an interval with one side has no such limit"
    if limit and method in UNCUT and not 0 <= claim.value.value <= 100:
        return "a limit beyond 0 or 100%, printed as it came"
    return ""


def _is_fraction(claim: Claim, measure: Measure) -> bool:
    return "%" not in (claim.value.unit, measure.unit) and claim.value.value <= 1
