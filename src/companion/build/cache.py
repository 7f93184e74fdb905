"""What a notebook's run depends on, and where finished runs are kept.

A key covers code cells, parameters, the packages' sources, data, lock and interpreter, but neither
prose nor tags. Runs are kept under ``work/``, which git ignores: a fresh clone always executes.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Key = Mapping[str, str]
REPORTING = ("cli.py", "report")  # modules that no notebook runs
CODE = ("package", "lock", "Python")  # parts of a key that say what made a drawing


def digest(*parts: str | bytes) -> str:
    """Hash of a sequence of texts; where one ends and the next starts matters."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


def files_digest(paths: Iterable[Path], base: Path) -> str:
    """Hash of the names and contents of files."""
    parts: list[str | bytes] = []
    for path in sorted(paths):
        parts += [path.relative_to(base).as_posix(), path.read_bytes()]
    return digest(*parts)


def tree(folder: Path) -> list[Path]:
    """All files below a folder, except compiled Python."""
    below = ((where, name) for where, _, names in os.walk(folder) for name in names)
    kept = (Path(where, name) for where, name in below if not name.endswith(".pyc"))
    return [path for path in kept if path.is_file()]


def shared_key(root: Path, cohort: Path, published: Path) -> dict[str, str]:
    """Parts of the key that all notebooks share; their names are given as reasons to run."""
    return {
        "package": files_digest(_sources(root, reporting=False), root),
        "cohort": files_digest(tree(cohort), cohort),
        "ledger": files_digest(tree(published), published),
        "lock": files_digest(_lock(root), root),
        "Python": sys.version,
    }


def code_key(root: Path) -> str:
    """Key of everything that turns data into outputs."""
    return digest(files_digest([*tree(root / "src"), *_lock(root)], root), sys.version)


def _lock(root: Path) -> list[Path]:
    lock = root / "requirements.lock"
    return [lock] if lock.is_file() else []


def run_key(notebook: Path, parameters: Mapping[str, object], shared: Key) -> Key:
    """All parts of the key of a notebook's run."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = ("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    return {
        "code": digest(*code),
        "parameters": digest(json.dumps(parameters, sort_keys=True)),
        **shared,
    }


def build_key(root: Path, notebooks: Iterable[Path], keys: Mapping[str, Key]) -> str:
    """Key of all outputs: the runs, the current prose, and the code of the report."""
    prose = [notebook.read_bytes() for notebook in notebooks]
    runs = json.dumps({stem: dict(key) for stem, key in keys.items()}, sort_keys=True)
    return digest(files_digest(_sources(root, reporting=True), root), *prose, runs)


def _sources(root: Path, reporting: bool) -> list[Path]:
    """Modules of both packages that make the report, or the others."""
    source = root / "src"
    return [p for p in tree(source) if (p.relative_to(source).parts[1] in REPORTING) == reporting]


def run_folder(cache: Path, stem: str, key: Key) -> Path:
    """Folder in which the run with this key is kept."""
    return cache / f"{stem}-{digest(json.dumps(dict(key), sort_keys=True))[:16]}"


def read_record(record: Path) -> dict[str, Any]:
    """Content of a JSON record; empty if it is missing or damaged."""
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_record(record: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON record, whole or not at all."""
    record.parent.mkdir(parents=True, exist_ok=True)
    partial = record.with_suffix(f".{os.getpid()}")  # another build may write the same record
    try:
        partial.write_text(json.dumps(content), encoding="utf-8")
        partial.replace(record)
    finally:
        partial.unlink(missing_ok=True)
