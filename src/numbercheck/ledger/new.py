"""An empty ledger to start from, for the next article."""

from collections.abc import Iterable
from pathlib import Path
from textwrap import fill

from numbercheck.ledger.checking import KINDS
from numbercheck.ledger.records import LedgerError
from numbercheck.ledger.rows import FILES, columns_of
from numbercheck.words import METHODS, ONE_SIDED, STATISTICS

OTHER_FILES = (".csv", ".ods", ".xls", ".xlsm")
README = """\
# A ledger: what one article prints, and what that measures

Fill in `measures.csv` and `claims.csv`; the other files may stay empty. Then run
`numbercheck audit .` here. CSV has no comments, so they stand in this file.

## measures.csv: one row per thing measured

- `measure`: a slug of letters, digits and _; `label`: its name for readers; `unit`.
- `kind`: one of {kinds}.
- `where`, `among`: who is counted, and out of whom, as expressions over the columns of
  `variables.csv`, such as `response == "CR"`. An empty `where` is everyone; an empty `among`,
  too. The audit finds denominators by them; it compares them by meaning, not by spelling. An
  event that is only itself (`response` as `where` of the measure `response`) needs no row in
  `variables.csv`.
- `by`: for a comparison, the expression that divides the population in two.
- `against`: for a comparison with a fixed rate, the measure that holds the rate; for one
  with the same patients at another time, the measure that counts them then.
- `endpoint`, `horizon`: for survival, such as OS and 365.25 days.
- `family`: measures that one method serves (`families.csv`); empty where you do not know.
- `level`, `sides`, `method`, `design`: where the article says so, the confidence level (0.9 or
  90), the sides of an interval (two, lower, upper), a method other than the family's, and matched
  or paired for a comparison of pairs. These columns may be left out.

## claims.csv: one row per printed number

- `claim`: a slug; `locus`: `Abstract`, `Text ¶4` or `Table 1 · row`.
- `measure`: from measures.csv; `statistic`: one of
  {statistics}
- `printed`: exactly as printed, such as `94%`, `69.0` or `<0.05`; a number in words in digits;
  `NE` or `not reached` for a limit or a median that was not reached.
- `verbal`: yes where the article claims significance in words only; `<0.05` stands for
  "significant", `>=0.05` for "no significant difference". `numerals`, `note`: may stay empty.
- `arm`: in a trial of several arms, which one the number is of (`A`), or which two it compares
  (`A|B`); `article.json` names them: `{{"arms": ["A", "B"]}}`. It may be left out.

## From a draft to an audit: guesses in claims.csv, and printed_numbers.csv

- Begin with how many patients there are: in `measures.csv` their count has an empty `where` and an
  empty `among`, and its claim has the statistic `n`. Then correct `arms` in `article.json`.
- `among` says out of whom a count is. Where the text does not say, a draft writes a name of its
  own, such as `response_known`: empty the cell if everyone is meant.
- No finding rests on a `guess: …` in a claim's `note`. Read the row against the article, and
  correct it or delete the guess.
- `printed_numbers.csv` has a row for each numeral of the article. Each is covered by a claim
  (its `numerals` cell holds the `order`), has a reason in `set_aside`, or is still to do:
  `numbercheck draft --check .` lists those.

## families.csv, relations.csv, assumptions.csv

- A family's `method` is one of
{methods}
  A test's name with -less or -greater is one-sided. Without families, `numbercheck audit` counts
  what each method gives, and `--write-families` keeps it.
- A relation's `kind` is sum, subset, order or arithmetic; its `expression` relates measures
  (their n) or `measure.statistic`; dates have `.first` and `.last`. Write a sum with the whole
  alone on its left. A `source` that starts with `assumption` marks what you assume.
- The parameter `level` of an assumption is the confidence level, 0.95 without one.

## variables.csv: one row per thing that a patient has, for `conflicts` and `bounds`

- `type`: integer with its least and largest value as `values` (18..90), category (A|B), grade,
  flag or decimal. An event that is only itself needs no row, and `conflicts` says what lacks one.
- A survival curve needs its days, up to the longest follow-up, and its event:
  `pfs_time,Days to progression or death,integer,1..1096,days,,ADTTE.PFS days`
  `pfs_event,Progression or death,flag,,,,ADTTE.PFS event`
- The numbers at risk below it are claims with the statistic `at_risk`, one measure for each time:
  `pfs_6,PFS at 6 months,survival,,,,,PFS,182.6,,%,,,,,`

## digitized.csv: one row per survival curve read off a figure

- `curve`: a slug; `locus`: which figure; `endpoint`, `among`: whose curve; `file`: a CSV file here
  with two columns, time and survival, as WebPlotDigitizer exports them.
- `unit` of time: days, weeks, months or years. `tolerance`: how many percentage points a point may
  be off; `time_tolerance`: the same in time. `bounds` and `conflicts` use the curve.

## An example: 33 of 35 responded, 94% (81 to 98)

    measures.csv
    measure,label,kind,where,among,by,against,endpoint,horizon,family,unit,level,sides,method,design,later
    enrolled,Patients enrolled,count,,,,,,,,patients,,,,,
    response,Response,count,response,,,,,,,patients,,,,,
    claims.csv
    claim,locus,measure,statistic,printed,verbal,numerals,note,source,arm
    text1_enrolled_n,Text ¶1,enrolled,n,35,,,,,
    text1_response_n,Text ¶1,response,n,33,,,,,
    text1_response_percent,Text ¶1,response,percent,94%,,,,,
    text1_response_conf_low,Text ¶1,response,conf_low,81,,,,,
    text1_response_conf_high,Text ¶1,response,conf_high,98,,,,,
    variables.csv
    variable,label,type,values,unit,evaluable,source
    response,Response,flag,,,,
"""


def new_ledger(directory: Path | str) -> list[Path]:
    """Write an empty ledger, with a README that explains its columns by an example.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    LedgerError
        If one of them is there already, or the name is one of another file; nothing is written
        then.
    """
    directory = Path(directory)
    if directory.suffix.lower() in OTHER_FILES:
        raise LedgerError([f"{directory}: a ledger is a folder, or a spreadsheet (.xlsx)"])
    texts = {f"{name}.csv": ",".join(columns_of(name)) + "\n" for name in FILES}
    texts["README.md"] = explanation()
    there = [name for name in texts if (directory / name).exists()]
    if there:
        raise LedgerError([f"{directory / name} is there already" for name in there])
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (directory / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise LedgerError([f"{directory}: cannot be written ({error.strerror})"]) from None
    return [directory / name for name in texts]


def explanation() -> str:
    """What each column holds, with an example, in Markdown."""
    return README.format(
        kinds=", ".join(KINDS),
        statistics=_wrapped(STATISTICS).lstrip(),
        methods=_wrapped(name for name in METHODS if not name.endswith(tuple(ONE_SIDED))),
    )


def _wrapped(names: Iterable[str]) -> str:
    """Names in lines below a bullet."""
    return fill(", ".join(names) + ".", 96, initial_indent="  ", subsequent_indent="  ",
                break_on_hyphens=False)  # fmt: skip
