"""The set-up's parts agree: pyproject, locks, environment, Makefile, CI."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, version

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import companion
from companion.project import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OLDEST_PYTHON = PROJECT["project"]["requires-python"].removeprefix(">=")
EXTRAS = PROJECT["project"]["optional-dependencies"]
LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))
ASKED = {
    "requirements.lock": [
        *PROJECT["project"]["dependencies"],
        *PROJECT["dependency-groups"]["build"],
    ],
    "requirements-setup.lock": PROJECT["dependency-groups"]["setup"],
} | {
    f"requirements-{extra}.lock": wanted
    for extra, wanted in EXTRAS.items()
    if extra != "pdf"  # one package, locked with the tests
}
LOCK_LINE = re.compile(
    r"[a-z0-9._-]+==[0-9][0-9a-z.+]*(?: ; [\w.'*<>=!() -]+)? \\"
    r"|    --hash=sha256:[0-9a-f]{64}(?: \\)?"
    r"|(\s*#[\w .,()\[\]:-]*)?"
)


def text(name):
    """Read one file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def locked(name):
    """List the requirements of a lock, each with its one version and its marker."""
    pins = re.findall(r"^(\w.*?) \\$", text(name), flags=re.MULTILINE)
    return [Requirement(pin) for pin in pins]


def make_targets():
    """List the targets that `make help` shows."""
    return set(re.findall(r"^([a-z]+):.*## ", text("Makefile"), flags=re.MULTILINE))


def run_make(*arguments):
    """Run make as a person would, outside the make that may run these tests."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


WORKFLOWS = sorted(path.name for path in (ROOT / ".github" / "workflows").glob("*.yml"))


def workflow(name):
    """Read one workflow."""
    return yaml.safe_load(text(f".github/workflows/{name}"))


def steps(workflow):
    """List all steps of a workflow's jobs."""
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


TESTED_PYTHONS = workflow("ci.yml")["jobs"]["build"]["strategy"]["matrix"]["python-version"]
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.mark.parametrize(("lock", "wanted"), ASKED.items(), ids=ASKED)
def test_every_dependency_is_locked_at_a_version_it_admits(lock, wanted):
    """One source of versions: pyproject.toml asks, the lock answers."""
    pins = locked(lock)
    for dependency in map(Requirement, wanted):
        if canonicalize_name(dependency.name) == "companion":
            continue  # an extra of our own, whose parts the next test holds
        admitted = [
            pin
            for pin in pins
            if pin.name == canonicalize_name(dependency.name)
            and dependency.specifier.contains(str(pin.specifier).removeprefix("=="))
        ]
        assert admitted, f"{dependency} is not in {lock}: run `make lock`"


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        ("requirements.lock", "requirements-test.lock"),
        ("requirements.lock", "requirements-lab.lock"),
    ],
)
def test_a_larger_lock_keeps_the_versions_of_the_smaller(smaller, larger):
    """What is tested is what the job runs; opening JupyterLab changes no number."""
    kept = {(pin.name, str(pin.specifier)) for pin in locked(larger)}

    assert {(pin.name, str(pin.specifier)) for pin in locked(smaller)} <= kept


