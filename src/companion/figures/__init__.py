"""The article's figures, rebuilt: each a `DescribedFigure`, and `write_figure`."""

from companion.captions import Provenance
from companion.figures.flow import patient_flow
from companion.figures.glance import ledger_at_a_glance
from companion.figures.regimen import plan, regimen
from companion.figures.stability import stability
from companion.figures.style import DescribedFigure
from companion.figures.subgroups import subgroup_rows, subgroups
from companion.figures.survival import survival
from companion.figures.swimmer import swimmer
from companion.figures.trials import trials
from companion.figures.writing import write_figure

__all__ = [
    "DescribedFigure",
    "Provenance",
    "ledger_at_a_glance",
    "patient_flow",
    "plan",
    "regimen",
    "stability",
    "subgroup_rows",
    "subgroups",
    "survival",
    "swimmer",
    "trials",
    "write_figure",
]
