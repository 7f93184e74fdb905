"""Plan a build: the run of each notebook, what it depends on, and whether it is kept."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from companion.build import cache
from companion.build.parameters import Declared, chosen, declared
from companion.build.reading import Asked
from companion.build.request import NOTEBOOKS, BuildError, BuildRequest
from companion.build.workers import Job
from companion.project import ROOT

KEPT = "kept, nothing it depends on changed"
MOST_KEPT = 3  # finished runs of each notebook, for going back and forth between parameters


@dataclass(frozen=True, eq=False)
class Run:
    """One notebook's run: its key, its parameters, and the folder that keeps it once finished."""

    notebook: Path
    key: cache.Key
    folder: Path
    parameters: Mapping[str, object]

    @property
    def stem(self) -> str:
        """Name of the notebook."""
        return self.notebook.stem

    @property
    def partial(self) -> Path:
        """Folder of the run while it is not finished."""
        return self.folder.with_name(f"{self.folder.name}.new")

    def job(self, reads: Asked, force: Sequence[str]) -> Job:
        """Work that fills the unfinished run's folder; a forced run takes nothing of others."""
        executed = self.partial / "notebooks" / self.notebook.name
        executed.parent.mkdir(parents=True)
        parameters = {**self.parameters, "output_dir": _seen_by_notebook(self.partial)}
        before = None if self.stem in force else self._before()
        return Job(self.notebook, executed, parameters, reads, before)

    def _before(self) -> Path | None:
        """Figures of the last run, if the same packages made them."""
        last = cache.read_record(self.folder.parent / f"{self.stem}.json")
        if any(last.get(name) != self.key[name] for name in cache.CODE):
            return None
        return cache.run_folder(self.folder.parent, self.stem, last) / "figures"

    def finish(self) -> None:
        """Give the run the name that the next build looks for, now that all of it is there."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.partial.rename(self.folder)
        kept = self.folder.parent
        cache.write_record(kept / f"{self.stem}.json", self.key)
        runs = [p for p in kept.glob(f"{self.stem}-*") if p.is_dir()]
        for old in sorted(runs, key=lambda p: p.stat().st_mtime, reverse=True)[MOST_KEPT:]:
            shutil.rmtree(old, ignore_errors=True)


class Inputs:
    """A request's notebooks with their parameters, checked; the first step of every build.

    Raises
    ------
    BuildError, ParameterError
        If a folder or a notebook is missing, or a parameter cannot be used.
    """

    def __init__(self, request: BuildRequest) -> None:
        self.request = request
        self.notebooks: dict[Path, Declared] = {
            path: declared(path, request.cache) for path in _notebooks(request)
        }
        known = {path.stem: found for path, found in self.notebooks.items()}
        self.values = chosen(known, request.parameters)

    @property
    def given(self) -> dict[str, object]:
        """Values of the parameters that were given, whichever notebook takes them."""
        return {name: value for taken in self.values.values() for name, value in taken.items()}

    @property
    def read_consistency(self) -> bool:
        """Whether a notebook shows what all cohorts agree on, which a trial's own data never do."""
        asked = any("consistency_file" in known for known in self.notebooks.values())
        return asked and bool(self.request.label)

    def runs(self, document: Path | None) -> list[Run]:
        """Runs of all notebooks, with the document on consistency that they read."""
        request = self.request
        shared = cache.shared_key(ROOT, request.cohort, request.published)
        shared["consistency"] = cache.digest(document.read_bytes()) if document else ""
        folders = {"cohort_dir": request.cohort, "published_dir": request.published}
        folders |= {"consistency_file": document} if document else {}
        runs = []
        for notebook, known in self.notebooks.items():
            given = self.values[notebook.stem]
            key = cache.run_key(notebook, given, shared)
            folder = cache.run_folder(request.cache, notebook.stem, key)
            paths = {n: _seen_by_notebook(folders[n]) for n in sorted(known.keys() & folders)}
            runs.append(Run(notebook, key, folder, {**given, **paths}))
        return runs


def outputs_key(runs: Sequence[Run]) -> str:
    """Key of all outputs that these runs give."""
    keys = {run.stem: run.key for run in runs}
    return cache.build_key(ROOT, [run.notebook for run in runs], keys)


def why_run(run: Run, force: Sequence[str]) -> str:
    """Reason to run a notebook; empty if its last run is kept."""
    if run.stem in force:
        return "forced"
    if run.folder.is_dir():
        return ""
    last = cache.read_record(run.folder.parent / f"{run.stem}.json")
    if not last:
        return "it has not run here before"
    changed = [name for name in run.key if last.get(name) != run.key[name]]
    return f"changed: {', '.join(changed)}" if changed else "its kept run is gone"


def _notebooks(request: BuildRequest) -> list[Path]:
    found = [request.notebooks / f"{name}.ipynb" for name in NOTEBOOKS]
    missing = [notebook.name for notebook in found if not notebook.is_file()]
    if missing:
        raise BuildError(f"{request.notebooks}: there is no {', '.join(missing)}")
    for folder in (request.cohort, request.published):
        if not folder.is_dir():
            why = "this is a file" if folder.exists() else "No such file or directory"
            raise BuildError(f"{folder}: {why}; name a folder")
    return found


def _seen_by_notebook(path: Path) -> str:
    """Path from the root, where notebooks run, if it lies below it."""
    resolved = path.resolve()
    return resolved.relative_to(ROOT).as_posix() if resolved.is_relative_to(ROOT) else str(resolved)
