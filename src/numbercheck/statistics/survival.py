"""Kaplan-Meier curves, their limits, quantiles and at-risk counts, as in R's survival package.

Own code: in Python only ``survival`` on PyPI has R's default limits (``log``), in 39 MB;
the tests hold this module against it and against R. Sources: Kaplan and Meier (1958),
doi:10.1080/01621459.1958.10501452; Greenwood (1926); R survival 3.5-3, ``survfit``,
``summary.survfit`` and ``quantile.survfit``.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from numbercheck.statistics.proportions import require_option
from numbercheck.statistics.quantiles import quantile as sample_quantile
from numbercheck.statistics.scales import CONF_TYPES, survival_limits, two_sided_z

Array = NDArray[np.float64]
SAME = float(np.sqrt(np.finfo(float).eps))  # R's tolerance for equal times and equal probabilities
FOLLOW_UP = ("observed", "survivors", "reverse-km")


class FollowUp(NamedTuple):
    """Median and quartiles of follow-up; NaN where they cannot be given."""

    median: float
    p25: float
    p75: float


def kaplan_meier(
    time: ArrayLike, event: ArrayLike, conf_type: str = "log", level: float = 0.95
) -> pd.DataFrame:
    """Estimate the survival curve of one group of participants.

    Parameters
    ----------
    time : array_like of float, shape (n,)
        Time to the event, or to the end of follow-up, in any unit.
    event : array_like of bool, shape (n,)
        True (or 1) where the event was seen, False (or 0) where follow-up ended first.
    conf_type : {"log", "log-log", "plain", "logit", "arcsin"}
        Scale on which the limits are symmetric, as in R's survfit.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    pandas.DataFrame, shape (k, 7)
        One row for each of the k distinct times, indexed by ``time``: ``n_risk``,
        ``n_event``, ``n_censor`` count participants; ``survival``; ``std_err``
        (Greenwood, of the survival itself); ``lower``; ``upper``.

    Raises
    ------
    ValueError
        If the shapes differ, nobody is there, a time is missing, infinite or negative,
        an event is not 0 or 1, or the type or level is unknown.

    Notes
    -----
    Someone censored at an event's time counts as at risk then. Times closer than 1.5e-8 are
    one time. As in R, standard error and limits are NaN where survival is 0, whatever the
    type; where it is still 1, ``log`` and ``plain`` limits are 1 and the others NaN.

    Examples
    --------
    >>> kaplan_meier([10, 20, 20, 30], [True, True, False, False])["survival"].tolist()
    [0.75, 0.5, 0.5]
    """
    require_option("conf_type", conf_type, CONF_TYPES)
    if not 0 < level < 1:
        raise ValueError(f"level is {level!r}; it must be between 0 and 1, such as 0.95")
    moments, died = _checked(time, event)
    times, at = _distinct(moments)
    n_event = np.bincount(at, weights=died).astype(int)
    n_censor = np.bincount(at, weights=~died).astype(int)
    n_risk = (n_event + n_censor)[::-1].cumsum()[::-1]
    survival = np.cumprod(1 - n_event / n_risk)
    with np.errstate(divide="ignore", invalid="ignore"):  # survival 0: NaN, as in R
        variance = np.cumsum(n_event / (n_risk * (n_risk - n_event)))
        std_err = survival * np.sqrt(variance)
    at_each = zip(survival, variance, strict=True)
    lower, upper = np.transpose([survival_limits(*both, conf_type, level) for both in at_each])
    columns = {"n_risk": n_risk, "n_event": n_event, "n_censor": n_censor, "survival": survival}
    limits = {"std_err": std_err, "lower": lower, "upper": upper}
    return pd.DataFrame(columns | limits, index=pd.Index(times, name="time"))


def cumulative_incidence(time: ArrayLike, cause: ArrayLike, level: float = 0.95) -> pd.DataFrame:
    """Estimate the cumulative incidence of competing events in one group of participants.

    Parameters
    ----------
    time : array_like of float, shape (n,)
        Time to the first event, or to the end of follow-up, in any unit.
    cause : array_like of int, shape (n,)
        1, 2, … for the kinds of event; 0 where follow-up ended first.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``cause`` and ``time``, one row for each kind and distinct time: ``n_risk``,
        ``n_event`` (of this kind), ``incidence``, ``std_err``, ``lower``, ``upper``.

    Notes
    -----
    The Aalen-Johansen estimate with R's limits (``survfit`` of a factor): the standard error is
    the infinitesimal jackknife, the limits are symmetric on the log scale, and NaN before the
    first event of a kind.

    Examples
    --------
    >>> cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1]).loc[1, "incidence"].tolist()
    [0.25, 0.25, 0.25, 0.75]
    """
    moments, _ = _checked(time, np.asarray(cause, dtype=float) > 0)
    kinds = np.asarray(cause, dtype=float)
    if not (np.isin(kinds, np.arange(kinds.max() + 1)).all() and 0 < level < 1):
        raise ValueError("every cause must be 0, 1, 2, …, and the level between 0 and 1")
    times, at = _distinct(moments)
    member = at[:, np.newaxis] >= np.arange(len(times))  # who is still at risk at each time
    n_risk = member.sum(axis=0)
    happens = at[:, np.newaxis] == np.arange(len(times))
    hazard = (happens & (kinds > 0)[:, np.newaxis]).sum(axis=0) / n_risk
    before = np.append(1.0, np.cumprod(1 - hazard)[:-1])  # free of events just before each time
    any_event = (happens & (kinds > 0)[:, np.newaxis]).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.where(hazard < 1, (member * hazard - any_event) / (n_risk * (1 - hazard)), 0.0)
    pull = np.cumsum(step, axis=1) - step  # of each participant on the logarithm of ``before``
    tables = {}
    for kind in range(1, int(kinds.max()) + 1):
        own = happens & (kinds == kind)[:, np.newaxis]
        n_event = own.sum(axis=0)
        share = n_event / n_risk
        influence = np.cumsum(before * (pull * share + (own - member * share) / n_risk), axis=1)
        incidence, std_err = np.cumsum(before * share), np.sqrt((influence**2).sum(axis=0))
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.exp(two_sided_z(level) * std_err / incidence)
        columns = {"n_risk": n_risk, "n_event": n_event, "incidence": incidence}
        limits = {"std_err": std_err, "lower": incidence / reach}
        limits["upper"] = np.minimum(incidence * reach, 1.0)
        tables[kind] = pd.DataFrame(columns | limits, index=pd.Index(times, name="time"))
    return pd.concat(tables, names=["cause"])


def survival_at(curve: pd.DataFrame, times: ArrayLike) -> pd.DataFrame:
    """Read a curve at given times, as R's ``summary(fit, times=, extend=TRUE)``.

    Returns
    -------
    pandas.DataFrame
        One row per time, in ascending order, with the curve's columns. ``n_risk`` counts those
        followed to that time or beyond it; ``n_event`` and ``n_censor`` those since the
        previous time asked for. Before the first time observed survival and its limits are 1;
        beyond the last they keep their last value with nobody at risk.
    """
    wanted = np.sort(np.atleast_1d(np.asarray(times, dtype=float)))
    if not np.isfinite(wanted).all():
        raise ValueError("every time asked for must be a number")
    until = np.searchsorted(curve.index, wanted, side="right")
    before = np.searchsorted(curve.index, wanted, side="left")
    read = {"n_risk": np.append(curve["n_risk"], 0)[before]}
    for column in ("n_event", "n_censor"):
        read[column] = np.diff(np.append(0, curve[column].cumsum())[until], prepend=0)
    for column, start in {"survival": 1.0, "std_err": 0.0, "lower": 1.0, "upper": 1.0}.items():
        read[column] = np.append(start, curve[column])[until]
    return pd.DataFrame(read, index=pd.Index(wanted, name="time"))


def at_risk_table(curve: pd.DataFrame, times: ArrayLike) -> pd.DataFrame:
    """Count, below a plot, who is at risk and how many have left by each time.

    ``n_risk`` is followed to that time or beyond; ``cumulative_events`` and
    ``cumulative_censored`` have left up to and including it, so whoever leaves exactly then
    is in both counts.
    """
    read = survival_at(curve, times)
    left = {"cumulative_events": "n_event", "cumulative_censored": "n_censor"}
    return read[["n_risk"]].assign(**{name: read[n].cumsum() for name, n in left.items()})


def quantile(curve: pd.DataFrame, p: float) -> float:
    """Time by which a fraction ``p`` has had the event, by R's ``quantile.survfit``.

    It is the time at which the curve falls below 1 - p. Where the curve runs exactly at
    1 - p, it is the middle of that stretch, to the last time observed if the curve never
    falls further. NaN if the curve never reaches 1 - p.
    """
    return _crossing(curve, "survival", p)


def median(curve: pd.DataFrame) -> float:
    """Median survival time, by the rule of ``quantile``; NaN if it is not reached.

    R's ``median`` gives this too. Its ``print`` differs in one case, a curve that ends exactly
    at one half: there it gives the time at which the curve got there.
    """
    return quantile(curve, 0.5)


def median_interval(curve: pd.DataFrame) -> tuple[float, float]:
    """Limits of the median: the times at which the curve's own limits reach one half."""
    return _crossing(curve, "lower", 0.5), _crossing(curve, "upper", 0.5)


