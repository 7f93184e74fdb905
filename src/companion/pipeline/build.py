"""The build: four notebooks, one results table, a verdict on every printed number, a report."""

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from companion.ledger import Ledger
from companion.pipeline import cache as kept
from companion.pipeline.consistent import NAME, consistency
from companion.pipeline.outputs import staged
from companion.pipeline.parameters import chosen
from companion.pipeline.run import NotebookError, execute, with_prose
from companion.project import ROOT
from companion.verify import Verification

NOTEBOOKS = ("1-baseline", "2-efficacy", "3-safety", "4-survival")
DEFAULT_COHORT, DEFAULT_PUBLISHED = ROOT / "data/cohort", ROOT / "data/published"
DEFAULT_OUTPUT, CACHE = ROOT / "outputs", ROOT / "work/cache"


class BuildError(RuntimeError):
    """The build cannot go on; previous outputs are as they were."""


@dataclass(frozen=True)
class Request:
    """What to build, from what, and where to."""

    cohort: Path = DEFAULT_COHORT
    published: Path = DEFAULT_PUBLISHED
    output: Path | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    force: tuple[str, ...] = ()
    jobs: int = 2
    notebooks: Path = ROOT / "notebooks"

    @property
    def is_default(self) -> bool:
        """Whether this is the committed build."""
        sources = (self.cohort.resolve(), self.published.resolve())
        return sources == (DEFAULT_COHORT, DEFAULT_PUBLISHED) and not self.parameters

    def folder(self) -> Path:
        """Where outputs go: never over the committed ones unless this is their build.

        Raises
        ------
        BuildError
            If other parameters or data would overwrite the committed outputs.
        """
        if self.output is None:
            return DEFAULT_OUTPUT if self.is_default else ROOT / "work" / self._name()
        if self.output.resolve() == DEFAULT_OUTPUT and not self.is_default:
            raise BuildError("outputs/ is for the committed build; name another --output")
        self._refuse_foreign()
        return self.output

    def _refuse_foreign(self) -> None:
        """A folder that no build made is not replaced."""
        folder = self.output
        if folder is None or not folder.exists() or (folder / "verification.csv").is_file():
            return
        if not folder.is_dir() or any(folder.iterdir()):
            raise BuildError(f"{folder} holds something else; name an empty or new folder")

    def _name(self) -> str:
        words = [f"{name}-{value}" for name, value in sorted(self.parameters.items())]
        for path, default in ((self.cohort, DEFAULT_COHORT), (self.published, DEFAULT_PUBLISHED)):
            words += [path.name] if path.resolve() != default else []
        return "".join(c if c.isalnum() or c in "-_." else "-" for c in "_".join(words)).strip(".")


@dataclass(frozen=True)
class Outcome:
    """What a build found, and where it is."""

    output: Path
    rows: list[Verification]
    drift: list[str]
    summary: str


def build(request: Request, ledger: Ledger, say: Callable[[str], None] = print) -> Outcome:
    """Run the notebooks that need it and write the outputs.

    Parameters
    ----------
    request : Request
        What to build.
    ledger : Ledger
        The ledger of ``request.published``.
    say : callable
        Told of each step, one line each.

    Raises
    ------
    BuildError, NotebookError, ParameterError, OSError
        If something cannot be used; previous outputs are as they were.
    """
    notebooks = [request.notebooks / f"{name}.ipynb" for name in NOTEBOOKS]
    missing = [n.name for n in notebooks if not n.is_file()]
    if missing:
        raise BuildError(f"there is no {', '.join(missing)} in {request.notebooks}")
    values = chosen(notebooks, request.parameters)
    output = request.folder()
    document = consistency(ROOT, request.published, output, CACHE, say)
    runs = _run_all(request, notebooks, values, document, say)
    with staged(output, say) as stage:
        rows = _collect(stage, notebooks, runs, ledger)
        shutil.copyfile(document, stage / NAME)
        _report(stage, ledger, rows, _label(request.cohort))
    from companion.verify import drift, summary

    found = drift(ledger, rows)
    return Outcome(output, rows, found, summary(rows, ledger.expected_findings))


