"""What to build, from what, and into which folder, so that no build replaces something else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from companion.build.cache import digest, read_record
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
class BuildRequest:
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
        Number of notebooks to run at a time.
    notebooks, work : Path
        Folders of the notebooks and of finished runs.
    """

    cohort: Path = COHORT
    published: Path = PUBLISHED
    output: Path | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    force: tuple[str, ...] = ()
    jobs: int = 3  # two processors stay busy though one notebook takes twice as long
    notebooks: Path = ROOT / "notebooks"
    work: Path = WORK

    def __post_init__(self) -> None:
        for name in self.force:
            if name not in NOTEBOOKS:
                raise BuildError(f"no notebook {name!r}; one of {', '.join(NOTEBOOKS)}")

    @property
    def cache(self) -> Path:
        """Folder of finished runs."""
        return self.work / "cache"

    @property
    def sources(self) -> dict[Path, Path]:
        """Default place of each input, and the place where this build reads it."""
        given = {COHORT: self.cohort, PUBLISHED: self.published, ROOT / "notebooks": self.notebooks}
        return {default: path.resolve() for default, path in given.items()}

    @property
    def reads(self) -> tuple[Path, Path, str]:
        """Folders of cohort and ledger, and whom to count."""
        return self.cohort, self.published, self.parameters.get("population", "")

    @property
    def is_default(self) -> bool:
        """Whether this is the build whose outputs are committed."""
        return not self.parameters and all(a == b for a, b in self.sources.items())

    @property
    def label(self) -> str:
        """Label of every display of a reconstructed cohort; empty for a trial's own data."""
        return label_of(read_record(self.cohort / "dataset.json"))

    @property
    def folder(self) -> Path:
        """Folder of the outputs.

        Raises
        ------
        BuildError
            If the folder holds something that this build must not replace.
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
        """Name of a folder that shows what differs from the default, and a hash of all of it."""
        parts = [f"{name}-{value}" for name, value in sorted(self.parameters.items())]
        parts += [path.name for default, path in self.sources.items() if path != default]
        whole = digest(*parts, *map(str, self.sources.values()))[:6]
        words = "_".join(parts)[:60]
        return "".join(c if c.isalnum() or c in "-_." else "-" for c in f"{words}_{whole}")


def _is_replaceable(folder: Path) -> bool:
    if not folder.exists():
        return True
    return folder.is_dir() and (_is_verification(folder / MADE) or not any(folder.iterdir()))


def _is_verification(path: Path) -> bool:
    """Whether a build made this file: its first column is the claim."""
    try:
        with path.open("rb") as file:
            return file.read(6) == b"claim,"
    except OSError:
        return False
