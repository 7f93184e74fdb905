"""The base of every error that numbercheck raises about its input, and its words."""

from collections.abc import Iterable
from difflib import get_close_matches


class NumbercheckError(Exception):
    """Input that cannot be used, or a question that was not decided, in one sentence."""

    def _render_traceback_(self) -> list[str]:
        """Show that sentence alone in a notebook: the fault is the input's, not the code's."""
        return [f"{type(self).__name__}: {self}"]


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """One sentence on an unknown name, with the nearest real ones.

    Examples
    --------
    >>> unknown("method", "Willson", ["wilson", "wald"])
    "unknown method 'Willson'; did you mean wilson?"
    """
    return f"unknown {what} {name!r}{did_you_mean(name, known)}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """End of a sentence that offers the nearest known names; empty where none is near."""
    near = nearest(name, known)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def nearest(name: str, known: Iterable[str], cutoff: float = 0.4) -> list[str]:
    """Up to three known names that look like this one, whatever its case."""
    folded = {each.casefold(): each for each in known}
    return [folded[like] for like in get_close_matches(name.casefold(), folded, n=3, cutoff=cutoff)]
