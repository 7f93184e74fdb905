"""Where the repository is, whatever the working directory."""

from pathlib import Path

from companion.errors import CompanionError

LANDMARKS = ("data/published", "notebooks")


class RepositoryError(CompanionError):
    """No clone of the repository was found."""


def find_root(module: Path, working: Path) -> Path:
    """Find the repository above this module, else above the working directory.

    Parameters
    ----------
    module : Path
        A file of the package. In an editable install it lies in the repository.
    working : Path
        Where to start when it does not, as in an ordinary install.

    Returns
    -------
    Path
        The nearest folder that holds every one of `LANDMARKS`.

    Raises
    ------
    RepositoryError
        If neither path lies in the repository.
    """
    for folder in (*module.resolve().parents, *(working / "_").resolve().parents):
        if all((folder / landmark).is_dir() for landmark in LANDMARKS):
            return folder
    raise RepositoryError(
        f"the companion's repository is not at {working} or above it: no folder holds "
        f"{' and '.join(LANDMARKS)}. Clone the repository and run `make`, "
        "or change into a clone of it."
    )


ROOT = find_root(Path(__file__), Path.cwd())
