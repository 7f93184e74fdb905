"""Keep the document on consistency, which takes longer to compute than all else.

It is stored in the outputs with a key of the ledger and of the code that made it; a build with
the same key reuses it.
"""

import ast
import tokenize
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from companion.build.cache import digest, files_digest, read_record, tree, write_record

NAME = "consistency.json"
DURATION = "conflicts, bounds and leave-one-out take longer than all else"
ROOMS = ("statistics", "ledger", "consistency")
MODULES = ("recount.py", "words.py", "errors.py")


def find(root: Path, published: Path, output: Path, cache: Path) -> Path | None:
    """Path of the ledger's document, where outputs or cache have it."""
    key = key_of(root, published, cache)
    places = (_kept(cache, key), output / NAME, root / "outputs" / NAME)
    return next((path for path in places if path.is_file() and _has_key(path, key)), None)


def make(root: Path, published: Path, cache: Path, say: Callable[[str], None]) -> Path | None:
    """Compute the document and keep it; where that is impossible, say why and return None."""
    say(f"consistency: the ledger or the model changed; {DURATION}, once, then kept")
    from numbercheck.consistency.document import document, text
    from numbercheck.errors import NumbercheckError

    key = key_of(root, published, cache)
    try:
        content = text({"key": key, **document(published)})
    except NumbercheckError as error:
        say(f"consistency: left out, {error}")
        return None
    cache.mkdir(parents=True, exist_ok=True)
    kept = _kept(cache, key)
    partial = kept.with_suffix(".new")
    partial.write_text(content, encoding="utf-8", newline="\n")
    partial.rename(kept)
    return kept


def _kept(cache: Path, key: str) -> Path:
    return cache / f"consistency-{key[:16]}.json"


def _has_key(path: Path, key: str) -> bool:
    """Tell without parsing it all, since every build asks."""
    return f'"key": "{key}"'.encode() in path.read_bytes()


def key_of(root: Path, published: Path, cache: Path) -> str:
    """Key of the ledger and of what modules do; kept for files that are the same to the byte."""
    from numbercheck.ledger.reading import FILES

    package = root / "src" / "numbercheck"
    code = sorted(path for room in ROOMS for path in tree(package / room))
    code += [package / name for name in MODULES]
    asked = [path for path in tree(published) if path.stem in FILES]
    ledger = files_digest(asked, published)
    record, files = cache / "consistency-key.json", digest(files_digest(code, package), ledger)
    if (known := read_record(record).get(files)) is not None:
        return str(known)
    key = digest(*map(_meaning, code), ledger)
    cache.mkdir(parents=True, exist_ok=True)
    write_record(record, {files: key})
    return key


def _meaning(path: Path) -> str:
    """What a module does: its lines without comments, docstrings and blanks.

    Text, not a syntax tree: trees, their dumps and f-string tokens differ between versions of
    Python, and the key must not.
    """
    source = path.read_text(encoding="utf-8")
    lines = ["", *source.splitlines()]
    for token in tokenize.generate_tokens(StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row] = lines[row][:column]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            for row in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                lines[row] = ""
    return "\n".join([path.name, *filter(None, map(str.rstrip, lines))])
