"""What all cohorts that satisfy the printed numbers agree on, from the stored document."""

import json
from itertools import accumulate
from math import inf, prod
from operator import mul
from pathlib import Path

import pandas as pd

from companion.asked import MeaninglessError
from numbercheck.ledger.records import Ledger


class Consistency:
    """The document on consistency of one ledger; empty where nothing is to be shown of it."""

    def __init__(self, document: dict, ledger: Ledger) -> None:
        self.document, self.ledger = document, ledger

    def bounds(self, *words: str) -> pd.DataFrame:
        """Least and largest value in any consistent cohort, where a label has one of the words."""
        rows = [b for b in self.document.get("bounds", []) if any(w in b["label"] for w in words)]
        columns = ["label", "low", "high", "unit", "certified"]
        return pd.DataFrame(rows, columns=columns)

    def range(self, measure: str, statistic: str) -> tuple[float, float] | None:
        """Least and largest value of one statistic; None where unknown."""
        named = (
            (b["low"], b["high"])
            for b in self.document.get("bounds", [])
            if (b["measure"], b["statistic"]) == (measure, statistic)
        )
        return next(named, None)

    def subgroup(self, measure: str) -> list[list[float]]:
        """Fewest and most with the event, in the group and outside it; empty where unknown."""
        return self.document.get("subgroups", {}).get(measure, [])

    def at_risk(self, endpoint: str) -> dict[float, tuple[int, int]]:
        """Fewest and most patients at risk, by month."""
        start = f"{endpoint}: at risk at "
        return {
            float(months.split()[0]): (int(low), int(high))
            for months, low, high in self._labeled(start)
        }

    def envelope(self, endpoint: str) -> pd.DataFrame | None:
        """Range that no consistent curve leaves, by day; None where unknown.

        Survival never rises, so between two months it is at most what it can be at the first
        and at least what it can be at the second. Each event also has a first and a last
        possible day, so on each day so many have happened at least, and so many at most.

        Returns
        -------
        pandas.DataFrame
            ``time`` (months) from which ``lower`` and ``upper`` hold. The last time is infinite
            where no later event is possible, else that of the printed estimate.
        """
        days = [(first, last) for _, first, last in self._labeled(f"{endpoint} event ")]
        curves = [m.measure for m in self.ledger.measures.values() if m.endpoint == endpoint]
        falls = [
            [*accumulate((1 - 1 / n for n in sequence), mul, initial=1.0)]
            for measure in curves
            for sequence in self.sequences(measure)
        ]
        if not falls or any(len(fall) != len(days) + 1 for fall in falls):
            return None
        month = self.ledger.days_per_month
        months = [
            (int(at * month), low / 100, high / 100)
            for at, low, high in self.document["envelopes"][endpoint]
        ]
        in_all = [high for _, _, high in self._labeled(f"{endpoint} events in all")]
        end = inf if in_all == [len(days)] else float(months[-1][0])
        rows = []
        for day in sorted({*(d for pair in days for d in pair), *(d for d, _, _ in months), end}):
            most, least = (sum(pair[i] <= day for pair in days) for i in (0, 1))
            lower = [min(fall[most] for fall in falls), *(low for d, low, _ in months if d > day)]
            upper = [max(fall[least] for fall in falls), *(up for d, _, up in months if d <= day)]
            rows.append((day / month, max(lower), min(upper)))
        return pd.DataFrame(rows, columns=["time", "lower", "upper"])

    def sequence_counts(self) -> pd.DataFrame:
        """How many at-risk sequences reproduce each survival estimate, by interval type."""
        rows = [
            {
                "measure": h["measure"],
                **h["alone"],
                "with all other claims": len(h["joint"]),
                "events": ", ".join(map(str, h["events"])),
            }
            for h in self.document.get("risk_histories", [])
        ]
        return pd.DataFrame(rows)

    def sequences(self, measure: str) -> list[tuple[int, ...]]:
        """Numbers at risk at each event, in every way that all printed numbers allow."""
        found = self.document.get("risk_histories", [])
        return [tuple(h) for part in found if part["measure"] == measure for h in part["joint"]]

    def at_risk_by_sequence(self, measure: str) -> pd.DataFrame:
        """Fewest and most at risk that each sequence leaves, by month; empty where unknown."""
        ranges: dict[str, list] = {}
        for part in self.document.get("risk_histories", []):
            ranges |= part.get("at_risk", {}) if part["measure"] == measure else {}
        named = [", ".join(map(str, sequence)) for sequence in self.sequences(measure)]
        columns = {
            f"{months} months": [f"{low} to {high}" for low, high in ranges[months]]
            for months in sorted(ranges, key=float)
        }
        return pd.DataFrame(columns, index=pd.Index(named, name="sequence"))

    def incidence(self, free: str, alive: str, n: int) -> dict[str, tuple[float, float]]:
        """Cumulative incidence of death and of the other event, in percent; empty where unknown.

        It is known where the one death came with all ``n`` patients at risk. Nobody was censored
        before it, so k patients free of the event had survival k/n, of which it took 1/k.

        Parameters
        ----------
        free, alive : str
            Measures of event-free and of overall survival, at the same time.
        n : int
            Patients at the start.
        """
        fell = [1 - prod(1 - 1 / at for at in of) for of in self.sequences(free)]
        if not fell or self.sequences(alive) != [(n,)]:
            return {}
        death = 100 / n
        others = 100 * min(fell) - death, 100 * max(fell) - death
        return {"death": (death, death), "other event": others}

    def _labeled(self, start: str) -> list[tuple[str, float, float]]:
        """Rest of each label with this start, and the bounds."""
        return [
            (b["label"].removeprefix(start), b["low"], b["high"])
            for b in self.document.get("bounds", [])
            if b["label"].startswith(start)
        ]


def read_consistency(path: Path, ledger: Ledger) -> Consistency:
    """Read the document on consistency of this ledger.

    Raises
    ------
    MeaninglessError
        If there is none, it cannot be read, or it was made from another ledger.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        bounds, others = document["bounds"], set(document["subgroups"]) - set(ledger.measures)
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = f"consistency_file {path} cannot be read ({type(error).__name__})"
        raise MeaninglessError(f"{what}; name another, or leave it empty") from None
    if others or not isinstance(bounds, list):
        what = f"consistency_file {path} was made from another ledger"
        raise MeaninglessError(f"{what}; build again, or name the ledger that it was made from")
    return Consistency(document, ledger)
