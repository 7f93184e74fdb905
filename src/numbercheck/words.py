"""What methods are called, for every reader of a method's slug."""

INTERVALS = {
    "wilson": "Wilson's method",
    "wilson-cc": "Wilson's method with continuity correction",
    "clopper-pearson": "Clopper and Pearson's exact method",
    "agresti-coull": "Agresti and Coull's method",
    "jeffreys": "Jeffreys' method",
    "wald": "the Wald method",
    "wald-cc": "the Wald method with continuity correction",
}
TESTS = {
    "fisher": "Fisher's exact test",
    "chi2": "the chi-squared test",
    "chi2-yates": "the chi-squared test with Yates' correction",
    "g": "the likelihood ratio test",
    "mid-p": "Fisher's test with mid-P",
    "boschloo": "Boschloo's test",
    "barnard": "Barnard's test",
    "mcnemar-exact": "McNemar's exact test",
    "exact-binomial": "the exact binomial test",
}
ONE_SIDED = {"-less": "one-sided, lower", "-greater": "one-sided, higher"}
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
    **{**INTERVALS, **TESTS, **CURVES, **SUMMARIES},
    **{f"{test}{end}": f"{TESTS[test]} ({ONE_SIDED[end]})" for test in TESTS for end in ONE_SIDED},
}


def called(slug: str) -> str:
    """Name of a method: ``fisher-less`` is one-sided."""
    return METHODS.get(slug, slug)
