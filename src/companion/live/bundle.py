"""Put numbercheck, a Python runtime and a ledger into one HTML file.

The runtime is Pyodide's core, from the npm package that ``package-lock.json`` pins by its
integrity hash. Three words of its loader are changed so that it runs from a classic worker, the
only kind that a page opened from disk can start; each replacement must be found.
"""

import base64
import gzip
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

import et_xmlfile
import openpyxl
from jinja2 import Environment

from companion.errors import CompanionError
from numbercheck import browser
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import Ledger
from numbercheck.words import METHODS

HERE = Path(__file__).parent
NEEDS_NPM = (
    "the live page needs npm, which brings its Python runtime; on Debian: apt-get install npm"
)
PACKAGED = ("numbercheck/consistency/", "numbercheck/report/")  # rooms that need packages
CLASSIC = {
    "import.meta.url": '""',
    "export default _createPyodideModule;": "self.createPyodideModule = _createPyodideModule;",
}


def write_live_page(published: Path, example: Path, document: Path, work: Path) -> Path:
    """Write the page, and return its path.

    Parameters
    ----------
    published, example : Path
        Ledgers of the article and of the example.
    document : Path
        Document on consistency, whose conflicts the page shows for the article as printed.
    work : Path
        Folder for the page and, beside it, the runtime.

    Raises
    ------
    CompanionError
        If npm is missing, or cannot bring the runtime.
    """
    runtime = _runtime(work / "runtime")
    page = work / "index.html"
    ledger = read_ledger(published)
    text = _render(
        ledger, _embedded(runtime, published, example), _known(ledger, document, runtime)
    )
    partial = page.with_suffix(".new")
    partial.write_text(text, encoding="utf-8", newline="\n")
    partial.replace(page)
    return page


def _runtime(folder: Path) -> Path:
    """Folder of the pinned runtime, installed where it is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    found = folder / "node_modules" / "pyodide"
    pinned = (HERE / "package-lock.json").read_bytes()
    kept = folder / "package-lock.json"
    if found.is_dir() and kept.is_file() and kept.read_bytes() == pinned:
        return found
    npm = shutil.which("npm")
    if npm is None:
        raise CompanionError(NEEDS_NPM)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(HERE / name, folder / name)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode:
        kept.unlink()
        lines = ended.stderr.strip().splitlines() or ["no reason given"]
        raise CompanionError(f"npm could not install the live page's runtime: {lines[0]}")
    return found


def _embedded(runtime: Path, published: Path, example: Path) -> dict[str, str]:
    """Everything that the page carries, compressed, as text."""
    module = (runtime / "pyodide.asm.mjs").read_text(encoding="utf-8")
    for old, new in CLASSIC.items():
        if old not in module:
            raise CompanionError(f"Pyodide's loader has no {old!r} any more: see {__name__}")
        module = module.replace(old, new)
    loader = (runtime / "pyodide.js").read_text(encoding="utf-8")
    worker = (HERE / "worker.js").read_text(encoding="utf-8")
    contents = {
        "wasm": (runtime / "pyodide.asm.wasm").read_bytes(),
        "library": (runtime / "python_stdlib.zip").read_bytes(),
        "code": _archive(_code()),
        "scripts": "\n".join([loader, module, worker]).encode(),
        "article": _archive(_tables(published)),
        "example": _archive(_tables(example)),
    }
    return {name: _compressed(data) for name, data in contents.items()}


def _code() -> Mapping[str, bytes]:
    """Python files that the page runs: numbercheck's own, and a reader of spreadsheets."""
    found = {}
    for package in (browser, openpyxl, et_xmlfile):
        root = Path(str(package.__file__)).parent
        for path in root.rglob("*.py"):
            name = path.relative_to(root.parent).as_posix()
            if not name.startswith(PACKAGED):
                found[name] = path.read_bytes()
    return found


def _tables(folder: Path) -> Mapping[str, bytes]:
    files = (path for path in folder.iterdir() if path.suffix in (".csv", ".json"))
    return {path.name: path.read_bytes() for path in files}


def _archive(contents: Mapping[str, bytes]) -> bytes:
    """Archive whose bytes depend on names and contents alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in sorted(contents.items()):
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _compressed(data: bytes) -> str:
    return base64.b64encode(gzip.compress(data, 9, mtime=0)).decode("ascii")


def _known(ledger: Ledger, document: Path, runtime: Path) -> dict[str, object]:
    """What the page shows before Python has started."""
    solved = json.loads(document.read_text(encoding="utf-8")) if document.is_file() else {}
    conflicts = [conflict["sentence"] for conflict in solved.get("conflicts", ())]
    lock = json.loads((runtime / "pyodide-lock.json").read_text(encoding="utf-8"))
    return {
        "article": {**browser.described(ledger), "conflicts": conflicts},
        "methods": METHODS,
        "lock": {"info": lock["info"], "packages": {}},
        "pyodide": json.loads((runtime / "package.json").read_text(encoding="utf-8"))["version"],
    }


def _render(ledger: Ledger, embedded: Mapping[str, str], known: Mapping[str, object]) -> str:
    article = ledger.article
    parts = (article.get(key) for key in ("authors", "journal", "year", "doi"))
    template = Environment(autoescape=True).from_string(_text("page.html"))
    return template.render(
        title=article.get("title") or "an article",
        citation=" · ".join(str(part) for part in parts if part),
        pyodide=known["pyodide"],
        embedded=embedded,
        style=_safe(_text("page.css")),
        script=_safe(_text("page.js")),
        known=_safe(json.dumps(known, ensure_ascii=False).replace("</", "<\\/")),
    )


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _safe(text: str):  # noqa: ANN202
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - ours, or JSON without a closing tag
