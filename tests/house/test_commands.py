"""The command line: examples for every command, one sentence for every wrong input."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from called import called

import companion.cli
import numbercheck.cli
from companion.project import ROOT
from numbercheck.ledger.new import new_ledger

PROGRAMS = {"companion": companion.cli, "numbercheck": numbercheck.cli}
COMMANDS = [
    (name, command)
    for name, program in PROGRAMS.items()
    for command in sorted(program.program.commands)
]
PUBLISHED, EXAMPLE = ROOT / "data" / "published", ROOT / "data" / "examples" / "two-arm"
AS_IT_WAS = "claim,as it was"  # begins as the verdicts of a build do
HEAVY = ("pandas", "matplotlib", "ortools", "scipy.stats", "great_tables", "papermill", "pandera")


def run(program, *arguments):
    """Run a command in this process; exit status, standard output and standard error."""
    done = called(program, *arguments)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def copy(tmp_path):
    """Copy the article's ledger, to be spoiled."""
    return shutil.copytree(PUBLISHED, tmp_path / "published")


@pytest.fixture
def small(tmp_path):
    """Make the ledger that the README of a new one shows: 33 of 35 responded, 94%."""
    folder = tmp_path / "small"
    new_ledger(folder)
    example = (folder / "README.md").read_text(encoding="utf-8").partition("## An example")[2]
    _, *blocks = re.split(r"^    (\w+)\.csv\n", example, flags=re.MULTILINE)
    for name, rows in zip(blocks[::2], blocks[1::2], strict=True):
        (folder / f"{name}.csv").write_text(textwrap.dedent(rows), encoding="utf-8")
    with (folder / "families.csv").open("a", encoding="utf-8") as handle:
        handle.write("proportion,wilson,inferred,,\n")
    replace(
        folder / "measures.csv",
        ",,,,,,,patients,,,,,\n",
        ",,,,,,proportion,patients,,,,,\n",
        last=True,
    )
    return folder


def replace(path, old, new, last=False):
    """Change one text of a file that has it: the first, or the last."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    before, _, after = text.rpartition(old) if last else text.partition(old)
    path.write_text(before + new + after, encoding="utf-8")


@pytest.mark.parametrize(("program", "command"), COMMANDS)
def test_the_help_of_every_command_shows_an_example_of_it(program, command):
    """Typed as shown, it runs; nobody reads the source to learn how."""
    status, shown, _ = run(program, command, "--help")

    assert status == 0
    assert "Examples:" in shown
    assert f"{program} {command}" in shown.partition("Examples:")[2]


@pytest.mark.parametrize(("program", "command"), COMMANDS)
def test_the_options_of_an_example_exist(program, command):
    """An example with a misspelled option would teach the misspelling."""
    helped = PROGRAMS[program].program.parser(command).format_help()
    options, _, shown = helped.partition("Examples:")
    known = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", options))
    examples = [line for line in shown.splitlines() if line.startswith(f"    {program} ")]

    assert examples
    for example in examples:
        assert set(re.findall(r"(?<= )--?[a-z][a-z-]*", example)) <= known
        for pair in re.findall(r"(?:-p|--set) (\S+)", example):
            assert "=" in pair


def test_the_readme_lists_every_command_and_no_other():
    """A command that the README does not explain is a command that nobody finds."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(companion|numbercheck) ([a-z-]+)", readme, flags=re.MULTILINE)

    assert sorted(listed) == COMMANDS


