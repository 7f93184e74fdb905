"""The workflows: valid by GitHub's schema, and every lock is looked up for advisories."""

import subprocess
import sys
from itertools import pairwise

import yaml

from companion.project import ROOT

FOLDER = ROOT / ".github" / "workflows"
SCHEMA = ("-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows")


def invalid(*paths):
    """What the schema that the checker ships says against these workflows; it needs no network."""
    command = [sys.executable, *SCHEMA, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode else ""


def test_every_workflow_is_valid():
    assert invalid(*sorted(FOLDER.glob("*.yml"))) == ""


def test_a_workflow_with_a_misspelled_key_is_not(tmp_path):
    path = tmp_path / "ci.yml"
    text = (FOLDER / "ci.yml").read_text(encoding="utf-8")
    path.write_text(text.replace("runs-on:", "run-on:"), encoding="utf-8")

    assert "run-on" in invalid(path)


def test_every_lock_is_looked_up_for_advisories_and_none_is_installed():
    """A new lock would go unwatched."""
    workflow = yaml.safe_load((FOLDER / "advisories.yml").read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    words = job["steps"][-1]["run"].split()
    locks = [after for word, after in pairwise(words) if word == "--requirement"]

    assert "schedule" in workflow[True]  # YAML reads the key `on` as a truth value
    assert sorted(locks) == sorted(path.name for path in ROOT.glob("requirements*.lock"))
    assert {"pip-audit", "--disable-pip", "--require-hashes"} <= set(words)
