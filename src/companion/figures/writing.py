"""Write a figure as SVG and PNG with its description; equal figures give equal bytes.

In the SVG the id of a mark or text names the results that it shows: ``crc_2w.n--crc_2w.percent``.
"""

import fcntl
import json
from collections import Counter
from pathlib import Path
from shutil import copyfile

from companion.figures.lettering import drawable
from companion.figures.style import DescribedFigure, styled

RESOLUTION = 300  # dots per inch

# Folder of figures by the same code: where an SVG is the same, so is the PNG.
BEFORE: Path | None = None


def write_figure(figure: DescribedFigure, directory: Path, name: str) -> None:
    """Write ``name.svg`` and ``name.png``, and the description into ``alt.json``.

    Parameters
    ----------
    figure : DescribedFigure
        The figure.
    directory : Path
        Folder, made if need be.
    name : str
        Stem of the files.
    """
    write_svg(figure, directory, name)
    write_png(figure, directory, name)
    _describe(directory / "alt.json", name, figure.alt_text)


@styled()
def write_svg(figure: DescribedFigure, directory: Path, name: str) -> None:
    """Write ``name.svg``."""
    directory.mkdir(parents=True, exist_ok=True)
    _tell_apart(figure)
    figure.alt_text = drawable(figure.alt_text)
    (directory / f"{name}.svg").write_bytes(figure.svg(name))


@styled()
def write_png(figure: DescribedFigure, directory: Path, name: str) -> None:
    """Write ``name.png``."""
    before = BEFORE and BEFORE / f"{name}.svg"
    if before and before.is_file() and before.read_bytes() == figure.svg(name):
        copyfile(before.with_suffix(".png"), directory / f"{name}.png")
        return
    figure.savefig(
        directory / f"{name}.png",
        dpi=RESOLUTION,
        metadata={"Title": name, "Description": drawable(figure.alt_text), "Software": None},
        pil_kwargs={"compress_level": 3},  # a third faster than Pillow's 6, and no larger
    )


def _tell_apart(figure: DescribedFigure) -> None:
    """Number the marks that name the same results, since an id must be unique."""
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
