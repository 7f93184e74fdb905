"""Promises of `companion.formats.xport`: a SAS transport file is read as it was written."""

import pandas as pd
import pytest

from companion.formats.xport import read_xport


@pytest.mark.parametrize("version", [5, 8])
def test_sas_transport_keeps_zero_missing_and_a_last_record_that_ends_in_blanks(tmp_path, version):
    """Pandas reads 5.4e-79 for 0 and loses such a record; ReadStat wrote the file."""
    import pyreadstat

    frame = pd.DataFrame(
        {
            "NUMBER": [0.0, 1.0, -2.5, None, 1e6, 1 / 3],
            "TEXT": ["a", "", "é", "b", "=1", ""],
            "WIDE": ["x" * 24, "", "", "", "", ""],
        }
    )
    path = tmp_path / "adsl.xpt"
    pyreadstat.write_xport(frame, str(path), table_name="ADSL", file_format_version=version)
    names, rows = read_xport(path.read_bytes())

    assert names == list(frame)
    assert [r[0] for r in rows] == [0.0, 1.0, -2.5, None, 1e6, pytest.approx(1 / 3, rel=1e-15)]
    assert [r[1].decode() for r in rows] == list(frame["TEXT"])


def test_sas_transport_keeps_a_blank_record_that_is_too_long_to_be_filling(tmp_path):
    """Only the last card, of 80 bytes, is filled up with blanks."""
    import pyreadstat

    path = tmp_path / "adsl.xpt"
    frame = pd.DataFrame({"TEXT": ["x" * 120, ""]})
    pyreadstat.write_xport(frame, str(path), table_name="ADSL", file_format_version=5)

    assert [r[0] for r in read_xport(path.read_bytes())[1]] == [b"x" * 120, b""]
