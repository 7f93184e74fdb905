"""What `numbercheck bounds` and `numbercheck conflicts` take and tell."""

import json
import shutil
from dataclasses import replace

import pytest
from called import called
from tiny_trials import A, claim, keyed, measure

from companion.project import ROOT
from numbercheck.consistency import Bound, UndecidedError, conflict_sets, document
from numbercheck.consistency.conflict_sets import Conflict
from numbercheck.consistency.leave_one_out import digit_test, leave_one_out
from numbercheck.consistency.solving import undecided, within
from numbercheck.consistency.words import sentence, tell, tell_sizes
from numbercheck.ledger.reading import read_ledger
from numbercheck.ledger.records import Ledger

KNOWN = ["table1_crs_g12_percent"]
LEDGER = str(ROOT / "data" / "published")
EXAMPLES = ROOT / "data" / "examples"


def run(*arguments, command="bounds", terminal=False):
    """Status, output and errors of one command line."""
    done = called("numbercheck", command, *arguments, terminal=terminal)
    return done.returncode, done.stdout, done.stderr


def test_a_population_alone_is_bounded():
    _, told, _ = run("--among", "blasts_ge5", "--json")

    (bound,) = json.loads(told)["bounds"]
    assert (bound["label"], bound["low"], bound["high"]) == ("blasts_ge5", 22, 22)


def test_the_claim_that_was_set_aside_is_named():
    _, told, _ = run("crs_grade >= 1", LEDGER, "--among", "blasts_ge5")

    assert "table1_crs_g12_percent" in told
    assert "crs_grade >= 1 among blasts_ge5: 16 patients" in told


@pytest.mark.parametrize("ledger", ["mine", "mine.xlsx"])
@pytest.mark.parametrize("command", ["bounds", "conflicts"])
def test_an_empty_ledger_named_alone_is_told_to_have_no_claims(tmp_path, command, ledger):
    """A spreadsheet is as good a ledger as a folder, and no expression."""
    called("numbercheck", "new", ledger, cwd=tmp_path)
    told = called("numbercheck", command, ledger, cwd=tmp_path)

    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == (
        "the ledger has no claims; write the printed numbers into its table claims\n"
    )


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_expression_is_refused(empty):
    status, told, error = run(empty)

    assert (status, told) == (2, "")
    assert "the expression is empty" in error


def test_what_was_not_decided_in_time_is_named_beside_what_was():
    """One question too many for its time costs the others nothing."""
    ledger = read_ledger(LEDGER)
    ledger = replace(ledger, bounds=ledger.bounds[::4])
    asked = [row for row in ledger.bounds if row.kind not in document.BY_MONTH]
    answered, _, undecided = document._answers(ledger, KNOWN, seconds=0.02)

    assert len(answered) + len(undecided) == len(asked)
    assert answered
    assert undecided
    assert all("undecided within 0.02 s" in text for text in undecided)
    assert "days of OS events" in [text.partition(":")[0] for text in undecided]


def test_a_question_that_the_commands_time_ended_names_no_other_time():
    with within(0):
        told = str(undecided(60.0, timed=True, what="OS"))
    assert told.startswith("OS: undecided in the time that the command was given")
    assert "60 s" not in told


def test_every_question_that_was_not_reached_in_time_is_named():
    ledger = read_ledger(LEDGER)
    asked = [row for row in ledger.bounds if row.kind not in document.BY_MONTH]
    with within(0):
        answered, _, undecided = document._answers(ledger, KNOWN)

    assert len(answered) + len(undecided) == len(asked)
    assert not any(answered.values())
    assert undecided[-1].startswith(f"statistic, {asked[-1].measure}, {asked[-1].statistic}: ")
    assert not any(text.startswith("undecided") for text in undecided)


def test_what_a_question_has_answered_when_its_time_ends_is_kept(monkeypatch):
    ledger = read_ledger(LEDGER)

    def some(asked, row):
        yield Bound(row.kind, 0, 1)
        raise UndecidedError("late")

    monkeypatch.setattr(document, "answers", some)
    answered, _, undecided = document._answers(ledger, KNOWN)
    assert [len(bounds) for bounds in answered.values()] == [1] * len(undecided)
    assert undecided


KNOWN_CONFLICT = Conflict(tuple(KNOWN), (), certified=True)


def ending(*found):
    """A search whose time ends when it has found some conflicts."""

    def find(*_):
        yield from found
        raise UndecidedError("undecided in time")

    return find


def test_a_conflict_that_was_found_when_the_time_ended_is_in_the_document(monkeypatch):
    monkeypatch.setattr(document, "find_unsettled", ending(KNOWN_CONFLICT))
    told = document.document(ROOT / "data" / "published", jobs=1)

    assert [conflict["claims"] for conflict in told["conflicts"]] == [KNOWN]
    assert told["undecided"] == ["which other numbers can hold together: undecided in time"]
    assert told["given_up"] == told["bounds"] == told["leave_one_out"] == []


