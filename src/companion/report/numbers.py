"""Texts from the ledger's folder, whose numbers are filled in when the page is made."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from companion.report.claims import token
from companion.report.computed import Computed
from companion.report.markup import slug
from companion.report.what_if import WhatIf
from numbercheck.audit import Verdict
from numbercheck.ledger.records import Ledger
from numbercheck.words import called

REFERENCE = re.compile(r"\{(?:([a-z ]+): )?([^{}]+)\}")
LINK = Markup('<a href="#{}">{}</a>')
NOT_HERE = "(not computed in this build)"


class Numbers:
    """The numbers that a text can refer to, in braces.

    ``{claim}`` is a printed number and ``{measure.statistic}`` a result, both as links.
    ``{methods: CLAIM}`` lists what each method gives, ``{bounds: LABEL}`` is the range of an
    unprinted quantity, ``{events: MEASURE}`` the number of events behind a survival estimate, and
    ``{digit test: changed}`` or ``{digit test: missed}`` a count of changed last digits.
    """

    def __init__(
        self,
        ledger: Ledger,
        verdicts: Sequence[Verdict],
        results: Sequence[Computed],
        together: Mapping[str, Any],
        choices: WhatIf,
    ) -> None:
        self.ledger, self._choices = ledger, choices
        self._verdicts = {v.claim: v for v in verdicts}
        self._results = {f"{r.measure}.{r.statistic}": r for r in results}
        bounds, histories = together.get("bounds", ()), together.get("risk_histories", ())
        self._bounds = {b["label"]: f"{b['low']} to {b['high']}" for b in bounds}
        self._events = {h["measure"]: h["events"] for h in histories}
        self._digits = together.get("digit_test", {})

    def fill(self, text: str) -> Markup:
        """Replace each reference by its number; the rest of the text stays text."""
        filled = REFERENCE.sub(lambda r: escape(self._number(r[1], r[2])), escape(text))
        return Markup(filled)  # noqa: S704 - every part is escaped

    def _number(self, kind: str | None, name: str) -> str:
        match kind:
            case "methods":
                return self._methods(name)
            case "bounds":
                return self._bounds.get(name, NOT_HERE)
            case "events":
                return " or ".join(map(str, self._events.get(name, [NOT_HERE])))
            case "digit test":
                return str(self._digits.get(name, NOT_HERE))
        if claim := self.ledger.claims.get(name):
            return LINK.format(f"claim-{slug(name)}", token(claim))
        result = self._results.get(name)
        at = f"result-{slug(name.replace('.', '-'))}"
        return LINK.format(at, f"{float(result.value):.3g}") if result else NOT_HERE

    def _methods(self, claim: str) -> str:
        said = self._choices.alternatives(claim) or {
            called(c.method): (c.value, "yes" if c.fits else "no")
            for c in self._verdicts[claim].candidates
        }
        printed = {"yes": " (as printed)"}
        return "; ".join(
            f"{m}, {text}{printed.get(state, '')}" for m, (text, state) in said.items()
        )