@pytest.mark.parametrize(
    "arguments",
    [
        ("companion", "--help"),
        ("companion", "verify", "--help"),
        ("numbercheck", "--help"),
        ("numbercheck", "audit", "--json"),
        ("numbercheck", "explain", "text6_crs_by_blasts_p_value"),
    ],
    ids=" ".join,
)
def test_what_needs_no_patient_loads_no_heavy_library(arguments):
    """Each of them costs its reader up to a second."""
    code = (
        "import sys\n"
        f"from {arguments[0]}.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print(*[name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code, *arguments[1:]],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )

    assert shown.stdout
    assert shown.stderr.split() == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("companion", "biuld"), "no command 'biuld' .*; did you mean build"),
        (("numbercheck", "nonsense"), r"no command 'nonsense' \(numbercheck --help lists them\)"),
        (("numbercheck", "audit", "--no-such-option"), "unrecognized arguments: --no-such-option"),
        (("numbercheck", "audit", "nowhere"), r"there is no nowhere; name a ledger"),
        (
            ("companion", "verify", "--results", "nowhere.csv"),
            r"nowhere\.csv: No such file or directory",
        ),
        (
            ("companion", "verify", "--results", "README.md"),
            r"README\.md: the columns measure, .* are missing",
        ),
        (
            ("numbercheck", "explain", "text5_relaps_n"),
            "unknown claim .*; did you mean text5_relapse_n",
        ),
        (
            ("numbercheck", "conflicts", "--set", "text5_relapse_n"),
            "has no =; write it as NAME=VALUE",
        ),
        (("numbercheck", "conflicts", "--set", "text5_relaps_n=5"), "did you mean text5_relapse_n"),
        (
            ("numbercheck", "conflicts", "--set", "text5_relapse_n=five"),
            "'five' is not a printed number",
        ),
        (("numbercheck", "conflicts", "--drop", "text5_relaps_n"), "did you mean text5_relapse_n"),
        (("numbercheck", "conflicts", "--without", "month"), "'month' cannot be switched off"),
        (
            ("numbercheck", "bounds", "__import__('os').system('x')"),
            "Call, which is not allowed; only names",
        ),
        (("numbercheck", "bounds", "age.__class__ == 1"), r"no known column: 'age\.__class__'"),
        (("numbercheck", "bounds", "age"), "'age' is not a condition: age has values such as 15"),
        (("numbercheck", "bounds", "age + 1"), "is not a condition"),
        (("numbercheck", "bounds", ""), "the expression is empty"),
        (("numbercheck", "bounds", "crs > 1"), "names no known column: 'crs'"),
        (
            ("numbercheck", "bounds", "crs_grade >= 1", "--among", 'response_2w == "cr"'),
            "is never 'cr'",
        ),
        (
            ("numbercheck", "bounds", "(" * 5000 + "age" + ")" * 5000),
            "10003 characters is too long",
        ),
        (("companion", "build", "-p", "level"), "has no =; write it as NAME=VALUE"),
        (
            ("companion", "build", "-p", "levle=0.9"),
            "unknown parameter 'levle'; did you mean level",
        ),
        (
            ("companion", "build", "-p", "level=high"),
            "level is of type float, like 0.95; 'high' is not",
        ),
        (("companion", "build", "--force", "5-more"), "no notebook '5-more'; one of 1-baseline"),
        (
            ("companion", "build", "--force", "../../x"),
            r"no notebook '\.\./\.\./x'; one of 1-baseline",
        ),
        (("companion", "build", "--notebooks", "elsewhere"), "unrecognized arguments: --notebooks"),
        (("companion", "build", "-p", "notebooks=elsewhere"), "unknown parameter 'notebooks'"),
        (("companion", "build", "--cohort", "nowhere"), "nowhere: .*No such file"),
        (("companion", "build", "--population", "XX"), "^--population: 'XX': write one of FASFL"),
        (
            ("companion", "build", "--output", "data"),
            "holds something else; name an empty or new folder",
        ),
        (("numbercheck", "new", "data/published"), r"claims\.csv is there already"),
        (
            ("companion", "reconstruct", "--seed", "zero"),
            "'zero' is not a whole number of at leas",
        ),
        (("companion", "build", "--jobs", "0"), "--jobs: '0' is not a whole number of at least 1"),
        (("companion", "validate"), "required: directory; companion validate --help explains"),
        (
            ("numbercheck", "explain", "data/examples/two-arm"),
            "data/examples/two-arm is a ledger; write one of its claims before it",
        ),
        (
            ("numbercheck", "bounds", "data/examples/two-arm", "response"),
            "data/examples/two-arm is a ledger; write the expression before it",
        ),
        (
            ("numbercheck", "audit", "data/examples/two-arm", "--drop", "zzzz"),
            "unknown claim 'zzzz'; the known ones are .* and 12 more",
        ),
        (  # a table of the ledger, as the page's name, would be lost
            ("numbercheck", "report", "data/published", "--output", "/dev/null"),
            r"'/dev/null' does not end in \.html",
        ),
        (("companion", "deck", "--output", "/dev/null"), r"'/dev/null' does not end in \.html"),
        (("numbercheck", "new", ""), "^argument ledger: the name is empty; numbercheck new --help"),
        (("numbercheck", "audit", " "), "^argument LEDGER: the name is empty"),
        (("companion", "build", "--output", ""), "^argument --output: the name is empty"),
        (("numbercheck", "audit", "/dev/null"), "^/dev/null is neither a folder of tables nor"),
        (
            ("numbercheck", "audit", "data/examples/two-arm", "--method", "proportions=wilson"),
            "^unknown family 'proportions'; the known ones are comparison, count$",
        ),
        (
            ("companion", "reconstruct", "--output", "/dev/null/x"),
            "^/dev/null.*: (File exists|Not a)",
        ),
        (("numbercheck", "new", "README.md"), r"^README\.md: cannot be written \(File exists\)$"),
        (
            ("numbercheck", "new", "nowhere/new.xlsx"),
            r"^nowhere/new\.xlsx: cannot be written \(No such file or directory\)$",
        ),
        (
            ("numbercheck", "new", "mine.xls"),
            r"^mine\.xls: .* a folder, or a spreadsheet \(\.xlsx\)$",
        ),
        (
            ("companion", "build", "--cohort", "README.md"),
            r"^README\.md: this is a file; name a fol",
        ),
        (("numbercheck", "registry", "nowhere.json"), r"nowhere\.json: cannot be read \(No such"),
        (("numbercheck", "registry", "README.md"), r"README\.md: this is not JSON; download"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, tuple) else "",
)
def test_input_that_cannot_be_used_ends_in_a_sentence_and_status_2(arguments, message):
    """Nothing goes to standard output, where a program may be reading, and no traceback."""
    status, shown, told = run(*arguments)

    assert status == 2
    assert shown == ""
    assert re.search(message, told), told
    assert "Traceback" not in told