def test_a_document_without_an_answer_is_none(monkeypatch):
    """A page that listed no conflict would say that there is none."""
    monkeypatch.setattr(document, "find_unsettled", ending())
    with pytest.raises(UndecidedError):
        document.document(ROOT / "data" / "published", jobs=1)


def test_a_conflict_that_was_found_when_the_time_ended_is_told(monkeypatch):
    monkeypatch.setattr(conflict_sets, "find_all", ending(KNOWN_CONFLICT))
    status, told, _ = run(LEDGER, "--all", command="conflicts")
    answer = json.loads(run(LEDGER, "--all", "--json", command="conflicts")[1])

    assert status == 1
    assert told.startswith("no count out of 35 prints as 45%")
    assert "the others neither consistent nor inconsistent: undecided in time" in told
    assert answer["consistent"] is False
    assert [conflict["claims"] for conflict in answer["conflicts"]] == [KNOWN]


@pytest.fixture
def unsized(tmp_path):
    """Invented trial without its slips, and without the row that prints its 40 patients."""
    folder = shutil.copytree(EXAMPLES / "single-arm", tmp_path / "unsized")
    claims = (folder / "claims.csv").read_text(encoding="utf-8")
    for printed, right in (("n,28", "n,27"), ("70.0%", "67.5%"), ("16.0%", "15.0%")):
        claims = claims.replace(printed, right)
    kept = [line for line in claims.splitlines() if not line.startswith("enrolled_n")]
    (folder / "claims.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("command", ["conflicts", "bounds"])
def test_a_size_that_is_not_printed_has_the_range_that_the_counts_leave(unsized, command):
    """9 patients are 22.5% of 40 and of no other number."""
    status, _, error = run(unsized, command=command)

    assert status == 2
    assert "the printed counts leave 40 patients" in error


@pytest.mark.parametrize(
    ("n", "printed", "told"),
    [
        ("4", "50%", "the printed counts leave 8 patients"),
        ("4", "12%", "the printed counts leave 32 to 34 patients"),
        ("4", "<50%", "the printed counts leave 9 or more patients"),
        ("4", "150%", "no size suits all printed counts"),
        ("1", "100%", "the printed counts leave 1 patient"),
    ],
)
def test_sizes_are_told_as_a_range(n, printed, told):
    """Some patients, and what share of all they are."""
    claims = [claim("a", "n", n), claim("a", "percent", printed)]
    counted = {"measures": keyed([measure("a", where="a")]), "claims": keyed(claims)}
    ledger = Ledger(**counted, families={}, variables=keyed([A]), article={}, assumptions={})

    assert tell_sizes(ledger) == told


@pytest.fixture
def survival(tmp_path):
    """Invented trial of two arms that also compares their survival."""
    folder = shutil.copytree(EXAMPLES / "two-arm", tmp_path / "survival")
    with (folder / "measures.csv").open("a", encoding="utf-8") as handle:
        handle.write("os,Survival,comparison,,,,,OS,,,\ndeath,Deaths,incidence,,,,,OS,365,,%\n")
        handle.write(
            "stay,Stay in hospital,quantity,,,,,,,,\nos_time,Survival,quantity,,,,,OS,,,months\n"
        )
    with (folder / "claims.csv").open("a", encoding="utf-8") as handle:
        handle.write("os_hr,Results,os,hazard_ratio,0.71,,,,A|B\n")
        handle.write("os_p,Results,os,p_value,0.04,,,,A|B\nstay,Results,stay,max,9,,,,\n")
        handle.write(
            "death,Results,death,estimate,24%,,,,\nos_median,Results,os_time,median,9,,,,\n"
        )
    return folder


def test_a_p_value_beside_a_hazard_ratio_compares_curves_also_without_an_endpoint(survival):
    """As a draft has it; its reason was that no model of means compares them."""
    measures = survival / "measures.csv"
    text = measures.read_text(encoding="utf-8").replace("comparison,,,,,OS,", "comparison,,,,,,")
    measures.write_text(text, encoding="utf-8")
    reasons = json.loads(run(survival, "--json", command="conflicts")[1])["not_modeled"]

    compared = "no model of curves that are compared, as by a log-rank test or a Cox model"
    assert reasons[compared] == ["os_p"]


@pytest.mark.parametrize("command", ["conflicts", "bounds"])
def test_what_the_model_cannot_state_is_told(survival, command):
    words = ["response", survival] if command == "bounds" else [survival]
    _, shown, _ = run(*words, command=command)
    reasons = json.loads(run(*words, "--json", command=command)[1])["not_modeled"]

    assert "  no model of the hazard ratio (os_hr)\n" in shown
    assert reasons["no model of the hazard ratio"] == ["os_hr"]
    assert reasons["no model of a cumulative incidence"] == ["death"]
    assert reasons["its measure does not say of which variable it is (where)"] == ["stay"]
    compared = "no model of curves that are compared, as by a log-rank test or a Cox model"
    assert reasons[compared] == ["os_p"]
    columns = "no variable holds the days or the events of OS"
    assert [claims for why, claims in reasons.items() if columns in why] == [["os_median"]]


@pytest.mark.parametrize("command", ["conflicts", "bounds"])
def test_relations_are_said_to_take_no_part(command):
    """No module of the solver reads them; that the arms add up is nothing but their definition."""
    for folder, asked, names in (
        ("single-arm", "best == 'CR'", ["responses"]),
        ("two-arm", "response", []),
    ):
        words = [*([asked] if command == "bounds" else []), EXAMPLES / folder]
        told = json.loads(run(*words, "--json", command=command)[1])
        _, shown, _ = run(*words, command=command)

        assert told.get("relations_left_out", []) == names
        assert ("the audit judges it (responses)\n" in shown) == bool(names)


def test_what_cannot_be_said_of_times_is_named():
    """A negated time is no number; a list was asked for in its place."""
    status, _, told = run("pfs_time == -os_time", LEDGER)

    assert status == 2
    assert told.startswith("`pfs_time == -os_time` cannot be modeled together with follow-up times")


def test_a_count_that_is_not_bounded_in_time_is_undecided():
    """Nothing is wrong with the input, so the status is not 2."""
    status, shown, _ = run("os_time >= 366", LEDGER, "--seconds", "0.1")

    assert status == 1
    assert "undecided" in shown
    assert "more time" in shown


@pytest.mark.parametrize("each", [leave_one_out, digit_test])
def test_after_the_time_of_a_command_no_model_is_built(monkeypatch, each):
    """Hundreds of them would take longer than the command was given."""
    ledger = read_ledger(LEDGER)
    monkeypatch.setattr(Ledger, "constrain", lambda *_: pytest.fail("it was changed"))
    with within(0):
        rows = [*each(ledger, KNOWN)]

    assert len(rows) > 100
    assert all(row.kept is None for row in rows)


def test_a_conflict_lists_each_number_once(tmp_path):
    """Ninety numbers in one sentence, and again below it, are read by nobody."""
    folder = shutil.copytree(EXAMPLES / "two-arm", tmp_path / "many")
    ledger = read_ledger(folder)
    few, many = (Conflict(tuple(ledger.claims)[:n], (), False) for n in (3, 12))

    assert sentence(ledger, few).count(" prints ") == 3
    assert sentence(ledger, many).startswith("these 12 numbers cannot hold together")
    assert tell(ledger, few).count(" prints ") == 3
    assert tell(ledger, many).count(" prints ") == 12


def test_a_ledger_with_nothing_to_ask_says_how_to_ask(tmp_path):
    """A draft has no bounds.csv, and an empty line would be no answer."""
    shutil.copytree(EXAMPLES / "two-arm", tmp_path, dirs_exist_ok=True)
    for name in ("measures", "claims"):
        path = tmp_path / f"{name}.csv"
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if "p_value" not in line and "comparison" not in line]
        path.write_text("\n".join(kept), encoding="utf-8")
    status, shown, _ = run(tmp_path)

    assert status == 0
    assert "bounds.csv asks nothing" in shown
    assert "numbercheck bounds 'EXPRESSION'" in shown


