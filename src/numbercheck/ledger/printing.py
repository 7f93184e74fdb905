"""Whether a value could have been printed as a number of an article."""

from fractions import Fraction
from math import isfinite

from numbercheck.ledger.rows import OF_PATIENTS, Claim, Measure


def prints_as(claim: Claim, measure: Measure, value: float) -> bool:
    """Whether a program that computed a value could have printed it so.

    Numbers of patients are exact: more than 4 is 5 at least. Percentages are quotients, and so
    are times in other units; limits, P values and estimates of a curve are products and sums, so
    that at a tie the last bit decides how they are rounded.

    Examples
    --------
    115 of 200 are 57.49999999999999% in binary, and 34.5 days are 1.15 months of 30:

    >>> from numbercheck.ledger.expressions import Expression
    >>> response = Measure("response", "", "count", *[Expression("")] * 3, *[""] * 5)
    >>> text = Claim("response_percent", "", "response", "percent", "57%")
    >>> prints_as(text, response, 57.5), prints_as(text, response, 58.5)
    (True, False)
    """
    printed = claim.value
    if claim.statistic in OF_PATIENTS or not isfinite(value):
        return printed.admits(value)
    if claim.statistic == "percent":
        share = Fraction(repr(round(float(value), 9))) / 100
        return printed.admits_percent(share.numerator, share.denominator)
    return (printed.admits_quotient if measure.kind == "quantity" else printed.admits_computed)(
        value
    )
