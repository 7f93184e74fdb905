"""What a notebook's run depends on, and where finished runs are kept.

The key holds code cells, parameters, the package's sources, data, lock and interpreter; never
prose or tags. Runs are kept under ``work/``, which git ignores: a fresh clone always executes.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Key = Mapping[str, str]
SHOWN_LATER = ("cli.py", "report")  # work on what a notebook made, never in it


def digest(*parts: str | bytes) -> str:
    """Hash of some texts, each kept apart from the next."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


def files_digest(paths: Iterable[Path], base: Path) -> str:
    """Hash of files' names and contents."""
    parts: list[str | bytes] = []
    for path in sorted(paths):
        parts += [path.relative_to(base).as_posix(), path.read_bytes()]
    return digest(*parts)


def tree(folder: Path) -> list[Path]:
    """All files below a folder, but for what Python compiled."""
    return [p for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc"]


def shared_key(root: Path, cohort: Path, published: Path) -> dict[str, str]:
    """Parts of the key that all notebooks share, each under the name that says why it ran."""
    source = root / "src"
    sources = [p for p in tree(source) if p.relative_to(source).parts[1] not in SHOWN_LATER]
    lock = root / "requirements.lock"
    return {
        "package": files_digest(sources, source),
        "cohort": files_digest(tree(cohort), cohort),
        "ledger": files_digest(tree(published), published),
        "lock": files_digest([lock] if lock.is_file() else [], root),
        "Python": sys.version,
    }


def key(notebook: Path, parameters: Mapping[str, object], engine: str, shared: Key) -> Key:
    """All parts of a notebook's key."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = ("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    return {
        "code": digest(*code),
        "parameters": digest(json.dumps(parameters, sort_keys=True)),
        "engine": engine,
        **shared,
    }


def build_key(root: Path, notebooks: Iterable[Path], keys: Mapping[str, Key]) -> str:
    """What all outputs depend on: the runs, today's prose, and what shows them."""
    source = root / "src"
    later = [p for p in tree(source) if p.relative_to(source).parts[1] in SHOWN_LATER]
    prose = [notebook.read_bytes() for notebook in notebooks]
    runs = json.dumps({stem: dict(key) for stem, key in keys.items()}, sort_keys=True)
    return digest(files_digest(later, source), *prose, runs)


def folder(cache: Path, stem: str, key: Key) -> Path:
    """Where the run with this key is kept."""
    return cache / f"{stem}-{digest(json.dumps(dict(key), sort_keys=True))[:16]}"


def reason(cache: Path, stem: str, key: Key) -> str:
    """Why a notebook runs: what changed since its last run."""
    last = read_record(cache / f"{stem}.json")
    if not last:
        return "it has not run here before"
    changed = [name for name in key if last.get(name) != key[name]]
    return f"changed: {', '.join(changed)}" if changed else "its kept run is gone"


def read_record(record: Path) -> dict[str, Any]:
    """Read a record; a missing or a damaged one is empty."""
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_record(record: Path, content: Mapping[str, Any]) -> None:
    """Write a record, whole or not at all."""
    partial = record.with_suffix(f".{os.getpid()}")  # another build may write it, too
    try:
        partial.write_text(json.dumps(content), encoding="utf-8")
        partial.replace(record)
    finally:
        partial.unlink(missing_ok=True)
