"""What methods are called in a sentence."""

METHODS = {
    "wilson": "Wilson's method",
    "wilson-cc": "Wilson's method with continuity correction",
    "clopper-pearson": "Clopper and Pearson's exact method",
    "agresti-coull": "Agresti and Coull's method",
    "jeffreys": "Jeffreys' method",
    "wald": "the Wald method",
    "wald-cc": "the Wald method with continuity correction",
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
SIDES = {"less": "one-sided, lower", "greater": "one-sided, higher"}


def called(slug: str) -> str:
    """Name of a method, with its side: ``fisher-less`` is one-sided."""
    base, _, side = slug.rpartition("-")
    if side in SIDES:
        return f"{METHODS.get(base, base)} ({SIDES[side]})"
    return METHODS.get(slug, slug)
