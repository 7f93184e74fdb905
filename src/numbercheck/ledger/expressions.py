"""One small language for selecting patients and relating measures, never evaluated as code.

``response_2w in ["CR", "CRi"] and not extended`` selects patients; ``crc_2w == cr_2w + cri_2w``
relates measures. The text is parsed to Python's syntax tree, every node of which must be on
a short list; the data frames and the constraint model walk the same tree.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from numbercheck.errors import did_you_mean
from numbercheck.ledger.grammar import (
    ExpressionError,
    comparisons,
    names_in,
    parsed,
    refuse_foreign_nodes,
    refuse_foreign_values,
    refuse_no_condition,
)
from numbercheck.ledger.kleene import Masked, evaluated, known_or_missing

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Expression:
    """A parsed expression; an empty text selects everyone.

    Raises
    ------
    ExpressionError
        If the text is not of the grammar; the message names what is not allowed.
    """

    text: str

    def __post_init__(self) -> None:
        refuse_foreign_nodes(self.tree, self.text)

    @property
    def tree(self) -> ast.expr:
        """The syntax tree's body."""
        return parsed(self.text)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns or measures that it reads, dotted where written so, in order of name."""
        return names_in(self.tree)

    def require(self, known: Mapping[str, object] | set[str]) -> None:
        """Refuse names that are not among the known ones, and offer the nearest."""
        for name in self.names:
            if name not in known:
                hint = _quotes(name, known) or did_you_mean(name, known)
                raise ExpressionError(f"{self.text!r} names no known column: {name!r}{hint}")

    def fit(self, domains: Mapping[str, tuple]) -> None:
        """Refuse a comparison with a value that the column can never have.

        Raises
        ------
        ExpressionError
            If a category is compared with anything but its codes, or a number with a text.
        """
        for left, _, right in comparisons(self.tree):
            for column, other in ((left, right), (right, left)):
                if isinstance(column, ast.Name) and column.id in domains:
                    refuse_foreign_values(self.text, column.id, domains[column.id], other)

    def require_condition(self, domains: Mapping[str, tuple]) -> None:
        """Refuse what is neither true nor false of a patient, such as a bare ``age``.

        Raises
        ------
        ExpressionError
            If it is neither a comparison, a flag, nor several of them joined.
        """
        refuse_no_condition(self.tree, self.text, domains)

    def evaluate(self, columns: Mapping[str, Masked]) -> Masked:
        """Evaluate by Kleene's three-valued logic, over one patient or columns of equal length.

        Parameters
        ----------
        columns : mapping of str to Masked
            For every name the value, or the values, and whether each is known.

        Returns
        -------
        Masked
            Truth (or number) for each row; ``known`` is False where a missing
            operand leaves it open. An expression without names has one value for all.
        """
        try:
            return evaluated(self.tree, columns)
        except TypeError:  # also numpy's UFuncTypeError
            raise ExpressionError(f"{self.text!r} compares or adds a text and a number") from None

    def truth(self, patient: Mapping[str, object]) -> bool | None:
        """Whether the expression holds for one patient; None where a missing value decides.

        Examples
        --------
        >>> Expression('arm == "A" and age >= 40').truth({"arm": "A", "age": None})
        >>> Expression('arm == "A" and age >= 40').truth({"arm": "B", "age": None})
        False
        """
        row = {name: known_or_missing(patient[name]) for name in self.names}
        values, known = self.evaluate(row)
        return bool(values) if known else None

    def select(self, columns: Mapping[str, Masked], n: int) -> "np.ndarray":
        """Rows where the expression is known to be true, shape (n,)."""
        import numpy as np

        return np.broadcast_to(self.evaluate(columns).is_true, (n,))


def _quotes(name: str, known: Mapping[str, object] | set[str]) -> str:
    """End of a sentence on a name that is a code of some column."""
    columns = known.values() if isinstance(known, Mapping) else ()
    is_code = any(name in str(getattr(column, "values", "")).split("|") for column in columns)
    return f"; if it is a code, write {name!r} in quotes".replace("'", '"') if is_code else ""
