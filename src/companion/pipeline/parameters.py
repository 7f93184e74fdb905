"""Parameters of the notebooks, read from their tagged cells and checked before anything runs."""

import ast
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from companion.ledger import unknown

RESERVED = (
    "cohort_dir",
    "published_dir",
    "output_dir",
    "consistency_file",
)  # the command line's own options
TYPES: dict[str, type] = {"str": str, "float": float, "int": int, "bool": bool}


class Parameter(NamedTuple):
    """One parameter of a notebook, with its type and default."""

    name: str
    type: str
    default: object


class ParameterError(ValueError):
    """A parameter is unknown or ill-typed."""


def declared(notebook: Path) -> dict[str, Parameter]:
    """Parameters that a notebook's tagged cell declares, by name."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [c for c in cells if "parameters" in c["metadata"].get("tags", [])]
    source = "\n".join("".join(cell["source"]) for cell in tagged)
    return {p.name: p for node in ast.parse(source).body if (p := _parameter(node))}


def _parameter(node: ast.stmt) -> Parameter | None:
    if not isinstance(node, ast.AnnAssign) or node.value is None:
        return None
    name = node.target.id if isinstance(node.target, ast.Name) else ""
    return Parameter(name, ast.unparse(node.annotation), ast.literal_eval(node.value))


def chosen(notebooks: Iterable[Path], given: Mapping[str, str]) -> dict[str, dict[str, object]]:
    """Values for each notebook of the parameters that were given on the command line.

    Raises
    ------
    ParameterError
        With every unknown name (and the nearest real ones) and every value of the wrong type.
    """
    known = {notebook.stem: declared(notebook) for notebook in notebooks}
    names = {n for parameters in known.values() for n in parameters if n not in RESERVED}
    faults = [unknown("parameter", name, sorted(names)) for name in given if name not in names]
    values: dict[str, dict[str, object]] = {stem: {} for stem in known}
    for stem, parameters in known.items():
        for name in given.keys() & parameters.keys() - set(RESERVED):
            try:
                values[stem][name] = _typed(parameters[name], given[name])
            except ValueError as error:
                faults.append(str(error))
    if faults:
        raise ParameterError("\n".join(dict.fromkeys(faults)))
    return values


def _typed(parameter: Parameter, text: str) -> object:
    kind = TYPES.get(parameter.type, str)
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise ValueError(f"parameter {parameter.name} is true or false, not {text!r}")
        return text.lower() == "true"
    try:
        return kind(text)
    except ValueError:
        raise ValueError(
            f"parameter {parameter.name} is of type {parameter.type}, like "
            f"{parameter.default!r}; {text!r} is not"
        ) from None
