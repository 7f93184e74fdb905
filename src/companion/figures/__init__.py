"""The article's figures, rebuilt: each a `Display` with its alt text, and one `save`."""

from companion.captions import Provenance
from companion.figures.flow import patient_flow
from companion.figures.glance import ledger_at_a_glance
from companion.figures.regimen import regimen
from companion.figures.save import save
from companion.figures.stability import stability
from companion.figures.style import Display
from companion.figures.subgroups import subgroup_rows, subgroups
from companion.figures.survival import survival
from companion.figures.swimmer import swimmer
from companion.figures.trials import trials

__all__ = [
    "Display",
    "Provenance",
    "ledger_at_a_glance",
    "patient_flow",
    "regimen",
    "save",
    "stability",
    "subgroup_rows",
    "subgroups",
    "survival",
    "swimmer",
    "trials",
]
