"""Figures: rendered and measured, with ordinary data and with odd ones.

``python tests/companion/figures/test_figures.py`` draws the baselines anew; look at them before
you commit them.
"""

import json
import re
import subprocess
import sys
from functools import cache, partial
from itertools import cycle
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from PIL import Image

from companion import figures
from companion.figures import lettering, style
from companion.figures.key import flow
from companion.figures.survival import steps
from companion.layouts import DisplayLayout, LayoutRow
from companion.report.glance import LOOKS, ledger_at_a_glance
from numbercheck.ledger.rows import Dose
from numbercheck.statistics.survival import at_risk_table, kaplan_meier

BASELINE = Path(__file__).parents[2] / "baseline"
DOTS = 100  # per inch, of the baselines
TOLERANCE = 0.2  # root mean square of gray levels; a lost censor tick is beyond it
SMALLEST = 6.0  # pt
LABEL = "Reconstructed cohort: consistent with the article, not its patients"
CUTOFF = "April 15, 2024"
PROVENANCE = figures.Provenance(CUTOFF, LABEL)
HOSTILE = "$x^2$ <script>alert(1)</script> \\input{x} =cmd()"
LONG = "Chromosomal rearrangement of uncertain significance with very long description " * 2
REGIMEN = (
    Dose("Idarubicin", "8", "mg/m²", "", "IV", "1", "1", "all"),
    Dose("Vindesine", "3", "mg/m²", "4 mg", "IV", "1", "1", "all"),
    Dose("Dexamethasone", "9", "mg/m²/day", "", "IV", "1", "7", "all"),
    Dose("Blinatumomab", "9", "µg/day", "", "", "8", "14", "all"),
    Dose("Blinatumomab", "28", "µg/day", "", "", "15", "21", "all"),
    Dose("Blinatumomab", "28", "µg/day", "", "", "22", "35", "no CRc at day 22"),
)


COLUMNS = ["claim", "locus", "printed", "verdict", "basis"]


def layout(*rows):
    """A layout with rows of group, label, measure, statistic, where and note."""
    return DisplayLayout("Figure", "", tuple(LayoutRow("figure", *row) for row in rows))


def coded(heading, column, words, measure):
    """Rows of one column beside the lanes."""
    return [(heading, word, measure, "", f"{column} = {code}") for code, word in words.items()]


RESPONSES = {"CR": "CR", "CRi": "CRi", "NR": "No CRc"}
MRD = {"negative": "MRD negative", "positive": "MRD positive"}
LANES = layout(
    *coded("Resp. 2 wk", "response_2w", RESPONSES, "cr_2w"),
    *coded("MRD 2 wk", "mrd_2w", MRD, "mrd_negative_2w"),
    *coded("Resp. ≤4 wk", "response_4w", RESPONSES, "cr_4w"),
    *coded("MRD ≤4 wk", "mrd_4w", MRD, "mrd_negative_4w"),
    ("Lanes", "Death", "deaths"),
)
DOSES = layout(
    ("RDC", "Idarubicin", "idarubicin_dose", "value", "day 1"),
    ("RDC", "Vindesine", "vindesine_dose", "value", "day 1"),
    ("RDC", "Dexamethasone", "dexamethasone_dose", "value", "days 1–7"),
    ("Blinatumomab", "Blinatumomab", "blinatumomab_step1_dose", "value", "days 8–14"),
    ("Blinatumomab", "Blinatumomab", "blinatumomab_step2_dose", "value", "days 15–21"),
    ("Blinatumomab extended", "Blinatumomab", "extension_dose", "value", "days 22–35"),
)
PLAN = figures.plan(REGIMEN, DOSES)
FLOW = layout(
    ("Enrolled", "n", "enrolled"),
    ("CRc after 2 weeks", "n", "crc_2w"),
    ("CRc after 2 weeks", "CR", "cr_2w"),
    ("No CRc after 2 weeks", "n", "", "", "", "beside"),
    ("No CRc after 2 weeks", "blinatumomab extended", "extended"),
    ("At the last follow-up", "transplanted", "transplant"),
)


