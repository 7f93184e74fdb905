"""Texts from the ledger's folder, whose numbers are filled in when the page is made."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from numbercheck.audit import Verdict
from numbercheck.errors import unknown
from numbercheck.ledger.expressions import Expression
from numbercheck.ledger.kleene import Masked
from numbercheck.ledger.records import Ledger
from numbercheck.ledger.sources import of_sources
from numbercheck.report.claims import token
from numbercheck.report.environment import slug
from numbercheck.report.what_if import WhatIf
from numbercheck.words import called

REFERENCE = re.compile(r"\{(?:([a-z ]+): )?([^{}]+)\}")
LINK = Markup('<a href="#{}">{}</a>')
NOT_HERE = "(not computed in this build)"


def printed_values(expression: Expression, ledger: Ledger) -> dict[str, float | None]:
    """The printed number for each name of an expression: ``crc_2w`` is its n.

    A name can also be a claim, of any source.
    """
    every = of_sources(ledger).claims
    found: dict[str, float | None] = {}
    for name in expression.names:
        if name in every:
            found[name] = every[name].value.value
            continue
        measure, _, statistic = name.partition(".")
        printed = ledger.printed(measure, statistic or "n")
        found[name] = printed.value if printed else None
    return found


def text_faults(where: str, text: str, ledger: Ledger) -> Iterator[str]:
    """Say which references of a text the ledger does not have."""
    every = set(of_sources(ledger).claims)
    for kind, reference in REFERENCE.findall(text):
        for name in Expression(reference).names if kind == "value" else [reference]:
            measure, dot, _ = name.partition(".")
            if kind == "comparator":
                what, known = kind, set(_comparators(ledger))
            elif (kind == "value" and name not in every) or (dot and not kind):
                what, name, known = "measure", measure, set(ledger.measures)
            else:
                what, known = "claim", every
            if kind in ("", "methods", "comparator", "value", "reason") and name not in known:
                yield f"{where}: {unknown(what, name, known)}"


def _comparators(ledger: Ledger) -> dict[str, str]:
    return {f"{c.trial}, {c.quantity}": c.printed for c in ledger.comparators}


class Numbers:
    """The numbers that a text can refer to, in braces; ``data/README.md`` lists the kinds."""

    def __init__(
        self,
        ledger: Ledger,
        verdicts: Sequence[Verdict],
        values: Mapping[tuple[str, str], str],
        together: Mapping[str, Any],
        choices: WhatIf,
    ) -> None:
        self.ledger, self._choices = ledger, choices
        self._claims = {**ledger.claims, **ledger.elsewhere}
        self._verdicts = {v.claim: v for v in verdicts}
        self._values = {".".join(key): value for key, value in values.items()}
        bounds, histories = together.get("bounds", ()), together.get("risk_histories", ())
        self._tables = {
            "bounds": {b["label"]: f"{b['low']} to {b['high']}" for b in bounds},
            "events": {h["measure"]: " or ".join(map(str, h["events"])) for h in histories},
            "digit test": together.get("digit_test", {}),
            "comparator": _comparators(ledger),
        }

    def fill(self, text: str) -> Markup:
        """Replace each reference by its number; the rest of the text stays text."""
        words, *rest = REFERENCE.split(text)
        parts = [words]
        for kind, name, following in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
            parts += [self._number(kind, name), following]
        return Markup().join(parts)

    def _number(self, kind: str | None, name: str) -> str:
        if kind == "reason":
            return self._verdicts[name].reason
        if kind == "methods":
            return self._methods(name)
        if kind == "value":
            expression = Expression(name)
            values = printed_values(expression, self.ledger).items()
            found = expression.evaluate({n: Masked(v, v is not None) for n, v in values})
            return f"{found.values:g}"
        if kind:
            return str(self._tables.get(kind, {}).get(name, NOT_HERE))
        if claim := self._claims.get(name):
            return LINK.format(f"claim-{slug(name)}", token(claim))
        at = f"result-{slug(name.replace('.', '-'))}"
        value = self._values.get(name)
        return LINK.format(at, f"{float(value):.3g}") if value else NOT_HERE

    def _methods(self, claim: str) -> str:
        said = self._choices.alternatives(claim) or {
            called(c.method): (c.value, "yes" if c.fits else "no")
            for c in self._verdicts[claim].candidates
        }
        printed = {"yes": " (as printed)"}
        return "; ".join(
            f"{m}, {text}{printed.get(state, '')}" for m, (text, state) in said.items()
        )
