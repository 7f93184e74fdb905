"""How far a curve has fallen by some day, as a function of how many patients have which times."""

import numpy as np


class Fall:
    """The fall of a curve up to a day, as a function of the weights of candidates.

    Parameters
    ----------
    days : np.ndarray
        For each candidate its day; -1 for one who is not in the curve.
    had : np.ndarray
        Whether it has the event by the last day.
    last : int
        The last day that is read.
    """

    def __init__(self, days: np.ndarray, had: np.ndarray, last: int) -> None:
        self.had, self.end = had, last + 1
        self.places = np.minimum(days, self.end) + 1
        self._last: tuple | None = None  # its limits ask for the sums of the same weights

    def sums(self, weights: np.ndarray) -> tuple[tuple[float, np.ndarray], ...]:
        """Minus log S, and Greenwood's sum, each with its gradient.

        Of n at risk d have an event, which adds log n - log(n - d), and 1 / (n - d) - 1 / n.
        """
        if self._last is None or self._last[0] is not weights:
            self._last = weights, self._sums(weights)
        return self._last[1]

    def _sums(self, weights: np.ndarray) -> tuple[tuple[float, np.ndarray], ...]:
        n, left = self._at_risk(weights)
        logs = float(np.log(n / left).sum()), self._slope(1 / n - 1 / left, 1 / left)
        slope = self._slope(1 / n**2 - 1 / left**2, 1 / left**2)
        return logs, (float((1 / left - 1 / n).sum()), slope)

    def _at_risk(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Patients at risk each day, and those of them who have no event that day."""
        counted, had = (
            np.bincount(self.places, some, self.end + 2)[1:]
            for some in (weights, weights * self.had)
        )
        n = np.maximum(counted[::-1].cumsum()[::-1], 1.0)[:-1]
        return n, np.maximum(n - had[:-1], 0.5)

    def _slope(self, by_risk: np.ndarray, by_event: np.ndarray) -> np.ndarray:
        """Gradient: a candidate is at risk until its day, and may have the event that day."""
        until = np.concatenate([[0.0], by_risk.cumsum()])
        each = np.concatenate([[0.0], by_event, [0.0]])
        last = np.minimum(self.places, self.end)
        return until[last] + each[self.places] * self.had
