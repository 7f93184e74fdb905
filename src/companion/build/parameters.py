"""Parameters of the notebooks, read from their tagged cells and checked before anything runs."""

import ast
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from companion.errors import CompanionError

RESERVED: Mapping[str, str] = {
    "cohort_dir": "--cohort",
    "published_dir": "--published",
    "output_dir": "--output",
    "consistency_file": "--published",  # it follows from the ledger
}

NEEDED = ("cohort_dir", "output_dir")
TYPES: Mapping[str, type] = {"str": str, "float": float, "int": int, "bool": bool}


class Parameter(NamedTuple):
    """One parameter of a notebook, with its type and default."""

    name: str
    type: str
    default: object


class ParameterError(CompanionError):
    """A parameter is unknown or ill-typed, or a notebook declares none."""


def declared(notebook: Path) -> dict[str, Parameter]:
    """Parameters that a notebook's tagged cell declares, by name.

    Raises
    ------
    ParameterError
        If the notebook cannot be read, or does not declare where it reads and writes.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        tagged = [c for c in cells if "parameters" in c["metadata"].get("tags", [])]
        body = ast.parse("\n".join("".join(cell["source"]) for cell in tagged)).body
        found = {p.name: p for node in body if (p := _parameter(node))}
    except (KeyError, TypeError, ValueError, SyntaxError) as error:
        raise ParameterError(f"{notebook.name}: cannot be read as a notebook ({error})") from None
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise ParameterError(
            f"{notebook.name}: the cell tagged parameters does not declare {' and '.join(missing)};"
            f' write it like {missing[0]}: str = "…"'
        )
    return found


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
    names = sorted({n for parameters in known.values() for n in parameters} - set(RESERVED))
    faults = [_stranger(name, names) for name in given if name not in names]
    values: dict[str, dict[str, object]] = {stem: {} for stem in known}
    for stem, parameters in known.items():
        for name in given.keys() & parameters.keys() - RESERVED.keys():
            try:
                values[stem][name] = _typed(parameters[name], given[name])
            except ValueError as error:
                faults.append(str(error))
    if faults:
        raise ParameterError("\n".join(dict.fromkeys(faults)))
    return values


def _stranger(name: str, names: list[str]) -> str:
    if name in RESERVED:
        return f"parameter {name!r} is set by the option {RESERVED[name]}"
    from numbercheck.errors import unknown

    return f"{unknown('parameter', name, names)} The parameters are {', '.join(names)}"


def _typed(parameter: Parameter, text: str) -> object:
    """Read a value as the type that the notebook declares.

    Raises
    ------
    ValueError
        If it is not of that type, or looks like a path: a parameter says how to analyze, and
        only the command line's own options say where to read and write.
    """
    value = _value(parameter, text)
    if isinstance(value, str) and ("/" in value or "\\" in value or ".." in value):
        raise ValueError(f"parameter {parameter.name} is no path, but {text!r} looks like one")
    return value


def _value(parameter: Parameter, text: str) -> object:
    kind = TYPES.get(parameter.type, str)
    try:
        if kind is bool:
            return {"true": True, "false": False}[text.lower()]
        value = kind(text)
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError
    except (KeyError, ValueError):
        like = "true or false" if kind is bool else f"{parameter.default!r}"
        raise ValueError(
            f"parameter {parameter.name} is of type {parameter.type}, like {like}; {text!r} is not"
        ) from None
    return value
