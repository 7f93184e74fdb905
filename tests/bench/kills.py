"""Kill a build at twenty moments; the outputs before stay complete."""

import tempfile
from pathlib import Path

from measuring import Row, Section
from small_trial import trial
from test_pipeline import kill

from companion.pipeline.build import build
from companion.pipeline.progress import Lines

MOMENTS = 20


def measure() -> Section:
    """Kill builds of a small trial; an incomplete output stops the run."""
    with tempfile.TemporaryDirectory() as name:
        small = trial(Path(name))
        build(small.request(), Lines())
        kill(small, MOMENTS)
    return Section(
        "Kills",
        "`kill -9` at random moments of a build, up to four seconds from its start.",
        (Row(f"{MOMENTS} kills", "outputs old or new each time", "never a mixture"),),
    )
