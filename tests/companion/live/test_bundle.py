"""Making the live page, where no browser is needed."""

import pytest
from places import ROOT

from companion.errors import CompanionError
from companion.live import bundle, write_live_page


def test_without_npm_one_sentence_says_what_is_needed(monkeypatch, tmp_path):
    """And nothing is left half made."""
    monkeypatch.setattr(bundle.shutil, "which", lambda _: None)

    with pytest.raises(CompanionError, match=r"needs npm.*apt-get install npm"):
        write_live_page(
            ROOT / "data" / "published",
            ROOT / "data" / "examples" / "two-arm",
            ROOT / "outputs" / "consistency.json",
            tmp_path,
        )
    assert not (tmp_path / "index.html").exists()
