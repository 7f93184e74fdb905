"""The base of every error that numbercheck raises about its input, and its words."""

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

SHOWN = 5  # known names in a message about an unknown one


class NumbercheckError(Exception):
    """Input that cannot be used, or a question that was not decided, in one sentence."""

    def _render_traceback_(self) -> list[str]:
        """Show that sentence alone in a notebook: the fault is the input's, not the code's."""
        return [f"{type(self).__name__}: {self}"]


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """One sentence on an unknown name, with the nearest known ones, else the first.

    Examples
    --------
    >>> unknown("method", "Willson", ["wilson", "wald"])
    "unknown method 'Willson'; did you mean wilson?"
    >>> unknown("arm", "B", ["control", "treated"])
    "unknown arm 'B'; the known ones are control, treated"
    >>> unknown("family", "proportions", ["comparison", "count"])
    "unknown family 'proportions'; the known ones are comparison, count"
    """
    known = sorted(known)
    near = did_you_mean(name, known, 0.4 if len(known) > SHOWN else 0.6)
    return f"unknown {what} {name!r}{near or _known(known)}"


def unknown_family(name: str, known: Collection[str]) -> str:
    """One sentence on an unknown family of measures; where there is none, how to have some."""
    more = "" if known else " until `numbercheck audit --write-families` has filled families.csv"
    return f"{unknown('family', name, known)}{more}"


def _known(names: list[str]) -> str:
    if not names:
        return "; none is known"
    more = len(names) - SHOWN
    rest = f" and {more} more" if more > 0 else ""
    return f"; the known ones are {', '.join(names[:SHOWN])}{rest}"


def missing_columns(missing: Sequence[str], needed: Iterable[str]) -> str:
    """Say which columns a table lacks, and all that it needs."""
    subject = "the columns {} are" if len(missing) > 1 else "the column {} is"
    return f"{subject.format(', '.join(missing))} missing; it needs {','.join(needed)}"


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.4) -> str:
    """End of a sentence that offers the nearest known names; empty where none is near."""
    near = nearest(name, known, cutoff)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def nearest(name: str, known: Iterable[str], cutoff: float = 0.4) -> list[str]:
    """Up to three known names that look like this one, whatever its case."""
    folded = {each.casefold(): each for each in known}
    return [folded[like] for like in get_close_matches(name.casefold(), folded, n=3, cutoff=cutoff)]
