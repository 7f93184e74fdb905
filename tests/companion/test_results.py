"""The table of results: each number once, with the same bytes everywhere."""

import math

import pytest
from IPython.core.interactiveshell import InteractiveShell

from companion.results import (
    COLUMNS,
    Result,
    Results,
    ResultsError,
    read_results,
    unique,
    write_results,
)


def test_a_saved_table_reads_back_the_same(tmp_path):
    """In order of measure and statistic, whatever the order of adding."""
    results = Results("constructed")
    results.add("pfs_12m", "estimate", 82.2, "log")
    results.add("crc_2w", "percent", 100 * 33 / 35)
    results.add("crc_2w", "n", 33)
    write_results(results, tmp_path / "made" / "results.csv")
    found = read_results(tmp_path / "made" / "results.csv")

    assert [(r.measure, r.statistic) for r in found] == [
        ("crc_2w", "n"),
        ("crc_2w", "percent"),
        ("pfs_12m", "estimate"),
    ]
    assert found[2] == Result("pfs_12m", "estimate", 82.2, "log", "constructed")
    assert found[1].value == pytest.approx(results.get("crc_2w", "percent"), rel=1e-11)


def test_a_value_is_written_with_12_digits_and_unix_line_ends(tmp_path):
    """Processors differ in the last bits of a double; the file does not."""
    write_results([Result("m", "value", 0.1 + 0.2, "", "data")], tmp_path / "results.csv")

    assert (tmp_path / "results.csv").read_bytes() == (
        b"measure,statistic,value,method,basis,cell\nm,value,0.3,,data,\n"
    )


def test_what_is_undefined_is_left_out():
    """A median that is not reached is not a number."""
    results = Results("data")
    results.add("os", "median", math.nan)

    assert list(results) == []


def test_one_number_computed_twice_differently_is_refused():
    """Two cells of a notebook never disagree in silence."""
    results = Results("data")
    results.add("m", "n", 3)
    results.add("m", "n", 3.0)

    with pytest.raises(ValueError, match=r"m\.n is 3\.0, now 4"):
        results.add("m", "n", 4)


def test_a_basis_is_one_of_two():
    """`arithmetic` is the audit's to give, never a notebook's."""
    with pytest.raises(ValueError, match="'arithmetic' is neither 'constructed' nor 'data'"):
        Results("arithmetic")


def test_two_notebooks_may_give_one_number_only_if_they_agree():
    """To the 12 digits that are written."""
    first = Result("m", "n", 0.3, "", "data")

    assert len(unique([first, Result("m", "n", 0.1 + 0.2, "", "data")])) == 1
    with pytest.raises(ValueError, match=r"m\.n has two values, 0\.3 and 0\.31"):
        unique([first, Result("m", "n", 0.31, "", "data")])


def test_a_result_keeps_the_notebook_cell_that_computed_it(tmp_path):
    """The number that Jupyter shows beside the cell, here of a shell without a kernel."""
    code = """from companion.results import Results
results = Results("data")
results.add("m", "n", 3)
results.add("k", "n", 4); print([r.cell for r in results.of("1-baseline")])"""
    shell = InteractiveShell()
    InteractiveShell._instance = shell
    try:
        for line in code.splitlines():
            assert shell.run_cell(line, store_history=True).success
    finally:
        InteractiveShell.clear_instance()
    made = shell.user_ns["results"].of("1-baseline")
    write_results(made, tmp_path / "results.csv")

    assert [r.cell for r in made] == ["1-baseline [4]", "1-baseline [3]"]
    assert [r.cell for r in read_results(tmp_path / "results.csv")] == [r.cell for r in made]


def test_outside_a_notebook_the_cell_is_not_known():
    results = Results("data")
    results.add("m", "n", 3)

    assert [r.cell for r in results.of("1-baseline")] == [""]


def test_two_results_that_differ_in_their_cell_alone_are_equal():
    """Else a notebook that is run by hand would give other results."""
    assert Result("m", "n", 3.0, "", "data", "a [1]") == Result("m", "n", 3.0, "", "data", "")


def test_quantiles_of_a_column_are_those_of_r():
    """R: quantile(c(1, 2, 3, 4), c(.25, .5), type = 7) is 1.75 and 2.5; type 2 gives 1.5, 2.5."""
    results = Results("data")
    results.quantiles("seven", [4, 1, 3, 2], 7, "p25", "median")
    results.quantiles("two", [4, 1, 3, 2], 2, "p25", "median")
    results.quantiles("none", [], 7, "median")

    assert [results.get("seven", s) for s in ("p25", "median")] == [1.75, 2.5]
    assert [results.get("two", s) for s in ("p25", "median")] == [1.5, 2.5]
    assert math.isnan(results.get("none", "median"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("measure,statistic,value,method\n", "results.csv: the column basis is missing; it needs "),
        ("measure,value,method\n", "results.csv: the columns statistic, basis are missing; "),
        (",".join(COLUMNS) + "\nm,n,many,,data\n", "results.csv row 2: the value 'many' is no"),
        (",".join(COLUMNS) + "\nm,n\n", "results.csv row 2: the value None is not a number"),
        (",".join(COLUMNS) + "\nm,n,3,,hearsay\n", "results.csv row 2: the basis 'hearsay'"),
        (",".join(COLUMNS) + "\nm,n,nan,,data\n", "results.csv row 2: the value 'nan' is no"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_words(tmp_path, text, message):
    """File, row and what is wrong."""
    (tmp_path / "results.csv").write_text(text, encoding="utf-8")

    with pytest.raises(ValueError, match=message):
        read_results(tmp_path / "results.csv")


def test_a_file_that_is_not_text_is_refused_in_words(tmp_path):
    (tmp_path / "results.csv").write_bytes(b"\x82\xff")

    with pytest.raises(ResultsError, match=r"results\.csv: this is not a CSV file in UTF-8"):
        read_results(tmp_path / "results.csv")
