"""Promises of `companion.project`."""

from pathlib import Path

import pytest

from companion.project import LANDMARKS, ROOT, RepositoryError, find_root


@pytest.fixture
def clone(tmp_path):
    """Make an empty repository, with a folder deep inside it."""
    for landmark in (*LANDMARKS, "src/companion"):
        (tmp_path / "clone" / landmark).mkdir(parents=True)
    return tmp_path / "clone"


def test_the_root_is_the_repository_of_these_tests():
    """The package is installed in editable mode wherever its tests run."""
    assert Path(__file__).parents[2] == ROOT


def test_an_editable_install_is_found_from_any_working_directory(clone, tmp_path):
    """Notebooks opened by hand start anywhere."""
    assert find_root(clone / "src/companion/project.py", tmp_path) == clone


@pytest.mark.parametrize("folder", ["", "notebooks", "src/companion"])
def test_an_ordinary_install_is_found_from_within_a_clone(clone, tmp_path, folder):
    """The working directory itself counts too."""
    assert find_root(tmp_path / "site-packages/project.py", clone / folder) == clone


def test_half_a_repository_is_not_one(clone, tmp_path):
    """A folder of notebooks alone has no numbers to check."""
    (clone / "data/published").rmdir()

    with pytest.raises(RepositoryError, match=r"holds data/published and notebooks.*run `make`"):
        find_root(tmp_path / "project.py", clone)
