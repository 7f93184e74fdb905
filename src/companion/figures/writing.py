"""Write a figure as SVG and PNG, with its description, the same bytes every time.

In the SVG the id of a mark or text names the results that it shows: ``crc_2w.n--crc_2w.percent``.
"""

import fcntl
import json
from collections import Counter
from pathlib import Path

from companion.figures.lettering import drawable
from companion.figures.style import QUICK_PNG, DescribedFigure, styled

RESOLUTION = 300  # dots per inch


@styled()
def write_figure(figure: DescribedFigure, directory: Path, name: str, alt: str = "") -> None:
    """Write ``name.svg`` and ``name.png``, and the description into ``alt.json``.

    Parameters
    ----------
    figure : DescribedFigure
        The figure.
    directory : Path
        Folder, made if need be.
    name : str
        Stem of the files.
    alt : str, optional
        Description; by default the figure's own.
    """
    directory.mkdir(parents=True, exist_ok=True)
    _tell_apart(figure)
    alt = drawable(alt or figure.alt_text)
    about = {"Title": name, "Description": alt}
    figure.savefig(directory / f"{name}.svg", metadata={**about, "Date": None, "Creator": None})
    figure.savefig(
        directory / f"{name}.png",
        dpi=RESOLUTION,
        metadata={**about, "Software": None},
        pil_kwargs=QUICK_PNG,
    )
    _describe(directory / "alt.json", name, alt)


def _tell_apart(figure: DescribedFigure) -> None:
    """Number the marks that name the same results, since an id stands once in a document."""
    seen: Counter[str] = Counter()
    for mark in figure.findobj():
        if name := mark.get_gid():
            seen[name] += 1
            if seen[name] > 1:
                mark.set_gid(f"{name}--{seen[name]}")


def _describe(path: Path, name: str, alt: str) -> None:
    with path.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # notebooks that run at once write to one file
        file.seek(0)
        texts = json.loads(file.read() or "{}") | {name: alt}
        file.truncate(0)
        json.dump(texts, file, ensure_ascii=False, indent=1, sort_keys=True)
        file.write("\n")