@pytest.fixture
def kept(tmp_path):
    """Outputs of an earlier build, which are to stay as they are."""
    outputs = tmp_path / "outputs"
    outputs.mkdir()
    (outputs / "verification.csv").write_text(AS_IT_WAS, encoding="utf-8")
    yield outputs
    assert [path.name for path in outputs.iterdir()] == ["verification.csv"]
    assert (outputs / "verification.csv").read_text(encoding="utf-8") == AS_IT_WAS


def test_a_spoiled_ledger_leaves_the_outputs_as_they_were(copy, kept):
    """File, row, what is wrong, what would be right; exit status 2; nothing written."""
    replace(copy / "claims.csv", ",percent,94%,", ",percent,most,")

    status, _, told = run("companion", "build", "--published", copy, "--output", kept)

    assert status == 2
    assert re.search(r"claims\.csv row 9 .*'most' is not a print", told), told


def test_a_missing_adam_table_leaves_the_outputs_as_they_were(tmp_path, kept):
    """The message names the file."""
    cohort = shutil.copytree(ROOT / "data" / "cohort", tmp_path / "cohort")
    (cohort / "adrs.csv").unlink()

    status, _, told = run("companion", "build", "--cohort", cohort, "--output", kept)

    assert status == 2
    assert "adrs" in told.lower()


