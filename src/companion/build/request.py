"""What to build, from what, and where to: never over what another build or a person made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from companion.build.cache import digest, read_record
from companion.build.run import ENGINES
from companion.errors import CompanionError
from companion.origin import label_of
from companion.project import ROOT

NOTEBOOKS = ("1-baseline", "2-efficacy", "3-safety", "4-survival")
COHORT, PUBLISHED = ROOT / "data" / "cohort", ROOT / "data" / "published"
OUTPUT, WORK = ROOT / "outputs", ROOT / "work"
MADE = "verification.csv"  # every build makes it


class BuildError(CompanionError):
    """The build cannot go on; previous outputs are as they were."""


@dataclass(frozen=True)
class Request:
    """One build.

    Attributes
    ----------
    cohort, published : Path
        ADaM tables and ledger.
    output : Path, optional
        Folder that is replaced as a whole; by default ``outputs``, and for other parameters,
        tables or ledgers a folder of their own below ``work/builds``.
    parameters : mapping of str to str
        As given on the command line.
    force : tuple of str
        Notebooks to run even when nothing changed.
    jobs : int
        Notebooks at a time.
    engine : {"forked", "kernel"}
        See ``companion.build.run.execute``.
    notebooks, work : Path
        Where the notebooks are, and where finished runs are kept.
    """

    cohort: Path = COHORT
    published: Path = PUBLISHED
    output: Path | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    force: tuple[str, ...] = ()
    jobs: int = 2
    engine: str = "forked"
    notebooks: Path = ROOT / "notebooks"
    work: Path = WORK

    def __post_init__(self) -> None:
        for given, known, what in (
            *((name, NOTEBOOKS, "notebook") for name in self.force),
            (self.engine, ENGINES, "engine"),
        ):
            if given not in known:
                raise BuildError(f"no {what} {given!r}; one of {', '.join(known)}")

    @property
    def cache(self) -> Path:
        """Where finished runs are kept."""
        return self.work / "cache"

    @property
    def is_default(self) -> bool:
        """Whether this is the committed build."""
        sources = self.cohort.resolve(), self.published.resolve(), self.notebooks.resolve()
        return sources == (COHORT, PUBLISHED, ROOT / "notebooks") and not self.parameters

    @property
    def label(self) -> str:
        """What every display says of patients that are nobody's; empty for supplied data."""
        return label_of(read_record(self.cohort / "dataset.json"))

    @property
    def folder(self) -> Path:
        """Where outputs go.

        Raises
        ------
        BuildError
            If that folder holds something that this build must not replace.
        """
        if self.output is None:
            return OUTPUT if self.is_default else self.work / "builds" / self._name()
        output = self.output.resolve()
        if output == OUTPUT and not self.is_default:
            raise BuildError(f"{self.output} is for the article's own build; name another --output")
        if self.cache.resolve() in (output, *output.parents):
            raise BuildError(f"{self.output} is where runs are kept; name another --output")
        if not _is_replaceable(output):
            raise BuildError(f"{self.output} holds something else; name an empty or new folder")
        return output

    def _name(self) -> str:
        """Name a folder by what is not the default, and tell two of one name apart."""
        parts = [f"{name}-{value}" for name, value in sorted(self.parameters.items())]
        sources = [p.resolve() for p in (self.cohort, self.published, self.notebooks)]
        parts += [p.name for p in sources if p not in (COHORT, PUBLISHED, ROOT / "notebooks")]
        whole = digest(*parts, *(str(p) for p in sources))[:6]
        words = "_".join(parts)[:60]
        return "".join(c if c.isalnum() or c in "-_." else "-" for c in f"{words}_{whole}")


def _is_replaceable(folder: Path) -> bool:
    if not folder.exists():
        return True
    return folder.is_dir() and ((folder / MADE).is_file() or not any(folder.iterdir()))


def seen_from(root: Path, path: Path) -> str:
    """Path as a notebook that works in the root sees it."""
    resolved = path.resolve()
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else str(resolved)