def follow_up(time: ArrayLike, event: ArrayLike, method: str = "reverse-km") -> FollowUp:
    """Median and quartiles of follow-up, by one of the three definitions in use.

    Parameters
    ----------
    time, event : array_like
        As for ``kaplan_meier``.
    method : {"observed", "survivors", "reverse-km"}
        All observed times; those of participants without the event; or the Kaplan-Meier
        quantiles with censoring as the event (Schemper and Smith 1996,
        doi:10.1016/0197-2456(96)00075-X). The first two by R's quantile type 7.
    """
    require_option("method", method, FOLLOW_UP)
    moments, died = _checked(time, event)
    quartiles = (0.5, 0.25, 0.75)
    if method == "reverse-km":
        curve = kaplan_meier(moments, ~died)
        return FollowUp(*(quantile(curve, p) for p in quartiles))
    followed = moments if method == "observed" else moments[~died]
    if not followed.size:
        return FollowUp(np.nan, np.nan, np.nan)
    return FollowUp(*(sample_quantile(followed, p) for p in quartiles))


def _checked(time: ArrayLike, event: ArrayLike) -> tuple[Array, NDArray[np.bool_]]:
    moments, seen = np.asarray(time, dtype=float), np.asarray(event, dtype=float)
    if moments.shape != seen.shape or moments.ndim != 1:
        raise ValueError(
            f"time has shape {moments.shape} and event {seen.shape}; both need (n,) alike"
        )
    if not moments.size:
        raise ValueError("a survival curve needs at least one participant")
    if not (np.isfinite(moments) & (moments >= 0)).all():  # a missing time fails this too
        raise ValueError("every time must be a finite number, zero or more, and none missing")
    if not np.isin(seen, (0, 1)).all():
        raise ValueError("every event must be 1 (seen) or 0 (censored), and none missing")
    return moments, seen == 1


def _distinct(moments: Array) -> tuple[Array, NDArray[np.intp]]:
    """Distinct times, and which of them each moment is; noise makes no new time (R's timefix)."""
    times, at = np.unique(moments, return_inverse=True)
    new = np.append(True, np.diff(times) > SAME * max(1.0, times.mean()))
    return times[new], (np.cumsum(new) - 1)[at]


def _crossing(curve: pd.DataFrame, column: str, p: float) -> float:
    """R's ``findq``: the time at which a falling column reaches 1 - p."""
    if not 0 <= p <= 1:
        raise ValueError(f"p is {p!r}; it must be a fraction between 0 and 1")
    times = np.append(0.0, curve.index)
    fallen = np.append(0.0, 1 - curve[column])
    if p == 0:
        return 0.0
    reached, passed = fallen + SAME >= p, fallen - SAME >= p  # NaN does neither
    if not reached.any():
        return np.nan
    # the limits may rise again, so R looks for the nearest value, not for the first time
    start = times[np.argmin(np.where(reached, fallen, np.inf))]
    if passed.any():
        return float(start + times[np.argmin(np.where(passed, fallen, np.inf))]) / 2
    return float(start + times[-1]) / 2 if not np.isnan(fallen[-1]) else np.nan
