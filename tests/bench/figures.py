"""Each figure under half a second, all of them under four in one process."""

from io import BytesIO

from measuring import Section, below, seconds
from test_figures import drawings


def measure() -> Section:
    """Draw each figure for 35 patients, as SVG, and as SVG and PNG."""
    drawn, written = {}, {}
    for name, make in drawings("the trial's size").items():
        figure = make()
        drawn[name] = seconds(lambda make=make: make().savefig(BytesIO(), format="svg"))
        written[name] = drawn[name] + seconds(lambda f=figure: f.savefig(BytesIO(), dpi=300))
    slowest = max(drawn, key=drawn.__getitem__)
    return Section(
        "Figures",
        "Wall time of one figure as SVG, and of all of them as SVG and PNG, imports done.",
        (
            below(f"slowest figure ({slowest})", drawn[slowest], 0.5),
            below("all figures, SVG and PNG", sum(written.values()), 4),
        ),
    )