def people(n=35, events=0.15, seed=7, sex=None):
    """Patient table as ``companion.cohort.patient_table`` types it."""
    random = np.random.default_rng(seed)
    end = random.integers(30, 592, n)
    relapse = np.where(random.random(n) < events, random.choice(["CNS", "MRD"], n), "none")
    died = random.random(n) < events / 2
    response = random.choice(["CR", "CR", "CR", "CRi", "NR"], n)
    marrow = random.random(n) < 0.94
    columns = {
        "age": pd.array(random.integers(15, 66, n), dtype="Int64"),
        "sex": pd.array([sex] * n, dtype="str"),
        "wbc_gt30": pd.array(random.random(n) < 0.26, dtype="boolean"),
        "genetic_risk": pd.array(random.choice(["poor", "other"], n), dtype="str"),
        "marrow_after_rdc": pd.array(marrow, dtype="boolean"),
        "blasts_ge5": pd.array(np.where(marrow, random.random(n) < 0.6, None), dtype="boolean"),
        "response_2w": pd.array(response, dtype="str"),
        "mrd_2w": pd.array(random.choice(["negative", "positive", None], n), dtype="str"),
        "extended": pd.array(response == "NR", dtype="boolean"),
        "response_4w": pd.array(np.where(response == "NR", "CR", response), dtype="str"),
        "mrd_4w": pd.array(random.choice(["negative", "positive"], n), dtype="str"),
        "time_to_cr": pd.array(np.where(response == "NR", 36, 22), dtype="Int64"),
        "transplant": pd.array(random.random(n) < 0.4, dtype="boolean"),
        "relapse": pd.array(relapse, dtype="str"),
        "os_time": pd.array(end.astype(float), dtype="Float64"),
        "os_event": pd.array(died, dtype="boolean"),
        "pfs_time": pd.array(np.where(relapse == "none", end, end // 2 + 1.0), dtype="Float64"),
        "pfs_event": pd.array(died | (relapse != "none"), dtype="boolean"),
    }
    index = pd.Index([f"RDCB-{i:04d}" for i in range(n)], name="USUBJID")
    return pd.DataFrame(columns, index=index)


def curve(patients):
    return kaplan_meier(patients["pfs_time"].astype(float) / 30.4375, patients["pfs_event"])


def envelope(frame):
    times, survived, *_ = steps(frame)
    return pd.DataFrame(
        {"time": times, "lower": survived - 0.05 * survived, "upper": survived**0.5}
    )


def subgroup_frame(patients, names=("Sex", "Genetic risk", "Blasts before blinatumomab")):
    factors = ("sex", "genetic_risk", "blasts_ge5")
    words = {True: "≥ 5%", False: "< 5%"}
    levels = {
        name: patients[f].map(lambda v: words.get(v, v))
        for name, f in zip(names, factors, strict=True)
    }
    outcomes = {
        "CRc after 2 weeks": patients["response_2w"].isin(["CR", "CRi"]),
        "MRD negativity": patients["mrd_2w"] == "negative",
    }
    listed = layout(("All patients", "", "crc_2w|mrd_negative_2w"), *((n, "") for n in names))
    rows = figures.subgroup_rows(outcomes, levels, listed)
    return rows.assign(n_min=rows["n"] - (rows["factor"] == "Genetic risk"), n_max=rows["n"])


def trial_frame(name="Bassan 2023 GIMEMA LAL1913"):
    rows = [
        ("Complete remission", "This trial", "crc_2w", 33, 35, 94),
        ("Complete remission", name, "", 185, 203, 91),
        ("Complete remission", "Kantarjian 2004 hyper-CVAD", "", np.nan, 288, 92),
        ("Grade 3–4 infection", "This trial", "infections_g34", 8, 35, 23),
        ("Grade 3–4 infection", "TOWER 2017, blinatumomab", "", 91, 267, 34.1),
    ]
    return pd.DataFrame(rows, columns=["quantity", "trial", "measure", "n", "N", "percent"])


def claims(n=60, printed=("94%", "33", "April 15, 2024", "<0.05")):
    kinds = [("match", "arithmetic"), ("match", "constructed"), ("match", "data"), ("given", "")]
    kinds += [("mismatch", "arithmetic"), ("unchecked", "")]
    loci = ["Abstract", "Text ¶4", "Table 1 · Anemia"]
    rows = [
        (f"claim_{i}", loci[i * len(loci) // n], text, *kind)
        for i, text, kind in zip(range(n), cycle(printed), cycle(kinds), strict=False)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def flow_counts(patients):
    """Patients in each line of FLOW."""
    response = patients["response_2w"]
    crc, none = response.isin(["CR", "CRi"]), response == "NR"
    hits = [
        response == response,
        crc,
        response == "CR",
        none,
        patients["extended"],
        patients["transplant"],
    ]
    return [len(patients), *(int(hit.fillna(False).sum()) for hit in hits[1:])]


def draw(patients, provenance=PROVENANCE, text="", **names):
    """Every figure of one set of patients, by name, none drawn yet."""
    time_curve, say = curve(patients), {"provenance": provenance}
    n = len(patients)
    return {
        "swimmer": partial(figures.swimmer, patients, PLAN, LANES, **say),
        "survival": partial(figures.survival, time_curve, "Progression-free survival", **say),
        "survival-envelope": partial(
            figures.survival, time_curve, envelope=envelope(time_curve), measure="os_12m", **say
        ),
        "regimen": partial(figures.regimen, PLAN, n, **say),
        "patient-flow": partial(figures.patient_flow, FLOW, flow_counts(patients), n, **say),
        "subgroups": partial(figures.subgroups, subgroup_frame(patients, **names), **say),
        "trials": partial(figures.trials, trial_frame(text or "Bassan 2023"), **say),
        "ledger": partial(
            ledger_at_a_glance, claims(printed=(text or "94%", "33", ">=0.05")), **say
        ),
    }


NAMES = tuple(draw(people(4)))
DATA = {
    "the trial's size": partial(people, 35),
    "one patient": partial(people, 1),
    "500 patients": partial(people, 500),
    "no event": partial(people, 35, events=0.0),
    "all events": partial(people, 35, events=2.0),
    "both sexes": partial(people, 35, sex="F"),
}


OF_PATIENTS = ("swimmer", "survival", "survival-envelope", "patient-flow", "subgroups")
DRAWN = [
    *((name, "the trial's size") for name in NAMES),
    *((name, data) for name in OF_PATIENTS for data in (*DATA,)[1:-1]),
    ("subgroups", "both sexes"),
]


@cache
def drawings(data):
    return draw(DATA[data]())


@cache
def ordinary(name):
    return drawings("the trial's size")[name]()


def texts(figure):
    """Every visible text of a figure with its box in pixels."""
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    without = [axes for axes in figure.axes if not axes.axison]
    ticks = {text for a in without for axis in (a.xaxis, a.yaxis) for text in axis.findobj(Text)}
    return [
        (text, text.get_window_extent(renderer))
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and text not in ticks
    ]


def overlapping(boxes, slack=1.0):
    """Pairs of boxes that share more than the slack in both directions, pixels."""
    ends = np.array([(box.min, box.max) for box in boxes])
    low = np.maximum(ends[:, None, 0], ends[:, 0])
    high = np.minimum(ends[:, None, 1], ends[:, 1])
    shared = (high - low > slack).all(axis=2)
    return zip(*np.triu(shared, 1).nonzero(), strict=True)


def faults(figure):
    """What is cut off, overlaps, or is too small to read."""
    shown = texts(figure)
    page = figure.bbox
    for text, box in shown:
        if box.x0 < page.x0 or box.x1 > page.x1 or box.y0 < page.y0 or box.y1 > page.y1:
            yield f"cut off: {text.get_text()!r}"
        if text.get_size() < SMALLEST:
            yield f"too small: {text.get_text()!r}"
    for one, other in overlapping([box for _, box in shown]):
        yield f"{shown[one][0].get_text()!r} overlaps {shown[other][0].get_text()!r}"


@pytest.mark.parametrize(("name", "data"), DRAWN)
def test_nothing_is_cut_off_overlapping_or_too_small(name, data):
    assert list(faults(drawings(data)[name]())) == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", [HOSTILE + LONG, "x" * 200], ids=["markup", "one word"])
def test_any_label_fits_and_stays_text(name, text):
    """Markup of matplotlib, HTML, LaTeX or a spreadsheet is shown as it is written."""
    patients = people(12)
    patients.index = pd.Index([f"{text}{i}" for i in range(12)], name="USUBJID")
    patients["genetic_risk"] = [text, f"{text} other"] * 6
    provenance = figures.Provenance(text, text, (text,))
    figure = draw(patients, provenance, text, names=(f"{text} sex", text, f"{text} blasts"))[name]()

    assert list(faults(figure)) == []
    assert [t.get_text() for t, _ in texts(figure) if t.get_parse_math()] == []


@pytest.mark.parametrize(
    ("break_it", "fault"),
    [
        (lambda f: f.text(0.95, 0.5, "far too long a text"), "cut off"),
        (lambda f: f.text(0.5, 0.5, "tiny", size=5), "too small"),
        (lambda f: (f.text(0.5, 0.5, "one"), f.text(0.51, 0.5, "other")), "overlaps"),
    ],
)
def test_the_measure_sees_each_fault(break_it, fault):
    figure = figures.regimen(PLAN)
    break_it(figure)

    assert any(fault in found for found in faults(figure))


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_says_who_is_shown_until_when_and_that_they_are_reconstructed(name):
    """Issue point: N, data cut-off and label inside the picture."""
    said = " ".join(t.get_text() for t in ordinary(name).findobj(Text))

    assert LABEL in said
    assert CUTOFF in said
    assert "N = " in said


@pytest.mark.parametrize("name", NAMES)
def test_supplied_data_have_no_label(name):
    figure = draw(people(20), figures.Provenance(CUTOFF))[name]()

    assert not any("econstructed" in t.get_text() for t in figure.texts)
    assert "not its patients" not in figure.alt_text


@pytest.mark.parametrize("name", NAMES)
def test_the_width_is_a_journal_column(name):
    assert ordinary(name).get_figwidth() * 25.4 == pytest.approx(85) or ordinary(
        name
    ).get_figwidth() * 25.4 == pytest.approx(174)


@pytest.mark.parametrize("name", NAMES)
def test_every_text_stands_out_on_the_white_page(name):
    """WCAG 2.2, 1.4.3: contrast of at least 4.5 with white; black on every cell's color too."""
    for text in ordinary(name).findobj(Text):
        assert contrast(text.get_color(), "white") >= 4.5
    for look in LOOKS.values():
        assert contrast("black", look["facecolor"]) >= 4.5


def contrast(color, ground):
    """Ratio of relative luminances, by WCAG 2.2."""
    light, dark = sorted((luminance(color), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color):
    parts = np.array(to_rgb(color))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_censor_ticks_stand_on_the_curve_at_every_time_of_censoring():
    frame = curve(people(35))
    (axes,) = [a for a in figures.survival(frame).axes if a.get_xlabel()]
    (ticks,) = [line for line in axes.lines if line.get_gid() == "censored"]
    censored = frame[frame["n_censor"] > 0]

    assert ticks.get_xdata().tolist() == censored.index.tolist()
    assert ticks.get_ydata().tolist() == censored["survival"].tolist()


def test_counts_under_the_axis_are_those_of_r():
    """At risk at t: whoever is followed to t or beyond (R's summary.survfit)."""
    frame = kaplan_meier([1, 2, 3, 3, 5, 6], [0, 1, 0, 1, 0, 0])
    figure = figures.survival(frame, horizon=3.0)
    (axes,) = [a for a in figure.axes if a.get_xlabel()]
    shown = [t.get_text() for t in figure.axes[0].texts if t.get_text().isdigit()]
    counts = at_risk_table(frame, axes.get_xticks())

    assert axes.get_xticks().tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert counts["n_risk"].tolist() == [6, 6, 5, 4, 2, 2, 1]
    assert shown == [f"{n}" for column in counts for n in counts[column]]


def test_the_estimate_at_the_horizon_is_written_as_printed():
    """One death among 35, all still followed: 97.1% (91.8-100), the article's own numbers."""
    frame = kaplan_meier([2.0] + [13.0] * 34, [1] + [0] * 34)

    assert "At 12 months 97.1% (95% CI 91.8–100). Median not reached" in (
        figures.survival(frame).alt_text
    )


def test_a_median_stands_with_its_limits():
    """R: survfit(Surv(1:8, rep(1, 8)) ~ 1) prints 4.5 and limits 3 and NA."""
    alt = figures.survival(kaplan_meier(range(1, 9), [1] * 8), horizon=4.0).alt_text

    assert "Median 4.5 months (95% CI 3.0 months to not reached)" in alt


def test_the_range_of_all_curves_reaches_the_end_of_the_axis_and_says_what_it_is():
    """By day: certain until the first possible event, and from the last possible one."""
    frame = kaplan_meier([2.0] + [13.0] * 34, [1] + [0] * 34)
    ends = pd.DataFrame(
        {"time": [0, 1, 7.4, np.inf], "lower": [1, 34 / 35, 34 / 35, 34 / 35],
         "upper": [1, 1, 34 / 35, 34 / 35]}
    )  # fmt: skip
    figure = figures.survival(frame, envelope=ends, possible={0.0: (35, 35), 12.0: (9, 17)})
    (axes,) = [a for a in figure.axes if a.get_xlabel()]
    (hatched,) = [c for c in axes.collections if c.get_hatch()]
    corners = hatched.get_paths()[0].vertices
    said = " ".join(t.get_text() for t in figure.findobj(Text))

    assert corners[:, 0].max() == axes.get_xlim()[1]
    assert {y for x, y in corners if 1 < x < 7.4} <= {1, 34 / 35}
    assert {y for x, y in corners if x < 1} == {1}
    assert "Range of all compatible curves" in said
    assert "9–17" in said
    assert "Possible: fewest and most patients at risk" in said


def test_who_left_is_not_reported_rather_than_nobody():
    """CONSORT: screened, excluded, discontinued; an unknown number is no zero."""
    rows = layout(
        ("Screened", "n"), ("Not enrolled", "n", "", "", "", "exit"), ("Enrolled", "n", "enrolled"),
        ("CRc", "n", "crc_2w"), ("No CRc", "n", "", "", "", "beside"),
    )  # fmt: skip
    alt = figures.patient_flow(rows, [None, None, 9, 7, 1], 9, PROVENANCE).alt_text

    assert "Screened: not reported in the article, Not enrolled: not reported in the article" in alt
    assert "Not evaluated: n = 1" in alt  # of those enrolled, not of those screened
    assert alt.count("Not evaluated") == 1


def test_marrow_visits_stand_on_their_days_assumed_ones_hollow():
    visits = layout(
        ("Visits", "Marrow", "", "", "day 22"), ("Visits", "Marrow", "", "", "day 36", "assumed")
    ).rows
    figure = figures.regimen(PLAN, 35, visits=visits)
    (axes,) = [a for a in figure.axes if a.get_xlabel()]
    marks = {float(m.get_xdata()[0]): m.get_markerfacecolor() for m in axes.lines}

    assert marks == {22.0: style.BLACK, 36.0: "white"}
    assert "Hollow: the article does not print the day." in " ".join(
        t.get_text() for t in figure.texts
    )
    assert "Marrow: day 22, day 36 (assumed)" in figure.alt_text


def test_no_estimate_is_given_beyond_the_follow_up():
    frame = kaplan_meier([2.0, 5.0], [1, 0])

    assert "Follow-up ends before 12 months" in figures.survival(frame).alt_text


def swimmer_marks(figure, marker):
    """Places of a mark on lanes, in days or months, not in the columns."""
    lanes = [a for a in figure.axes if a.get_xlabel()]
    lines = [line for a in lanes for line in a.lines if line.get_marker() == marker]
    return [x for line in lines for x in line.get_xdata()]


def test_a_transplantation_without_a_day_is_on_no_day():
    patients = people(20).assign(transplant=pd.array([True] * 20, dtype="boolean"))
    figure = figures.swimmer(patients, PLAN, LANES, provenance=PROVENANCE)
    supplied = figures.swimmer(patients, PLAN, LANES)

    assert swimmer_marks(figure, "*") == []
    assert any("date not reported" in t.get_text() for t in figure.findobj(Text))
    assert any("date not recorded" in t.get_text() for t in supplied.findobj(Text))


def test_a_transplantation_with_a_day_is_on_that_day():
    patients = people(3).assign(transplant=pd.array([True, True, False], dtype="boolean"))
    days = pd.Series([100, 30], index=patients.index[:2])
    figure = figures.swimmer(patients, PLAN, LANES, days, days_per_month=10)

    assert sorted(swimmer_marks(figure, "*")) == [10, 30]
    assert not any("date not" in t.get_text() for t in figure.findobj(Text))


def test_the_swimmer_marks_deaths_relapses_and_who_is_followed_on():
    patients = people(60, events=0.4)
    figure = figures.swimmer(patients, PLAN, LANES)

    assert len(swimmer_marks(figure, "X")) == patients["os_event"].sum()
    assert len(swimmer_marks(figure, ">")) == (~patients["os_event"]).sum()
    for kind, marker in {"CNS": "^", "MRD": "v"}.items():
        assert len(swimmer_marks(figure, marker)) == (patients["relapse"] == kind).sum()


def test_no_treatment_is_drawn_after_the_end_of_follow_up():
    patients = people(5).assign(os_time=10.0, extended=True)
    (axes,) = [
        a for a in figures.swimmer(patients, PLAN, LANES).axes if "Day" in (a.get_xlabel() or "")
    ]
    drawn = [p.vertices[:, 0].max() for c in axes.collections for p in c.get_paths()]

    assert max(drawn) == 10.5


@pytest.mark.parametrize("n", [250, 260, 600])
def test_every_patient_with_an_event_has_a_lane(n):
    """However many patients; of the others the page says how many are shown."""
    patients = people(n, events=0.05)
    died, kinds = patients["os_event"], ("CNS", "MRD")
    figure = figures.swimmer(patients, PLAN, LANES)
    said = " ".join(t.get_text() for t in figure.findobj(Text)).replace("\n", " ")

    assert f"N = {n}" in said
    assert f"{n} patients" in figure.alt_text
    assert len(swimmer_marks(figure, "X")) == died.sum() > 0
    relapsed = len(swimmer_marks(figure, "^")) + len(swimmer_marks(figure, "v"))
    assert relapsed == patients["relapse"].isin(kinds).sum() > 0
    assert (len(swimmer_marks(figure, ">")) < n - died.sum()) == (n > 250)
    assert ("for space, one in" in said) == (n > 250)


def is_xml(path):
    return ElementTree.parse(path).getroot().tag.endswith("svg")  # noqa: S314 - made here


def identifiers(figure):
    """Texts to the left of the columns of a swimmer plot, from the top."""
    return [t.get_text() for t in figure.axes[0].texts if t.get_ha() == "right"]


def test_identifiers_of_any_script_are_shown_or_numbered(tmp_path):
    """A missing glyph is an error here; XML 1.0 (2.2) allows no control characters."""
    drawable = ["R01", "Пациент-01", "\u1d81-01"]  # the last is in STIX, not in DejaVu Sans
    others = ["\U000e0041-01", "R\x0701", ""]  # of the first no font has the character
    figure = figures.swimmer(people(6).set_axis(drawable + others), PLAN, LANES)
    figures.write_figure(figure, tmp_path, "swimmer")

    assert is_xml(tmp_path / "swimmer.svg")
    assert sorted(identifiers(figure)) == sorted([*drawable, "No. 4", "No. 5", "No. 6"])
    assert list(faults(figure)) == []


@pytest.mark.parametrize(
    "names",
    [
        [f"NCT05557110-{'0' * 25}{i:03d}" for i in range(12)],
        [f"{i:03d}-{'0' * 25}-NCT05557110" for i in range(12)],
        [f"NCT05557110-{'0' * 9}{i:03d}{'0' * 9}-NCT05557110" for i in range(12)],
    ],
    ids=["at the end", "at the start", "in the middle"],
)
def test_long_identifiers_stay_distinct(names):
    """Forty characters that differ in three."""
    figure = figures.swimmer(people(12).set_axis(names), PLAN, LANES)

    assert len(set(identifiers(figure))) == 12
    assert list(faults(figure)) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_label_that_cannot_be_drawn_leaves_a_figure_that_can_be_read(name, tmp_path):
    """Whatever a trial's tables hold, the SVG is XML and its description is text."""
    text = "患者\x00\x1b[31ma\nb\tc\U0001f9ec"
    figure = draw(people(6), figures.Provenance(text, text, (text,)), text)[name]()
    figures.write_figure(figure, tmp_path, name)

    assert is_xml(tmp_path / f"{name}.svg")


def test_treatment_is_drawn_as_planned():
    """The tables hold no record of doses given."""
    figure = figures.swimmer(people(5), PLAN, LANES)
    (days,) = [a for a in figure.axes if "Day" in (a.get_xlabel() or "")]
    blocks = [c for c in days.collections if c.get_hatch()]

    assert len(blocks) == 3
    assert {"RDC, planned", "Blinatumomab, planned"} <= {t.get_text() for t in figure.findobj(Text)}


def test_the_flow_counts_each_patient_once_in_a_row():
    patients = people(80)
    second = figures.flow.stages(FLOW, flow_counts(patients), 80)[1]

    assert sum(box.n for box in second) == 80


def test_a_patient_without_a_response_has_a_box():
    patients = people(9)
    patients["response_2w"] = pd.array([None, *patients["response_2w"][1:]], dtype="str")

    figure = figures.patient_flow(FLOW, flow_counts(patients), 9)

    assert "Not evaluated: n = 1" in figure.alt_text


def test_subgroups_count_members_and_show_an_unknown_factor_as_not_reported():
    patients = people(40)
    rows = figures.subgroup_rows(
        {"CRc": patients["response_2w"].isin(["CR", "CRi"])},
        {"Sex": patients["sex"], "Risk": patients["genetic_risk"]},
        layout(("All patients", "", "crc_2w"), ("Sex", ""), ("Risk", "poor", "crc_by_risk")),
    )
    poor = rows[rows["level"] == "poor"].iloc[0]

    assert poor["N"] == (patients["genetic_risk"] == "poor").sum()
    assert poor["measure"] == "crc_by_risk"
    assert rows.loc[rows["factor"] == "Risk", "n"].sum() == rows["n"].iloc[0]
    assert "Sex: not reported" in figures.subgroups(rows, provenance=PROVENANCE).alt_text


def test_a_cell_that_is_not_determined_is_shown_as_a_range():
    rows = pd.DataFrame(
        [
            ("CRc", "All patients", "", "crc_2w", 33, 35, 33, 33, np.nan, np.nan),
            ("CRc", "Risk", "poor", "crc_by_risk", 16, 17, 15, 17, 0.2286, 1.0),
        ],
        columns=figures.subgroup_rows({}, {}, layout()).columns,
    )
    alt = figures.subgroups(rows).alt_text

    assert "Risk: P 0.23 to 1;" in alt
    assert "poor: 15–17/17, 88–100%" in alt
    assert "33/35, 94% (81–98)" in alt


def test_ranges_are_explained_only_where_there_are_any():
    """Supplied patients determine every count and every P value."""
    columns = figures.subgroup_rows({}, {}, layout()).columns
    every = ("CRc", "All patients", "", "crc_2w", 33, 35, 33, 33, np.nan, np.nan)
    known, bounded = (
        figures.subgroups(
            pd.DataFrame([every, ("CRc", "Risk", "poor", "", 16, 17, *ends)], columns=columns)
        )
        for ends in ((16, 16, 0.5, 0.5), (15, 17, 0.23, 1.0))
    )

    said = [" ".join(t.get_text() for t in sheet.findobj(Text)) for sheet in (bounded, known)]

    assert ["all that the article allows" in text for text in said] == [True, False]


def test_a_percentage_without_a_count_has_no_interval():
    rows = trial_frame()
    rows.loc[len(rows)] = ["Infection", "MDACC", "", np.nan, np.nan, 37]
    alt = figures.trials(rows).alt_text

    assert "Kantarjian 2004 hyper-CVAD: 92%, N 288;" in alt
    assert "MDACC: 37%, N not printed" in alt  # every trial has its N, or why it has none


def test_claims_of_each_basis_are_counted_apart():
    alt = ledger_at_a_glance(claims(60)).alt_text

    assert "follows from other printed numbers: 10" in alt
    assert "built into the reconstructed cohort: 10" in alt
    assert "recomputed from patient data: 10" in alt
    assert "mismatch: 10" in alt


def test_a_verdict_without_a_color_is_refused():
    with pytest.raises(ValueError, match="perfect"):
        ledger_at_a_glance(claims(3).assign(verdict="perfect"))


def test_a_key_breaks_its_lines_like_words():
    assert flow([40, 40, 40, 200, 10], 100) == [(0, 0), (0, 40), (1, 0), (2, 0), (3, 0)]


@pytest.mark.parametrize("text", ["a b c " * 30, "unbreakable" * 20, "", "i"])
def test_wrapped_lines_are_no_wider_than_asked_and_lose_nothing(text):
    lines = lettering.wrap(text, 20)

    assert all(lettering.text_width(line) <= 20 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("text", ["Overall survival, N = 35", "iiiiWWWW≥µ²", "x" * 50])
def test_the_measured_width_is_the_drawn_one(text):
    figure = figures.regimen(PLAN)
    drawn = figure.text(0, 0, text, size=lettering.BODY, family=lettering.FAMILY)
    figure.canvas.draw()

    pixels = drawn.get_window_extent(figure.canvas.get_renderer()).width
    assert pixels / figure.dpi * 25.4 == pytest.approx(lettering.text_width(text), abs=0.6)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Give a function that returns the folder of a figure's files, written once."""
    folder = tmp_path_factory.mktemp("written")

    def write(name):
        if not (folder / name).exists():
            figures.write_figure(drawings("the trial's size")[name](), folder / name, name)
        return folder / name

    return write


@pytest.mark.parametrize("name", ["swimmer", "survival-envelope"])
def test_the_same_figure_has_the_same_bytes(name, written, tmp_path):
    """Two that have every kind of mark; builds of supplied data compare all of them."""
    figures.write_figure(drawings("the trial's size")[name](), tmp_path, name)

    for file in (f"{name}.svg", f"{name}.png", "alt.json"):
        assert (tmp_path / file).read_bytes() == (written(name) / file).read_bytes()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("swimmer", {"cr_2w.n", "mrd_negative_4w.n", "deaths.n"}),
        ("survival-envelope", {"os_12m.estimate", "os_12m.conf_low"}),
        ("regimen", {"idarubicin_dose.value", "extension_dose.value"}),
        ("patient-flow", {"enrolled.n", "crc_2w.n", "extended.n"}),
        ("subgroups", {"crc_2w.n", "crc_2w.N", "crc_2w.percent", "mrd_negative_2w.conf_high"}),
        ("trials", {"crc_2w.percent", "infections_g34.conf_low"}),
        ("ledger", {"claim_0.claim", "claim_59.claim"}),
    ],
)
def test_marks_of_the_svg_name_their_results_each_id_once(name, shown, written):
    """The page finds by them where a mark leads (SVG 1.1, 5.2: an id is unique)."""
    svg = (written(name) / f"{name}.svg").read_text(encoding="utf-8")
    ids = re.findall(r' id="([^"]+)"', svg)
    named = {part for i in ids for part in i.split("--") if "." in part}

    assert len(ids) == len(set(ids))
    assert shown <= named
    assert all(re.fullmatch(r"\w+\.\w+", part) for part in named)


def test_files_carry_the_description_and_no_date(tmp_path):
    figures.write_figure(ordinary("survival"), tmp_path, "km")
    marked = ordinary("regimen")
    marked.alt_text = "<b>Other</b> words"
    figures.write_figure(marked, tmp_path, "regimen")
    svg = (tmp_path / "km.svg").read_text(encoding="utf-8")
    alt = json.loads((tmp_path / "alt.json").read_text(encoding="utf-8"))
    with Image.open(tmp_path / "km.png") as picture:
        described, dots = picture.info["Description"], picture.width

    assert "<dc:date>" not in svg
    assert "<title>km</title>" in svg
    assert described == ordinary("survival").alt_text
    assert alt == {"km": ordinary("survival").alt_text, "regimen": "<b>Other</b> words"}
    assert "<b>" not in (tmp_path / "regimen.svg").read_text(encoding="utf-8")
    assert dots == int(85 / 25.4 * 300)


def test_in_a_notebook_a_figure_shows_itself_with_its_description():
    figure = figures.trials(trial_frame('"><script>'))
    shown = figure._repr_html_()

    assert shown.startswith('<img alt="Rates in this trial and those it cites.')
    assert "<script>" not in shown


@pytest.mark.locked
@pytest.mark.parametrize("name", NAMES)
def test_figures_look_as_they_did(name, tmp_path):
    """The baselines were looked at before they were committed."""
    assert differs(ordinary(name), name, tmp_path) is None


@pytest.mark.locked
@pytest.mark.parametrize("lost", [0, 10, -1])
def test_a_lost_censor_tick_is_noticed(lost, tmp_path):
    figure = drawings("the trial's size")["survival"]()
    (ticks,) = [line for a in figure.axes for line in a.lines if line.get_gid() == "censored"]
    ticks.set_data(np.delete(ticks.get_xdata(), lost), np.delete(ticks.get_ydata(), lost))

    assert differs(figure, "survival", tmp_path) is not None


def differs(figure, name, folder):
    """What sets a figure apart from its baseline, in words; nothing where they look alike."""
    from matplotlib.testing.compare import compare_images  # starts other programs when imported

    actual = folder / f"{name}.png"
    figure.savefig(actual, dpi=DOTS)
    expected = folder / "expected.png"
    expected.write_bytes((BASELINE / f"{name}.png").read_bytes())
    return compare_images(expected, actual, TOLERANCE)


def test_a_reader_s_own_settings_change_nothing(tmp_path):
    """A ``matplotlibrc`` in a home directory is no part of the article."""
    with matplotlib.rc_context({"lines.linewidth": 9, "axes.facecolor": "red", "font.size": 30}):
        figure = drawings("the trial's size")["survival"]()
        assert differs(figure, "survival", tmp_path) is None


def test_what_a_reconstructed_cohort_leaves_open_is_said():
    """Honesty is part of the interface: fixed, bounded or one cohort's choice."""
    for name in ("swimmer", "survival"):
        said = " ".join(t.get_text() for t in ordinary(name).texts)
        assert "one choice among many" in said
        supplied = draw(people(9), figures.Provenance(CUTOFF))[name]()
        assert "one choice among many" not in " ".join(t.get_text() for t in supplied.texts)


def test_figures_need_no_pyplot():
    """It would keep every figure in memory and take a window system's defaults."""
    code = "import sys, companion.figures; print('matplotlib.pyplot' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "False"


if __name__ == "__main__":
    BASELINE.mkdir(exist_ok=True)
    for figure_name in NAMES:
        ordinary(figure_name).savefig(
            BASELINE / f"{figure_name}.png", dpi=DOTS, metadata={"Software": None}
        )
