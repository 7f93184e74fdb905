"""What to run: a grid over parameters, reconstruction seeds and claims changed, from one file.

    seeds: 0-199
    parameters:
      interval_method: [wilson, clopper-pearson]
    claims:
      text5_relapse_n: ["4", "5"]

Every combination is one run. Without seeds the runs are of the cohort at hand.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import NamedTuple

import yaml

from companion.errors import CompanionError
from companion.sweep.vectorized import PARAMETERS
from numbercheck.errors import did_you_mean, unknown
from numbercheck.ledger.records import Ledger, LedgerError

KEYS = ("seeds", "parameters", "claims")
RANGE = re.compile(r"(\d+)-(\d+)")
MOST_SEEDS = 100_000  # a cohort takes seconds to construct
NUMBER = re.compile(r"\d*\.?\d+(e-?\d+)?")


Setting = dict[str, object]  # a value for each parameter of the grid


class GridError(CompanionError):
    """The grid cannot be run; the message lists every fault."""


class Scenario(NamedTuple):
    """One cohort: its seed, or None for the cohort at hand, and what claims print instead."""

    seed: int | None
    claims: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        changes = [f"{claim}={printed}" for claim, printed in self.claims]
        return ", ".join([] if self.seed is None else [f"seed {self.seed}", *changes])


@dataclass(frozen=True)
class Grid:
    """A checked grid; every scenario is evaluated under every setting.

    Attributes
    ----------
    name : str
        Name of its file.
    seeds : tuple of int
        Reconstructions; empty for the cohort at hand.
    parameters : mapping of str to tuple
        Values of each parameter, as its type.
    claims : mapping of str to tuple of str
        What claims print instead.
    """

    name: str
    seeds: tuple[int, ...]
    parameters: Mapping[str, tuple]
    claims: Mapping[str, tuple[str, ...]]

    @property
    def size(self) -> int:
        """Number of runs."""
        return len(self.scenarios) * len(self.settings)

    @cached_property
    def scenarios(self) -> list[Scenario]:
        """Every seed with every combination of changed claims."""
        changes = [tuple(zip(self.claims, v, strict=True)) for v in product(*self.claims.values())]
        return [Scenario(seed, change) for change in changes for seed in self.seeds or (None,)]

    @cached_property
    def settings(self) -> list[Setting]:
        """Every combination of parameter values."""
        values = product(*self.parameters.values())
        return [dict(zip(self.parameters, each, strict=True)) for each in values]


def read_grid(path: Path, ledger: Ledger) -> Grid:
    """Read and check a grid.

    Parameters
    ----------
    path : Path
        YAML file with some of ``seeds``, ``parameters`` and ``claims``.
    ledger : Ledger
        Whose claims are changed.

    Raises
    ------
    GridError
        With every fault at once: no YAML, an unknown key, parameter or claim, a value of the
        wrong type.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise GridError(f"{path.name}: cannot be read as YAML ({_line(error)})") from None
    if not isinstance(content, dict) or not content:
        raise GridError(f"{path.name}: it needs at least one of {', '.join(KEYS)}")
    strange = [str(key) for key in content if key not in KEYS]
    faults = [unknown("key", key, KEYS) for key in strange]
    seeds = _seeds(content.get("seeds"), faults)
    given = {part: _lists(part, content.get(part), faults) for part in ("parameters", "claims")}
    parameters = _parameters(given["parameters"], faults)
    _check_claims(given["claims"], ledger, faults)
    if given["claims"] and not seeds:
        seeds = (0,)  # the cohort at hand was made from other numbers
    if faults:
        raise GridError("\n".join(f"{path.name}: {fault}" for fault in faults))
    return Grid(path.stem, seeds, parameters, given["claims"])


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


def _seeds(given: object, faults: list[str]) -> tuple[int, ...]:
    """Seeds from a number, a range such as 0-199, or a list of these."""
    found: list[int] = []
    for part in given if isinstance(given, list) else [] if given is None else [given]:
        ends = RANGE.fullmatch(str(part))
        if ends and 0 <= int(ends[2]) - int(ends[1]) < MOST_SEEDS:
            found += range(int(ends[1]), int(ends[2]) + 1)
        elif isinstance(part, int) and not isinstance(part, bool) and part >= 0:
            found.append(part)
        else:
            right = f"write numbers, or ranges such as 0-199, of at most {MOST_SEEDS}"
            faults.append(f"seeds holds {part!r}; {right}")
    return tuple(dict.fromkeys(found))


def _lists(part: str, given: object, faults: list[str]) -> dict[str, tuple[str, ...]]:
    """Values of each name, as texts; one value stands for a list of one."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        faults.append(f"{part} is {given!r}; write a value or a list for each name")
        return {}
    found = {}
    for name, values in given.items():
        texts = [str(v) for v in (values if isinstance(values, list) else [values])]
        if not texts or any(isinstance(v, dict | list) or v is None for v in _all(values)):
            faults.append(f"{part}, {name}: {values!r} is neither a value nor a list of values")
        found[str(name)] = tuple(dict.fromkeys(texts))
    return found


def _all(values: object) -> list:
    return values if isinstance(values, list) else [values]


def _parameters(given: Mapping[str, tuple[str, ...]], faults: list[str]) -> dict[str, tuple]:
    """Values as the parameters' types, each one that `evaluate` accepts."""
    typed = {}
    for name, texts in given.items():
        if name not in PARAMETERS:
            faults.append(
                f"a sweep cannot vary {name!r}{did_you_mean(name, PARAMETERS)}; it varies "
                f"{', '.join(PARAMETERS)} and does not run the notebooks. For one value of a "
                f"parameter of theirs: companion build -p {name}=VALUE"
            )
            continue
        values = [_value(name, text) for text in texts]
        faults += [
            f"parameter {name} cannot be {text!r}; {_allowed(name)}"
            for text, value in zip(texts, values, strict=True)
            if value is None
        ]
        typed[name] = tuple(values)
    return typed


def _value(name: str, text: str) -> object:
    """Value of a parameter, or None where the text is none of its values."""
    if name == "level":
        level = float(text) if NUMBER.fullmatch(text) else 0.0
        return level if 0 < level < 1 else None
    return next((value for value in PARAMETERS[name] if str(value) == text), None)


def _allowed(name: str) -> str:
    if name == "level":
        return "write a number between 0 and 1, such as 0.95"
    return f"it is one of {', '.join(map(str, PARAMETERS[name]))}"


def _check_claims(given: Mapping[str, tuple[str, ...]], ledger: Ledger, faults: list[str]) -> None:
    for name, texts in given.items():
        for text in texts:
            try:
                ledger.constrain({name: text})
            except LedgerError as error:
                faults += error.faults
