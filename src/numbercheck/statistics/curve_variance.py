"""The least and the largest variance of a survival estimate or a cumulative incidence.

For Kaplan-Meier with Greenwood's variance, and for Aalen-Johansen with the delta method's, which
is also the infinitesimal jackknife of R's ``survfit``. Proof: at an event time with n at risk,
of whom a share p has the event and a share s stays free of all events, the incidence and its
variance follow from those of the time after it, F' and V', as ::

    F = p + s F',   V = c / n + s² V'   with   c = p + s F'² - F²

c is the variance of a variable that is 1, F' or 0, so it is not negative. With S the
probability of being free of events just before each time, V is the sum of S² c / n, and the sum
of S c is F (1 - F), which solves the recursion with all n = 1. So V is F (1 - F) times a
weighted mean of S / n, the weight that one patient has. It is 1 / N at first, never falls, and
c is 0 after the last event of the kind, at which the weight w is largest::

    F (1 - F) / N  <=  V  <=  w F (1 - F)

w is at most 1 / m where m are at risk then or later. Of d events each adds at least 1 / N to F,
and the last adds w, so w is at most F - (d - 1) / N.
"""


def curve_variance(
    incidence: float, n: int, at_risk: int = 1, events: int = 1
) -> tuple[float, float]:
    """Least and largest variance of a cumulative incidence, or of one minus survival.

    Parameters
    ----------
    incidence : float
        The estimate, from 0 to 1.
    n : int
        Patients at the start.
    at_risk : int
        Patients who are still at risk at that time, or later, if that is known.
    events : int
        Events of the kind until that time, or at least so many.

    Examples
    --------
    >>> [round(end, 4) for end in curve_variance(0.24, 120, at_risk=30)]
    [0.0015, 0.0061]
    """
    binomial = incidence * (1 - incidence)
    weight = min(1 / max(at_risk, 1), incidence - (events - 1) / n)
    return binomial / n, binomial * max(weight, 1 / n)
