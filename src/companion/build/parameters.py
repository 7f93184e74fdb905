"""Parameters of the notebooks, as papermill finds them, checked before anything runs."""

import json
import math
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from companion.build.cache import digest, read_record, write_record
from companion.errors import CompanionError
from numbercheck.errors import did_you_mean

Declared = Mapping[str, Mapping[str, str]]  # by name, what papermill knows of a parameter

RESERVED: Mapping[str, str] = {
    "cohort_dir": "--cohort",
    "published_dir": "--published",
    "output_dir": "--output",
    "consistency_file": "--published",  # the document is made from the ledger
}
NEEDED = ("cohort_dir", "output_dir")
TYPES: Mapping[str, type] = {"str": str, "float": float, "int": int, "bool": bool}


class ParameterError(CompanionError):
    """A parameter is unknown or ill-typed, or a notebook declares none."""


def declared(notebook: Path, cache: Path | None = None) -> Declared:
    """Parameters that a notebook's tagged cell declares, by name.

    Parameters
    ----------
    notebook : Path
        The notebook.
    cache : Path, optional
        Folder that keeps what papermill found, since importing papermill takes longer than a
        whole build in which nothing changed.

    Raises
    ------
    ParameterError
        If the notebook cannot be read, or does not declare where it reads and writes.
    """
    content = _declaring(notebook)
    record = cache and cache / f"{notebook.stem}-parameters.json"
    kept = read_record(record) if record else {}
    if kept.get("notebook") == content:
        return kept["parameters"]
    found = _inspected(notebook)
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise ParameterError(
            f"{notebook.name}: the cell tagged parameters does not declare {' and '.join(missing)};"
            f' write it like {missing[0]}: str = "…"'
        )
    if record:
        write_record(record, {"notebook": content, "parameters": found})
    return found


def _declaring(notebook: Path) -> str:
    """Hash of a notebook without the sources of cells that cannot declare parameters."""
    content = notebook.read_bytes()
    with suppress(AttributeError, KeyError, TypeError, ValueError):  # papermill says what is wrong
        book = json.loads(content)
        for cell in book["cells"]:
            if "parameters" not in cell["metadata"].get("tags", ()):
                cell["source"] = type(cell["source"]).__name__
        return digest(json.dumps(book, sort_keys=True))
    return digest(content)


def _inspected(notebook: Path) -> dict[str, dict[str, str]]:
    from papermill import inspect_notebook

    try:
        return inspect_notebook(notebook)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        why = " ".join(str(error).split())[:200]
        raise ParameterError(f"{notebook.name}: cannot be read as a notebook ({why})") from None


def chosen(
    notebooks: Mapping[str, Declared], given: Mapping[str, str]
) -> dict[str, dict[str, object]]:
    """Values for each notebook of the parameters that were given on the command line.

    Parameters
    ----------
    notebooks : mapping of str to mapping
        What each notebook declares.
    given : mapping of str to str
        Values by name, as texts.

    Raises
    ------
    ParameterError
        With every unknown name (and the nearest known ones) and every value of the wrong type.
    """
    names = sorted({name for known in notebooks.values() for name in known} - RESERVED.keys())
    faults = [_stranger(name, names) for name in given if name not in names]
    values: dict[str, dict[str, object]] = {stem: {} for stem in notebooks}
    for stem, known in notebooks.items():
        for name in given.keys() & known.keys() - RESERVED.keys():
            try:
                values[stem][name] = _typed(known[name], given[name])
            except ValueError as error:
                faults.append(str(error))
    if faults:
        raise ParameterError("\n".join(dict.fromkeys(faults)))
    return values


def _stranger(name: str, names: list[str]) -> str:
    if name in RESERVED:
        return f"parameter {name!r} is set by the option {RESERVED[name]}"
    near = did_you_mean(name, names)
    return f"unknown parameter {name!r}{near} (the parameters are {', '.join(names)})"


def _typed(parameter: Mapping[str, str], text: str) -> Any:
    """Read a value as the type that the notebook declares.

    Raises
    ------
    ValueError
        If it is not of that type, or looks like a path: a parameter says how to analyze, and
        only the command line's own options say where to read and write.
    """
    name, kind = parameter["name"], TYPES.get(parameter["inferred_type_name"], str)
    if kind is str and any(part in text for part in ("/", "\\", "..")):
        raise ValueError(f"parameter {name} is not a path, but {text!r} looks like one")
    try:
        value = {"true": True, "false": False}[text.lower()] if kind is bool else kind(text)
        if kind is float and not math.isfinite(value):
            raise ValueError
    except (KeyError, ValueError):
        like = "true or false" if kind is bool else parameter["default"]
        raise ValueError(
            f"parameter {name} is of type {kind.__name__}, like {like}; {text!r} is not"
        ) from None
    return value
