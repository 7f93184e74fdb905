"""What a notebook's run depends on, and where finished runs are kept.

The key holds code cells, parameters, the package's sources, data and lock; never prose or tags.
Runs are kept under ``work/cache``, which git ignores: a fresh clone always executes.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

REBUILT = ("cli.py", "pipeline", "report")  # not part of what a notebook computes


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
    return [p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts]


def sources(root: Path) -> list[Path]:
    """The package's files that a notebook's results can depend on."""
    package = root / "src" / "companion"
    return [p for p in tree(package) if p.relative_to(package).parts[0] not in REBUILT]


def code(notebook: Path) -> str:
    """The code cells of a notebook, and nothing else."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return digest(*("".join(c["source"]) for c in cells if c["cell_type"] == "code"))


def key(
    notebook: Path, parameters: Mapping[str, object], shared: Mapping[str, str]
) -> dict[str, str]:
    """Parts of a notebook's key, each under the name that says why it ran."""
    given = {k: v for k, v in parameters.items() if k != "output_dir"}
    return {
        "code": code(notebook),
        "parameters": digest(json.dumps(given, sort_keys=True)),
        **shared,
    }


def shared_key(root: Path, cohort: Path, published: Path) -> dict[str, str]:
    """Parts of the key that all notebooks share."""
    lock = root / "requirements.lock"
    return {
        "package": files_digest(sources(root), root),
        "cohort": files_digest(tree(cohort), cohort),
        "ledger": files_digest(tree(published), published),
        "lock": files_digest([lock] if lock.is_file() else [], root),
    }


def reason(cache: Path, stem: str, key: Mapping[str, str]) -> str:
    """Why a notebook runs: what changed since its last run."""
    record = cache / f"{stem}.json"
    if not record.is_file():
        return "it has not run here before"
    last = json.loads(record.read_text(encoding="utf-8"))
    changed = [name for name in key if last.get(name) != key[name]]
    return f"changed: {', '.join(changed)}" if changed else "its kept run is gone"


def folder(cache: Path, stem: str, key: Mapping[str, str]) -> Path:
    """Where the run with this key is kept."""
    return cache / f"{stem}-{digest(json.dumps(dict(key), sort_keys=True))[:16]}"
