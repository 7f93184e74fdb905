"""Keep the document on consistency: it takes minutes, and depends on the ledger and the model.

It lies in the outputs under the key of what made it; a build with the same key takes it over.
"""

import json
from collections.abc import Callable
from pathlib import Path

from companion.pipeline.cache import digest, files_digest, tree

NAME = "consistency.json"
GROUND = (
    *("contingency.py", "expressions.py", "ledger.py", "printed.py", "proportions.py"),
    *("published.py", "quantiles.py", "risk_sets.py", "survival.py"),
)


def consistency(
    root: Path, published: Path, output: Path, cache: Path, say: Callable[[str], None]
) -> Path:
    """Path of the ledger's document, made now when neither outputs nor cache have it."""
    key = _key(root, published)
    kept = cache / f"consistency-{key[:16]}.json"
    committed = output / NAME
    for path in (kept, committed, root / "outputs" / NAME):
        if path.is_file() and _has_key(path, key):
            return path
    say("consistency: computes conflicts, bounds and leave-one-out (minutes; kept afterwards)")
    from companion.consistency.document import document, text

    content = text({"key": key, **document(published)})
    cache.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(".new")
    partial.write_text(content, encoding="utf-8")
    partial.rename(kept)
    return kept


def _has_key(path: Path, key: str) -> bool:
    try:
        return json.loads(path.read_text(encoding="utf-8")).get("key") == key
    except (OSError, ValueError, AttributeError):
        return False


def _key(root: Path, published: Path) -> str:
    package = root / "src" / "companion"
    code = [*tree(package / "consistency"), *(package / name for name in GROUND)]
    return digest(files_digest(code, package), files_digest(tree(published), published))
