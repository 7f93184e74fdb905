"""What the swimmer plot's blocks, columns and marks look like."""

from typing import Any

from companion.figures.regimen import ALL, ANTIBODY, BRANCH, CHEMOTHERAPY, IMMUNOTHERAPY
from companion.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    VERMILION,
    YELLOW,
)
from numbercheck.ledger.records import Dose

Mark = dict[str, Any]
FOLLOWED = "#EFEFEF"
NAMES = ("RDC", "Blinatumomab", "Blinatumomab extended")
BLOCKS = dict(zip(NAMES, (CHEMOTHERAPY, ANTIBODY, BRANCH), strict=True))
OUTLINE: Mark = {"markeredgecolor": BLACK, "markeredgewidth": 0.4}
TRANSPLANT: Mark = {"marker": "*", "color": ORANGE, **OUTLINE}
DEATH: Mark = {"marker": "X", "color": BLACK, "markeredgecolor": "white", "markeredgewidth": 0.3}
ONGOING: Mark = {"marker": ">", "color": INK, "markeredgecolor": "none"}
REMISSION: Mark = {"marker": "|", "color": GREEN, "markeredgewidth": 1.4}
RELAPSES: dict[str, Mark] = {
    "CNS": {"marker": "^", "color": PURPLE, **OUTLINE},
    "hematologic": {"marker": "D", "color": VERMILION, **OUTLINE},
    "MRD": {"marker": "v", "color": YELLOW, **OUTLINE},
}
COLUMNS = {
    "response_2w": "Resp.\n2 wk",
    "mrd_2w": "MRD\n2 wk",
    "response_4w": "Resp.\n≤4 wk",
    "mrd_4w": "MRD\n≤4 wk",
    "transplant": "HSCT",
}
GLYPHS: dict[str, Mark] = {
    "CR": {"marker": "o", "color": GREEN},
    "CRi": {"marker": "o", "color": GREEN, "fillstyle": "left", "markerfacecoloralt": "white"},
    "NR": {"marker": "o", "color": GREEN, "fillstyle": "none"},
    "negative": {"marker": "s", "color": BLUE},
    "positive": {"marker": "s", "color": BLUE, "fillstyle": "none"},
    "True": TRANSPLANT,
}


def block_of(dose: Dose) -> str:
    """Name of the treatment block that a dose is part of."""
    if dose.branch != ALL:
        return NAMES[2]
    return NAMES[1] if dose.drug == IMMUNOTHERAPY else NAMES[0]