def test_every_lock_has_its_source():
    """No lock is left over from an extra that went."""
    assert set(ASKED) == set(LOCKS)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_versions_hashes_and_nothing_else(lock):
    """No index address, host or path: the lock works behind any mirror."""
    lines = text(lock).splitlines()

    assert [line for line in lines if not LOCK_LINE.fullmatch(line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash(lock):
    """The line after a version starts its hashes."""
    lines = text(lock).splitlines()
    pins = [at for at, line in enumerate(lines) if "==" in line and not line.startswith(" ")]

    assert pins
    assert all(lines[at + 1].startswith("    --hash=sha256:") for at in pins)


@pytest.mark.locked
def test_these_tests_run_on_the_locked_versions():
    """What passes here was tested with what `make` installs elsewhere."""
    here = [
        pin
        for pin in locked("requirements-test.lock")
        if pin.marker is None or pin.marker.evaluate()
    ]
    other = {
        pin.name: version(pin.name) for pin in here if not pin.specifier.contains(version(pin.name))
    }

    assert other == {}


def test_the_build_backend_is_locked_with_the_job():
    """`--no-build-isolation` then downloads nothing."""
    assert PROJECT["build-system"]["requires"] == PROJECT["dependency-groups"]["build"]


def test_what_the_package_imports_is_declared():
    """A module that comes by way of another package may go the same way."""
    distributions = packages_distributions()
    declared = {
        canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]
    }
    declared |= {"companion", "numbercheck"}  # one distribution carries both
    optional = {
        room: {canonicalize_name(Requirement(line).name) for line in EXTRAS[extra]}
        for room, extra in (("sweep", "distributed"), ("draft", "pdf"))
    }
    for path in sorted((ROOT / "src").rglob("*.py")):
        for module in imported(path) - sys.stdlib_module_names:
            owners = {canonicalize_name(name) for name in distributions.get(module, [module])}
            admitted = declared | optional.get(path.parent.name, set())
            assert owners & admitted, f"{path.name} imports {module}: declare it in pyproject.toml"


def imported(path):
    """List the top-level names of what a module imports absolutely."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [n.module for n in nodes if isinstance(n, ast.ImportFrom) and not n.level and n.module]
    return {name.partition(".")[0] for name in names}


def test_conda_and_binder_install_the_same_lock():
    """environment.yml gives Python and the lab's lock, postBuild the package."""
    *conda, pip = yaml.safe_load(text("environment.yml"))["dependencies"]

    assert conda == [f"python={OLDEST_PYTHON}", "pip"]
    assert pip == {"pip": ["--require-hashes", "--requirement requirements-lab.lock"]}
    assert "--no-deps --no-build-isolation --editable ." in text("postBuild")


def test_every_part_names_the_same_python():
    """The oldest admitted Python is the one that locks, types, conda and CI use."""
    (audited,) = [s["with"] for s in steps(workflow("audit.yml")) if "setup-" in str(s)]

    assert audited["python-version"] == OLDEST_PYTHON
    assert TESTED_PYTHONS[0] == OLDEST_PYTHON
    assert PROJECT["tool"]["mypy"]["python_version"] == OLDEST_PYTHON
    assert set(re.findall(r"--python-version (\S+)", text("Makefile"))) == {OLDEST_PYTHON}
    assert f"({OLDEST_PYTHON.replace('.', ', ')})" in text("Makefile")


@needs_make
def test_jupyter_is_opened_at_the_repository_with_the_options_given():
    """Its file browser sees notebooks/ and work/, and root needs no option of its own."""
    command = ["make", "--dry-run", "lab", "OPTIONS=--no-browser --port 9999"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "default_url=/lab/tree/notebooks" in told
    assert told.count("--no-browser --port 9999") == 1
    assert ("--allow-root" in told) == (os.getuid() == 0)


def test_ci_runs_the_two_commands_that_everyone_runs():
    """A green CI is a promise about `make` and `make test`, not about a script beside them."""
    made = re.findall(r"^\s*(make\b.*)$", text(".ci/run"), flags=re.MULTILINE)

    assert made == ["make", "make test"]
    assert "bash .ci/run" in commands("ci.yml")


def commands(name):
    """Every command line of a workflow's steps."""
    runs = [step.get("run", "") for step in steps(workflow(name))]
    return [line.strip() for run in runs for line in run.splitlines()]


def test_the_same_bytes_are_promised_for_the_pythons_that_ci_builds_with():
    """CI fails where `make` changes a committed byte, so the promise is checked on each."""
    promise = f"Python {', '.join(TESTED_PYTHONS[:-1])} and {TESTED_PYTHONS[-1]}"

    assert promise in text("README.md").replace("\n  ", " ")
    assert promise in text("CONTRIBUTING.md")


def test_ci_keeps_the_site_and_says_which_claims_changed():
    """Also when the build failed: that is when somebody wants to look."""
    (upload,) = [s for s in steps(workflow("ci.yml")) if "upload-artifact" in s.get("uses", "")]
    (drift,) = [s for s in steps(workflow("ci.yml")) if ".ci/drift" in s.get("run", "")]

    assert upload["if"] == "always()"
    assert upload["with"]["path"].split() == ["outputs/", "work/live/index.html"]
    assert drift["if"] == "failure()"


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_runs_what_anyone_can_run(name):
    """Targets of the Makefile, commands of the companion, and files of this repository."""
    from companion.cli import program

    known = set(program.commands)
    for line in commands(name):
        assert set(re.findall(r"^make ([a-z]+)$", line)) <= make_targets()
        assert set(re.findall(r"companion (?!--)([a-z]+)", line)) <= known, line
        assert all((ROOT / path).exists() for path in re.findall(r"(?<![\w.])\.ci/\w+", line))


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_only_read_and_no_input_becomes_a_command(name):
    """What a caller or a pull request names is passed by the environment."""
    assert workflow(name)["permissions"] == {"contents": "read"}
    assert not [line for line in commands(name) if "${{" in line]


def test_unlocked_installs_no_lock_and_runs_by_the_week():
    """Early warning of what the next `make lock` would bring."""
    found = workflow("unlocked.yml")

    assert "schedule" in found[True]  # YAML reads the key `on` as a truth value
    assert not [line for line in commands("unlocked.yml") if ".lock" in line or "make" in line]


def test_the_example_calls_the_reusable_workflow_as_it_is():
    """README.md shows another repository's caller; its inputs are those that are declared."""
    (block,) = re.findall(r"^    jobs:\n(?:    .*\n|\n)+", text("README.md"), flags=re.MULTILINE)
    (job,) = yaml.safe_load(block)["jobs"].values()
    declared = workflow("audit.yml")[True]["workflow_call"]["inputs"]

    assert job["uses"].partition("/.github/")[2].startswith("workflows/audit.yml@")
    assert set(job["with"]) <= set(declared)
    assert {name for name, i in declared.items() if i.get("required")} <= set(job["with"])


def drift(tmp_path, change):
    """Run .ci/drift on the committed verification and a changed copy."""
    old = ROOT / "outputs" / "verification.csv"
    new = tmp_path / "new.csv"
    new.write_text(change(old.read_text(encoding="utf-8")), encoding="utf-8")
    command = [sys.executable, str(ROOT / ".ci" / "drift"), str(old), str(new)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_drift_names_the_claim_that_changed_its_verdict(tmp_path):
    """One line for it, with what it was and what it is, and none for the others."""

    def change(told):
        rows = told.splitlines(keepends=True)
        (at,) = [i for i, row in enumerate(rows) if row.startswith("table1_crs_g12_percent,")]
        assert ",mismatch," in rows[at]
        rows[at] = rows[at].replace(",mismatch,", ",match,")
        return "".join(rows)

    told = drift(tmp_path, change).splitlines()

    assert told[0] == "Claims that changed: 1."
    assert [row for row in told if row.startswith("| table1_crs_g12_percent |")] == told[4:]
    assert "| mismatch → match |" in told[4]


def test_drift_says_when_nothing_changed_and_names_a_claim_that_went(tmp_path):
    assert drift(tmp_path, str) == "No claim changed.\n"
    told = drift(tmp_path, lambda rows: rows.rpartition("\n")[0].rpartition("\n")[0] + "\n")

    assert re.search(r"\| \w+ → – \|", told)


@pytest.mark.parametrize("page", sorted(path.name for path in ROOT.glob("*.md")))
def test_a_command_that_a_page_names_exists(page):
    """`make something` in a page is a target of the Makefile."""
    named = re.findall(r"(?:^|`)make ([a-z]+)", text(page), flags=re.MULTILINE)

    assert set(named) <= make_targets()


@needs_make
def test_make_help_lists_every_target():
    """Nobody has to read the Makefile."""
    listed = run_make("help").stdout

    assert set(re.findall(r"^make (\w+)", listed, flags=re.MULTILINE)) == make_targets()
    phony = re.search(r"^\.PHONY: (.*)$", text("Makefile"), flags=re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == make_targets()


@needs_make
def test_supplied_data_never_go_over_the_committed_outputs():
    """`make DATA=dir` names another folder to write to."""
    shown = run_make("--dry-run", "DATA=their tables").stdout

    assert 'companion build --cohort "their tables" --output outputs-supplied' in shown


@needs_make
def test_an_old_python_is_refused_in_a_sentence(tmp_path):
    """The reader learns what is wrong and what to type instead."""
    old = tmp_path / "python"
    pretend = "import sys; sys.version_info = (3, 9, 2); exec(sys.argv[1])"
    old.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{pretend}" "$2"\n', encoding="utf-8")
    old.chmod(0o755)
    refused = run_make(f"PYTHON={old}", f"VENV={tmp_path}/venv")

    assert refused.returncode == 2
    assert "needs Python 3.11 or newer" in refused.stderr
    assert "is Python 3.9. Name a newer one: make PYTHON=python3.11" in refused.stderr
    assert "Traceback" not in refused.stderr


@needs_make
def test_a_missing_python_is_refused_in_a_sentence(tmp_path):
    """A typing error in PYTHON does not end in a shell's riddle."""
    refused = run_make("PYTHON=no-such-python", f"VENV={tmp_path}/venv")

    assert refused.returncode == 2
    assert "There is no no-such-python here. Name a Python 3.11 or newer" in refused.stdout


def test_importing_the_package_imports_nothing_else():
    """Every command pays for this import."""
    code = "import sys; old = set(sys.modules); import companion; print(*set(sys.modules) - old)"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout

    assert shown.split() == ["companion"]


def test_the_citation_names_this_version():
    """Who cites the software cites what they ran."""
    assert yaml.safe_load(text("CITATION.cff"))["version"] == companion.__version__
