"""What methods, statistics and verdicts are called, wherever a reader meets them."""

from collections.abc import Sequence

STATISTICS = {
    "n": "number",
    "N": "denominator",
    "percent": "percentage",
    "conf_low": "lower confidence limit",
    "conf_high": "upper confidence limit",
    "median": "median",
    "p25": "lower quartile",
    "p75": "upper quartile",
    "min": "lowest value",
    "max": "highest value",
    "estimate": "estimate",
    "p_value": "P value",
    "n_event": "number of events",
    "at_risk": "number at risk",
    "value": "value",
    "mean": "mean",
    "sd": "standard deviation",
    "se": "standard error",
    "half_width": "half-width of the confidence interval",
    "difference": "difference",
    "odds_ratio": "odds ratio",
    "risk_ratio": "risk ratio",
    "hazard_ratio": "hazard ratio",
    "rate": "event rate",
    "person_time": "person-time",
}
NO_COX = "proportional hazards are not named"  # what a draft notes beside a hazard ratio
NO_TEST = "the test is not named"  # and beside a P value
AS_THEY_ARE = "guess: compares the arms as they are, unadjusted"
SIGNS = {"match": "✓", "mismatch": "✗", "given": "▪", "unchecked": "○"}
INTERVALS = {
    "wilson": "the Wilson score method",
    "wilson-cc": "the Wilson score method with continuity correction",
    "clopper-pearson": "the Clopper–Pearson (exact) method",
    "agresti-coull": "the Agresti–Coull method",
    "jeffreys": "the Jeffreys method",
    "wald": "the Wald method",
    "wald-cc": "the Wald method with continuity correction",
}
TESTS = {
    "fisher": "Fisher's exact test",
    "chi2": "the chi-squared test",
    "chi2-yates": "the chi-squared test with Yates' correction",
    "chi2-n-1": "the N − 1 chi-squared test",
    "g": "the likelihood ratio test",
    "mid-p": "Fisher's test with mid-P",
    "fisher-doubled": "Fisher's exact test with the one-sided P doubled",
    "mid-p-doubled": "Fisher's test with the one-sided mid-P doubled",
    "boschloo": "Boschloo's test",
    "barnard": "Barnard's test",
    "mcnemar-exact": "McNemar's exact test",
    "mcnemar": "McNemar's test",
    "mcnemar-cc": "McNemar's test with continuity correction",
    "exact-binomial": "the exact binomial test",
    "binomial-mid-p": "the exact binomial test with mid-P",
    "binomial-score": "the score test",
    "binomial-wald": "Wald's test",
    "exact-binomial-doubled": "the exact binomial test with the one-sided P doubled",
    "binomial-mid-p-doubled": "the exact binomial test with the one-sided mid-P doubled",
    "binomial-score-cc": "the score test with continuity correction",
}
ONE_SIDED = {"-less": "one-sided, lower", "-greater": "one-sided, higher"}
SEVERAL_GROUPS = {
    "trend": "the Cochran–Armitage test for trend",
    "kruskal-wallis": "the Kruskal–Wallis test",
    "student": "Student's t test",
    "welch": "Welch's t test",
    "anova": "one-way analysis of variance",
    "paired-t": "the paired t test",
    "log-rank": "the log-rank test",
    "cox": "the Wald test of the Cox model",
}
EFFECTS = {
    "newcombe": "Newcombe's method",
    "newcombe-cc": "Newcombe's method with continuity correction",
    "wald-yates": "the Wald method with Yates' correction",
    "mee": "Mee's score method",
    "hauck-anderson": "the Hauck–Anderson method",
    "miettinen-nurminen": "the Miettinen–Nurminen method",
    "agresti-caffo": "the Agresti–Caffo method",
    "woolf": "Woolf's method",
    "haldane": "the log method with 0.5 added to each cell",
    "cornfield": "Cornfield's method",
    "fisher-exact": "the conditional exact method",
    "katz": "the Katz log method",
    "koopman": "Koopman's score method",
    "adjusted": "an adjusted or stratified model",
    "profile": "profile likelihood",
}
RATES = {
    "poisson-exact": "the exact Poisson method",
    "poisson-log": "the Poisson method on the log scale",
    "poisson-wald": "the Wald method for a Poisson count",
    "byar": "Byar's method",
    "poisson-mid-p": "the exact Poisson method with mid-P",
    "byar-mid-p": "Byar's approximation to mid-P",
    "poisson-score": "the score method for a Poisson count",
}
CURVES = {
    "log": "limits on the log scale",
    "log-log": "limits on the log-log scale",
    "plain": "limits on the plain scale",
    "logit": "limits on the logit scale",
    "arcsin": "limits on the arcsine square root scale",
}
SUMMARIES = {
    "quantile-2": "quantiles of type 2 (SAS)",
    "quantile-6": "quantiles of type 6 (SPSS)",
    "quantile-7": "quantiles of type 7 (R)",
    "observed": "all observed times",
    "survivors": "the times of those without the event",
    "reverse-km": "the reverse Kaplan-Meier method",
}
METHODS = {
    **{**INTERVALS, **TESTS, **SEVERAL_GROUPS, **EFFECTS, **RATES, **CURVES, **SUMMARIES},
    **{f"{test}{end}": f"{TESTS[test]} ({ONE_SIDED[end]})" for test in TESTS for end in ONE_SIDED},
}
OUTCOMES = {  # of claims, by verdict and basis
    ("match", "data"): "match the supplied patient data",
    ("mismatch", "data"): "do not match the supplied patient data",
    ("match", "arithmetic"): "follow from other printed numbers",
    ("match", "fitted"): "are reproduced, by a method that was chosen to fit this number alone",
    ("mismatch", "arithmetic"): "contradict other printed numbers, or are not supported by them",
    ("match", "constructed"): "hold in the reconstructed cohort, as built: this verifies nothing",
    ("mismatch", "constructed"): "do not hold in the reconstructed cohort",
    ("given", "constructed"): "are premises, from which others follow (built into the cohort)",
    ("given", ""): "are premises, from which others follow",
    ("unchecked", ""): "could not be checked, each for a reason of its own",
}
UNCHECKED = {
    "not-a-number": "“not reached” or the like, printed in place of a number",
    "stands-alone": "no other printed number determines it, and none follows from it",
    "in-order": "no other printed number determines it, but it is in order with its neighbors",
    "told-before": "a finding of the same interval or table tells of it",
    "guess": "it is wrong if the draft has guessed its meaning correctly",
    "other-trial": "it is another trial's, whose report is not in the ledger",
    "depends-on-missing": "fewer patients would give it, and perhaps not all were measured",
    "depends-on-cells": "it tests groups whose cells the article does not print",
    "depends-on-rounding": "the rate that it is compared with is rounded, and more digits decide",
    "depends-on-test": "the article does not name the test, and tests differ",
    "not-expressible": "the printed counts and means of groups do not give it",
    "no-denominator": "the article does not print its denominator",
    "no-count": "the article does not print the count that its interval is of",
    "not-determined": "the other printed numbers do not determine it",
    "possible-p": "some of the possible counts would give this P value, others not",
    "possible-counts": "the article does not print the count that this percentage is of",
    "possible-value": "the other printed numbers allow it, and other values as well",
    "undecided": "too many at-risk sequences could give this survival estimate",
    "other-definition": "another source prints it otherwise, and a definition may explain it",
    "may-change": "another source prints it otherwise, and time may change it",
    "undeclared": "another source prints it otherwise, and nothing says whether it may change",
    "undated": "another source prints it otherwise, and which of them is later is not known",
    "to-read": "another source words it otherwise",
}
AGREEMENTS = {
    "agrees": "they agree",
    "within-rounding": "they differ within rounding",
    "in-order": "they differ in the direction that time allows",
    "may-change": "they differ, and this number may change over time",
    "undated": "they differ, and sources.csv gives no dates that say which is later",
    "undeclared": "they differ, and measures.csv, column later, does not say if it may change",
    "other-definition": "they differ, and another definition can explain it",
    "to-read": "two texts to be read side by side",
    "differs": "they differ",
    "other-patients": "other patients",
    "alone": "printed in this source only",
}


def called(slug: str) -> str:
    """Name of a method in a sentence: ``fisher-less`` is one-sided."""
    return METHODS.get(slug, slug)


def titled(slug: str) -> str:
    """Name of an interval's method in a list.

    Examples
    --------
    >>> titled("wilson-cc")
    'Wilson score with continuity correction'
    """
    return called(slug).removeprefix("the ").replace(" method", "")


def first_of(names: Sequence[str], most: int = 3) -> str:
    """The first few of some names, and how many more there are.

    Examples
    --------
    >>> first_of(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"
