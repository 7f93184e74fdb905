"""The document on consistency, as a build makes and keeps it."""

from companion.build import consistent
from companion.project import ROOT
from numbercheck.ledger.new import new_ledger


def test_a_document_that_cannot_be_made_is_left_out_of_a_build(tmp_path):
    """A new ledger prints nothing yet, not even how many patients there are."""
    said, kept = [], tmp_path / "kept"
    new_ledger(tmp_path / "ledger")

    assert consistent.make(ROOT, tmp_path / "ledger", kept, said.append) is None
    assert "left out, no claim prints how many patients" in said[-1]
    assert consistent.find(ROOT, tmp_path / "ledger", tmp_path / "outputs", kept) is None
