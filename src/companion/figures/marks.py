"""Symbols of the swimmer plot."""

from typing import Any

from companion.figures.style import BLACK, BLUE, GREEN, INK, ORANGE, PURPLE, VERMILION, YELLOW

Mark = dict[str, Any]
FOLLOWED: Mark = {"facecolor": "#EFEFEF", "edgecolor": "none"}
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
GLYPHS: dict[str, Mark] = {
    "CR": {"marker": "o", "color": GREEN},
    "CRi": {"marker": "o", "color": GREEN, "fillstyle": "left", "markerfacecoloralt": "white"},
    "NR": {"marker": "o", "color": GREEN, "fillstyle": "none"},
    "negative": {"marker": "s", "color": BLUE},
    "positive": {"marker": "s", "color": BLUE, "fillstyle": "none"},
}