@pytest.mark.parametrize("command", ["audit", "conflicts", "report", "bounds"])
def test_a_folder_that_is_not_there_is_named(tmp_path, command):
    words = ["response"] if command == "bounds" else []
    status, _, error = run(*words, tmp_path / "nowhere", command=command)

    assert status == 2
    assert f"there is no {tmp_path / 'nowhere'}" in error
    assert "numbercheck new" in error


@pytest.mark.parametrize("words", [["conflicts"], ["bounds", "response"]], ids=" ".join)
def test_a_terminal_is_told_how_long_it_may_take(words):
    told = run(*words[1:], EXAMPLES / "two-arm", "--seconds", "9", command=words[0], terminal=True)[
        2
    ]

    assert "for at most 9 s" in told


def test_a_report_says_what_it_computes_and_makes_the_folder_of_its_page(tmp_path):
    """It takes up to a minute: to refuse the folder after that would be worse."""
    page = tmp_path / "new" / "page.html"
    status, _, told = run(
        EXAMPLES / "two-arm", "--output", page, "--seconds", "9", command="report", terminal=True
    )

    assert status == 0
    assert page.is_file()
    assert "for at most 9 s" in told
    assert "  whether a changed digit would be noticed …\n" in told


def test_a_log_of_many_runs_is_told_nothing():
    assert not run(EXAMPLES / "two-arm", "--seconds", "9", command="conflicts")[2]
