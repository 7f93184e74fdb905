"""The article's figures, rebuilt: each a `DescribedFigure`, and `write_figure`."""

from companion.captions import Provenance as Provenance
from companion.figures.flow import patient_flow as patient_flow
from companion.figures.regimen import plan as plan
from companion.figures.regimen import regimen as regimen
from companion.figures.style import DescribedFigure as DescribedFigure
from companion.figures.subgroups import subgroup_rows as subgroup_rows
from companion.figures.subgroups import subgroups as subgroups
from companion.figures.survival import survival as survival
from companion.figures.swimmer import swimmer as swimmer
from companion.figures.trials import trials as trials
from companion.figures.writing import write_figure as write_figure
from companion.figures.writing import write_png as write_png
from companion.figures.writing import write_svg as write_svg