def test_a_fault_reaches_a_terminal_without_a_traceback(tmp_path):
    """The same in a process of its own, from any working directory."""
    code = "from numbercheck.cli import main; main()"
    command = [sys.executable, "-c", code, "audit", str(tmp_path / "nowhere")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert f"there is no {tmp_path / 'nowhere'}" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("name", ["claims.csv", "article.json"])
def test_a_file_that_cannot_be_read_is_named_in_words(tmp_path, name):
    """As one without permission, which the system's number and brackets told."""
    shutil.copytree(ROOT / "data" / "examples" / "two-arm", tmp_path / "mine")
    (tmp_path / "mine" / name).unlink()
    (tmp_path / "mine" / name).symlink_to("/proc/self/mem")  # there, and not to be read
    told = called("numbercheck", "audit", "mine", cwd=tmp_path)

    assert (told.returncode, told.stdout) == (2, "")
    assert f"{name}: cannot be read" in told.stderr
    assert "Errno" not in told.stderr


def test_the_audit_ends_with_1_on_a_finding_and_0_without(small):
    """Nothing found, then one digit changed."""
    assert run("numbercheck", "audit", small)[0] == 0

    replace(small / "claims.csv", "94%", "95%")
    status, shown, _ = run("numbercheck", "audit", small)
    assert status == 1
    assert "prints 95%" in shown


def test_an_audit_ends_with_0_when_the_findings_are_the_expected_ones(small):
    """Our article has three, which a workflow on its ledger must not fail on."""
    status, shown, told = run("numbercheck", "audit")
    assert (status, told) == (0, "")
    assert "Not checked, and why:" in shown

    replace(small / "claims.csv", "94%", "95%")
    (small / "expected_findings.csv").write_text("claim,verdict,reason\nnone,mismatch,known\n")
    assert run("numbercheck", "audit", small)[0] != 0


def test_verify_ends_with_0_when_the_findings_are_the_expected_ones(small, tmp_path):
    """And with 1, in words, when a new one appears."""
    results = tmp_path / "results.csv"
    results.write_text("measure,statistic,value,method,basis\n", encoding="utf-8")
    verify = ("companion", "verify", "--published", small, "--results", results)
    assert run(*verify)[0] == 0

    replace(small / "claims.csv", "94%", "95%")
    status, _, told = run(*verify)
    assert status == 1
    assert told.startswith("new finding: ")

    (small / "expected_findings.csv").write_text(
        "claim,verdict,reason\ntext1_response_percent,mismatch,it is 94 %\n", encoding="utf-8"
    )
    assert run(*verify)[0] == 0


def test_verify_refuses_the_results_of_another_article():
    """Those that are read where none are named are this repository's."""
    status, _, told = run("companion", "verify", "--published", "data/examples/two-arm")

    assert status == 2
    assert "seems to be of another article: 0 of its 90 measures" in told


def test_conflicts_ends_with_0_when_one_cohort_satisfies_all(small):
    """Then with 1, and the numbers that cannot hold together."""
    assert run("numbercheck", "conflicts", small)[0] == 0

    status, shown, _ = run("numbercheck", "conflicts", small, "--set", "text1_response_n=30")
    assert status == 1
    assert "text1_response_n" in shown


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (("numbercheck", "audit"), {"coverage", "verdicts"}),
        (("numbercheck", "conflicts"), {"consistent", "conflicts"}),
        (("numbercheck", "bounds", "response"), {"bounds"}),
        (("companion", "verify"), {"claims", "drift"}),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_json_is_one_document_and_nothing_else(small, tmp_path, arguments, keys):
    """Another program reads standard output as it is."""
    results = tmp_path / "results.csv"
    results.write_text("measure,statistic,value,method,basis\n", encoding="utf-8")
    more = ("--results", results, "--published") if "verify" in arguments else ()

    status, shown, _ = run(*arguments, *more, small, "--json")
    document = json.loads(shown, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))

    assert status == 0
    assert keys <= set(document)


def test_validate_tells_faults_as_json_too(tmp_path):
    """A data manager's program reads them."""
    status, shown, _ = run("companion", "validate", ROOT / "data" / "cohort", "--json")
    assert (status, json.loads(shown)) == (0, [])

    status, shown, _ = run("companion", "validate", tmp_path, "--json")
    assert status == 2
    assert json.loads(shown)