def _run_all(
    request: Request,
    notebooks: list[Path],
    values: Mapping[str, Mapping[str, object]],
    document: Path,
    say: Callable[[str], None],
) -> dict[str, Path]:
    """Folder of each notebook's finished run, run now where there is none."""
    shared = kept.shared_key(ROOT, request.cohort, request.published)
    shared["consistency"] = kept.digest(document.read_bytes())
    waiting: list[tuple[Path, dict[str, str], dict[str, object]]] = []
    runs: dict[str, Path] = {}
    for notebook in notebooks:
        parameters = {
            **values[notebook.stem],
            "cohort_dir": _relative(request.cohort),
            "published_dir": _relative(request.published),
        }
        key = kept.key(notebook, parameters, shared)
        runs[notebook.stem] = kept.folder(CACHE, notebook.stem, key)
        forced = notebook.stem in request.force
        if runs[notebook.stem].is_dir() and not forced:
            say(f"{notebook.stem}: kept, nothing it depends on changed")
            continue
        why = "forced" if forced else kept.reason(CACHE, notebook.stem, key)
        say(f"{notebook.stem}: runs ({why})")
        waiting.append((notebook, key, {**parameters, "consistency_file": _relative(document)}))
    if waiting:
        _run_in_parallel(waiting, runs, request.jobs, say)
    return runs


def _relative(path: Path) -> str:
    """Path as a notebook sees it from the repository."""
    resolved = path.resolve()
    return resolved.relative_to(ROOT).as_posix() if resolved.is_relative_to(ROOT) else str(resolved)


def _run_in_parallel(
    waiting: Iterable[tuple[Path, dict[str, str], dict[str, object]]],
    runs: Mapping[str, Path],
    jobs: int,
    say: Callable[[str], None],
) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        futures = {
            pool.submit(_run_one, notebook, runs[notebook.stem], key, parameters): notebook
            for notebook, key, parameters in waiting
        }
        failures = []
        for future in as_completed(futures):
            error = future.exception()
            if error is None:
                say(f"{futures[future].stem}: done")
            elif isinstance(error, NotebookError):
                failures.append(str(error))
            else:
                raise error
    if failures:
        raise BuildError("\n".join(sorted(failures)))


def _run_one(
    notebook: Path, folder: Path, key: Mapping[str, str], parameters: Mapping[str, object]
) -> None:
    """Run one notebook into a folder that gets its name when all is there."""
    partial = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    executed = partial / "notebooks" / notebook.name
    executed.parent.mkdir()
    given = {**parameters, "output_dir": _relative(partial)}
    execute(notebook, executed, given, ROOT)
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    record = folder.parent / f"{notebook.stem}.json"
    record.write_text(json.dumps(dict(key)), encoding="utf-8")


def _collect(
    stage: Path, notebooks: Iterable[Path], runs: Mapping[str, Path], ledger: Ledger
) -> list[Verification]:
    """Gather tables, figures and results, and judge every claim."""
    from companion import results, verify
    from companion.audit import audit

    found: list[results.Result] = []
    alt: dict[str, str] = {}
    for notebook in notebooks:
        folder = runs[notebook.stem]
        for part in ("tables", "figures"):
            if (folder / part).is_dir():
                shutil.copytree(folder / part, stage / part, dirs_exist_ok=True)
        described = folder / "figures" / "alt.json"
        alt |= json.loads(described.read_text(encoding="utf-8")) if described.is_file() else {}
        found += results.read(folder / "results" / f"{notebook.stem}.csv")
        executed = stage / "notebooks" / notebook.name
        executed.parent.mkdir(exist_ok=True)
        text = with_prose(notebook, folder / "notebooks" / notebook.name)
        executed.write_text(text, encoding="utf-8")
    (stage / "figures").mkdir(exist_ok=True)
    described = json.dumps(alt, ensure_ascii=False, indent=1, sort_keys=True)
    (stage / "figures" / "alt.json").write_text(described + "\n", encoding="utf-8")
    merged = results.unique(found)
    results.write(merged, stage / "results.csv")
    rows = verify.verify(ledger, merged, audit(ledger))
    verify.write(rows, stage / "verification.csv")
    return rows


def _label(cohort: Path) -> str:
    """What must be said of patients that are nobody's; empty for supplied data."""
    try:
        dataset = json.loads((cohort / "dataset.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(dataset.get("label", "")) if dataset.get("origin") == "reconstructed" else ""


def _report(stage: Path, ledger: Ledger, rows: list[Verification], label: str) -> None:
    from companion.report import write

    write(stage, ledger, rows, label)
