"""An ordinary install of the wheel, away from any clone, without a network."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from zipfile import ZipFile

import pytest

from companion.project import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel with the locked backend."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(build, check=True, cwd=ROOT, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def commands(wheel, tmp_path_factory):
    """Unpack the wheel in a fresh environment, which sees this one's other packages."""
    home = tmp_path_factory.mktemp("fresh")
    venv.create(home, with_pip=False)
    here = sysconfig.get_path("purelib")
    there = sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)})
    ZipFile(wheel).extractall(there)

    def run(program, *arguments, cwd):
        code = f"import sys; sys.path.append({here!r}); sys.argv[0] = {program!r}; "
        code += f"from {program}.cli import main; main()"
        command = [home / "bin" / "python", "-c", code, *arguments]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=environment)

    return run


def test_the_wheel_holds_both_packages_with_all_their_files(wheel):
    """Templates, styles and tables of words as well as modules."""
    source = ROOT / "src"
    wanted = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    held = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert {name for name in wanted if not name.endswith(".py")}
    assert held == wanted


def test_the_wheel_installs_both_commands(wheel):
    archive = ZipFile(wheel)
    (name,) = [name for name in archive.namelist() if name.endswith("entry_points.txt")]

    assert archive.read(name).decode().split("\n")[:3] == [
        "[console_scripts]",
        "companion = companion.cli:main",
        "numbercheck = numbercheck.cli:main",
    ]


def test_any_ledger_can_be_checked_in_an_empty_folder(commands, tmp_path):
    assert commands("numbercheck", "--help", cwd=tmp_path).returncode == 0
    assert commands("numbercheck", "new", "mine", cwd=tmp_path).returncode == 0
    audited = commands("numbercheck", "audit", "mine", cwd=tmp_path)

    assert (audited.returncode, audited.stdout) == (2, "")
    assert audited.stderr.startswith("the ledger has no claims")


def test_the_page_of_a_ledger_is_written_in_an_empty_folder(commands, tmp_path):
    shutil.copytree(ROOT / "data" / "examples" / "two-arm", tmp_path / "mine")
    told = commands("numbercheck", "report", "mine", "--seconds", "0.1", cwd=tmp_path)

    assert (told.returncode, told.stderr) == (0, "")
    assert (tmp_path / "mine" / "report.html").is_file()


@pytest.mark.parametrize("command", [["build"], ["verify"], ["sweep", "grid.yml"]])
def test_what_needs_the_repository_says_so_in_an_empty_folder(commands, tmp_path, command):
    assert commands("companion", "--help", cwd=tmp_path).returncode == 0
    told = commands("companion", *command, cwd=tmp_path)

    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith(f"the companion's repository is not at {tmp_path} or above it")
    assert "Clone the repository" in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_inside_a_clone_it_finds_the_repository(commands):
    verified = commands("companion", "verify", cwd=ROOT / "notebooks")

    assert (verified.returncode, verified.stderr) == (0, "")