def test_validate_knows_the_ledgers_data_cutoff(tmp_path):
    """A time cannot end after the last day that the article looked at; one fault is one."""
    shutil.copytree(ROOT / "data" / "cohort", tmp_path / "mine")
    path = tmp_path / "mine" / "adtte.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    first = lines[1].rstrip("\n").removesuffix(",,")
    path.write_text("".join([lines[0], f"{first},,2024-04-16\n", *lines[2:]]), "utf-8")
    status, shown, _ = run("companion", "validate", tmp_path / "mine")

    assert status == 2
    assert "row 2, column ADT" in shown
    assert "data cut-off 2024-04-15" in shown
    assert "\n1 fault\n" in shown


def test_a_new_ledger_is_read_at_once(tmp_path):
    """Empty tables with the right columns; an audit of nothing is refused."""
    status, shown, _ = run("numbercheck", "new", tmp_path / "mine")
    assert status == 0
    assert len(shown.splitlines()) == len(list((tmp_path / "mine").iterdir()))

    with (tmp_path / "mine" / "claims.csv").open(newline="", encoding="utf-8") as handle:
        assert "printed" in next(csv.reader(handle))
    status, _, told = run("numbercheck", "audit", tmp_path / "mine")
    assert status == 2
    assert "the ledger has no claims" in told


def test_a_ledger_without_families_says_how_to_have_them(small):
    (small / "families.csv").write_text("family,method,status,alternatives,note\n", "utf-8")
    told = run("numbercheck", "audit", small)[2]
    columns = (small / "measures.csv").read_text("utf-8").replace(",proportion,", ",,")
    (small / "measures.csv").write_text(columns, "utf-8")
    changed = run("numbercheck", "audit", small, "--method", "proportion=wilson")[2]

    rest = "unknown family 'proportion'; none is known until `numbercheck audit --write-families`"
    assert rest in told
    assert changed.startswith(rest)


def test_bounds_without_any_ledger_asks_for_one(tmp_path):
    """A ledger's name with a slip in it is taken for an expression."""
    told = called("numbercheck", "bounds", "my-legder", cwd=tmp_path)

    assert told.returncode == 2
    assert told.stderr.startswith("'my-legder' is no ledger; to ask about patients, name a ledger")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is full")
def test_output_that_cannot_be_written_never_ends_in_0_nor_in_a_traceback():
    """`numbercheck conflicts | head -1`, and a full disk, by a Python that buffers as usual."""
    code = "from numbercheck.cli import main; main()"
    command = [sys.executable, "-c", code, "conflicts", EXAMPLE]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    read, unread = os.pipe()
    os.close(read)
    with os.fdopen(unread, "w") as pipe, Path("/dev/full").open("w") as disk:
        ended, full = (
            subprocess.run(command, stdout=to, stderr=subprocess.PIPE, text=True, env=environment)
            for to in (pipe, disk)
        )

    assert (ended.returncode, ended.stderr) == (141, "")
    assert full.returncode == 2
    assert full.stderr.startswith("the disk: No space left on device")
    assert len(full.stderr.splitlines()) == 1


def test_a_link_to_itself_and_a_file_nested_too_deeply_end_in_a_sentence(tmp_path):
    (tmp_path / "one").symlink_to(tmp_path / "other")
    (tmp_path / "other").symlink_to(tmp_path / "one")
    (tmp_path / "record.json").write_text("[" * 100_000)
    for words in (
        ("companion", "build", "--cohort", "one"),
        ("companion", "build", "--output", "one"),
        ("numbercheck", "registry", "record.json", PUBLISHED),
    ):
        told = called(*words, cwd=tmp_path)

        assert told.returncode == 2
        assert re.search(r"link|nested too deeply|No such|Too many", told.stderr), told.stderr
        assert len(told.stderr.splitlines()) == 1


def test_explain_shows_every_method_that_was_tried():
    """The reader sees which test gives the printed P value, and which do not."""
    status, shown, _ = run("numbercheck", "explain", "text6_crs_by_blasts_p_value")

    assert status == 0
    assert {"chi2-yates", "fisher", "0.0094"} <= set(re.findall(r"[\w.-]+", shown))
