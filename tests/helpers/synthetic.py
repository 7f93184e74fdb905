"""A second, larger trial that never was: seeded, in the ways in which real ADaM tables come.

Patients are drawn first (`Trial.truth`, the patient table that must come out), then written
as records: several visits, several events per patient and term, times in days, weeks and
months or by their dates alone, extra columns, parameters and patients.
"""

import csv
import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pandas as pd

STUDY = "SYN-002"
SEED = 20240417
LAST_DAY = date(2024, 4, 15)  # the cut-off that the article prints
DAYS_PER_MONTH = 365.25 / 12
SAS_ORIGIN = date(1960, 1, 1)
HOSTILE = ("=cmd|'/C calc'!A0", "<script>alert(1)</script>", "../../etc/passwd", "\\input{x}", "NA")
TERMS = {
    "leukopenia_grade": "Leukopenia",
    "neutropenia_grade": "Neutropenia",
    "febrile_neutropenia_grade": "Febrile neutropenia",
    "anemia_grade": "Anemia",
    "thrombocytopenia_grade": "Thrombocytopenia",
    "crs_grade": "Cytokine release syndrome",
    "icans_grade": "ICANS",
    "pneumonia_grade": "Pneumonia",
    "sepsis_grade": "Sepsis",
    "other_infections_grade": "Other infections",
    "fatigue_grade": "Fatigue",
    "alt_elevation_grade": "Alanine aminotransferase elevation",
    "fever_grade": "Fever",
    "nausea_vomiting_grade": "Nausea or vomiting",
    "rash_grade": "Rash",
    "edema_grade": "Edema",
    "purpura_grade": "Purpura",
    "mucositis_grade": "Mucositis",
    "diarrhea_grade": "Diarrhea",
}
NUMERIC = ("AGE", "HSCTDY", "AVISITN", "ADY", "AVAL", "CNSR", "BMI")
DATES = ("TRTSDT", "LSTALVDT", "STARTDT", "ADT")


@dataclass(frozen=True)
class Trial:
    """What is true of each patient, and the records that say it, as text."""

    truth: pd.DataFrame
    tables: dict[str, list[dict[str, str]]]


def trial(n: int = 200, seed: int = SEED) -> Trial:
    """Draw a trial of n patients, and one screening failure for every twenty of them."""
    random = Random(seed)  # noqa: S311 - draws patients, keeps no secret
    facts = [_facts(random) for _ in range(n)]
    tables: dict[str, list[dict[str, str]]] = {"adsl": [], "adrs": [], "adae": [], "adtte": []}
    for number, fact in enumerate(facts):
        _record(f"{STUDY}-{number:05d}", fact, "Y", tables, random)
    for number in range(n // 20):
        _record(f"{STUDY}-X{number:04d}", _facts(random), "N", tables, random)
    for rows in tables.values():
        random.shuffle(rows)
    index = pd.Index([f"{STUDY}-{number:05d}" for number in range(n)], name="USUBJID")
    return Trial(pd.DataFrame(facts, index=index, dtype=object), tables)


def _facts(random: Random) -> dict:
    """Everything that the patient table says of one patient."""
    marrow = random.random() < 0.93
    extended = random.random() < 0.1
    response = "NR" if extended else random.choice(("CR", "CR", "CR", "CRi"))
    late = random.choice(("CR", "NR")) if extended else response
    died, relapse = random.random() < 0.15, _relapse(random)
    end = random.randint(61, 560)
    fact = {
        "age": random.randint(15, 79),
        "sex": random.choice(("F", "M", None)),
        "wbc_gt30": random.random() < 0.3,
        "genetic_risk": random.choice(("poor", "other")),
        "marrow_after_rdc": marrow,
        "blasts_ge5": random.random() < 0.6 if marrow else None,
        "mrd_after_rdc": random.choice(("<0.01%", "0.01-1%", ">=1%")) if marrow else None,
        "crc_after_rdc": random.random() < 0.3 if marrow else None,
        "response_2w": response,
        "mrd_2w": random.choice(("negative", "negative", "positive", None)),
        "extended": extended,
        "response_4w": late,
        "mrd_4w": random.choice(("negative", "positive")),
        "time_to_cr": None if late == "NR" else 7 * random.randint(2, 7),
        **{name: random.choice((0, 0, 0, 1, 2, 3, 4)) for name in TERMS},
        "transplant": random.random() < 0.4,
        "relapse": relapse,
        "relapse_cd19": None if relapse == "none" else random.choice(("positive", "negative")),
        "os_time": end,
        "os_event": died,
        "pfs_time": end if relapse == "none" else random.randint(15, end - 10),
        "pfs_event": died or relapse != "none",
    }
    fact["sepsis_grade"] = 5 if died and random.random() < 0.3 else fact["sepsis_grade"]
    neutropenic = fact["neutropenia_grade"] >= 3
    fact["neutrophil_recovery"] = random.randint(5, 60) if neutropenic else None
    return fact


def _relapse(random: Random) -> str:
    return random.choice(("none", "none", "none", "CNS", "hematologic", "MRD"))


def _record(patient: str, fact: dict, flag: str, tables: dict, random: Random) -> None:
    start = LAST_DAY - timedelta(days=569 + random.randint(0, 22))  # within the accrual
    keys = {"STUDYID": STUDY, "USUBJID": patient}
    tables["adsl"].append(keys | _adsl(patient, fact, flag, start, random))
    tables["adrs"] += [keys | row for row in _adrs(fact, random)]
    tables["adae"] += [keys | row for row in _adae(fact, random)]
    tables["adtte"] += [keys | row for row in _adtte(fact, start, random)]


def _adsl(patient: str, fact: dict, flag: str, start: date, random: Random) -> dict[str, str]:
    alive = start + timedelta(days=fact["os_time"] - 1 - random.randint(0, 9))
    return {
        "SUBJID": patient.removeprefix(f"{STUDY}-"),
        "SITEID": random.choice((*(f"{site:03d}" for site in range(1, 13)), *HOSTILE)),
        "AGE": str(fact["age"]),
        "AGEU": "YEARS",
        "SEX": fact["sex"] or random.choice(("U", "")),
        "RACE": random.choice(("ASIAN", "WHITE", *HOSTILE)),
        "TRT01A": "RDC, then blinatumomab",
        "SAFFL": flag,
        "FASFL": flag,
        "TRTSDT": str(start),
        "LSTALVDT": random.choice((str(alive), str(alive)[:7])),
        "DTHFL": "Y" if fact["os_event"] else "",
        "WBCGR1": ">30" if fact["wbc_gt30"] else "<=30",
        "RISKGR1": fact["genetic_risk"],
        "EXTENDFL": _yes(fact["extended"]),
        "HSCTFL": _yes(fact["transplant"]),
        "HSCTDY": str(random.randint(20, fact["os_time"])) if fact["transplant"] else "",
        "BMI": f"{random.uniform(18, 35):.1f}",
    }


def _yes(flag: bool) -> str:
    return "Y" if flag else "N"


def _adrs(fact: dict, random: Random) -> list[dict[str, str]]:
    at = ("After RDC", "After 2 weeks", "Up to 4 weeks", "Relapse")
    found = [
        ("BLASTGR", at[0], {None: "", True: ">=5%", False: "<5%"}[fact["blasts_ge5"]]),
        ("MRDGR", at[0], fact["mrd_after_rdc"]),
        ("OVRLRESP", at[0], {None: "", True: "CRi", False: "NR"}[fact["crc_after_rdc"]]),
        ("OVRLRESP", at[1], fact["response_2w"]),
        ("MRDRESP", at[1], fact["mrd_2w"]),
        ("OVRLRESP", at[2], fact["response_4w"]),
        ("MRDRESP", at[2], fact["mrd_4w"]),
        ("RELTYPE", at[3], "" if fact["relapse"] == "none" else fact["relapse"]),
        ("RELCD19", at[3], fact["relapse_cd19"]),
    ]
    rows = [
        _response(name, visit, value, 10 * at.index(visit)) for name, visit, value in found if value
    ]
    if random.random() < 0.3:  # an earlier look at the same visit, overruled by the later one
        rows.append(_response("OVRLRESP", at[1], "NR", 2))
    if fact["relapse"] != "none":  # a second relapse is another event
        rows.append(_response("RELTYPE", at[3], "MRD", 400))
    rows.append(_response("OVRLRESP", "Cycle 3", "PD", 90))  # an extra visit with its own codes
    rows.append(_response("BMBLAST", at[0], "17", 10))  # an extra parameter
    return rows


def _response(name: str, visit: str, value: str, day: int) -> dict[str, str]:
    return {"PARAMCD": name, "PARAM": f"{name}, analyzed", "AVISIT": visit, "ADY": str(day)} | {
        "AVALC": value
    }


def _adae(fact: dict, random: Random) -> list[dict[str, str]]:
    rows = []
    for name, term in TERMS.items():
        worst = fact[name]
        milder = [random.randint(1, worst) for _ in range(random.randint(0, 2))] if worst else []
        rows += [_event(term, grade, "Y") for grade in (worst, *milder) if grade]
    rows.append(_event("Rash", 4, "N"))  # before treatment
    rows.append(_event(random.choice(HOSTILE), 2, "Y"))
    return rows


def _event(term: str, grade: int, emergent: str) -> dict[str, str]:
    group = {1: "1-2", 2: "1-2", 3: "3-4", 4: "3-4", 5: "5"}[grade]
    return {"AEDECOD": term, "AECAT": "", "AETOXGR": str(grade), "AETOXGRG": group} | {
        "TRTEMFL": emergent
    }


def _adtte(fact: dict, start: date, random: Random) -> list[dict[str, str]]:
    times = [
        ("OS", fact["os_time"], fact["os_event"], random.choice(("DAYS", "dates"))),
        ("PFS", fact["pfs_time"], fact["pfs_event"], random.choice(("DAYS", "MONTHS", "dates"))),
        ("TTCR", fact["time_to_cr"], True, "WEEKS"),
        ("TTANC", fact["neutrophil_recovery"], True, "DAYS"),
        ("EFS", -1, True, "CYCLES"),  # an extra parameter, with its own unit
    ]
    if fact["time_to_cr"] is None:
        times[2] = ("TTCR", 56, False, "WEEKS")  # never in remission: censored
    return [_time(*t, start, random) for t in times if t[1] is not None]


def _time(
    name: str, days: int, event: bool, unit: str, start: date, random: Random
) -> dict[str, str]:
    by = {"WEEKS": 7, "MONTHS": DAYS_PER_MONTH}.get(unit, 1)
    return {
        "PARAMCD": name,
        "PARAM": f"{name} ({unit.lower()})",
        "AVAL": "" if unit == "dates" else str(days // by if unit == "WEEKS" else days / by),
        "AVALU": "DAYS" if unit == "dates" else unit,
        "CNSR": "0" if event else str(random.randint(1, 3)),
        "EVNTDESC": random.choice(("event", *HOSTILE)),
        "STARTDT": str(start),
        "ADT": str(start + timedelta(days=days - 1)),
    }


def write_csv(trial: Trial, directory: Path) -> None:
    """Write comma-separated files with a byte-order mark and CRLF, as spreadsheets do."""
    for name, rows in trial.tables.items():
        with (directory / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\r\n")
            writer.writeheader()
            writer.writerows(rows)


def write_json(trial: Trial, directory: Path, lines: bool = False) -> None:
    """Write CDISC Dataset-JSON 1.1, treatment start in SAS days, other dates as text."""
    for name, rows in trial.tables.items():
        columns = list(rows[0])
        meta = {
            "datasetJSONCreationDateTime": "2024-07-01T00:00:00",
            "datasetJSONVersion": "1.1.0",
            "itemGroupOID": f"IG.{name.upper()}",
            "records": len(rows),
            "name": name.upper(),
            "label": name,
            "columns": [_column(name, column) for column in columns],
        }
        values = [[_json_value(c, row[c]) for c in columns] for row in rows]
        if lines:
            text = "\n".join(json.dumps(x) for x in (meta, *values))
        else:
            text = json.dumps(meta | {"rows": values})
        (directory / f"{name}.{'ndjson' if lines else 'json'}").write_text(text, encoding="utf-8")


def _column(table: str, name: str) -> dict[str, str]:
    kind = "float" if name in NUMERIC else "integer" if name == "TRTSDT" else "string"
    oid = f"IT.{table.upper()}.{name}"
    return {"itemOID": oid, "name": name, "label": name, "dataType": kind}


def _json_value(column: str, cell: str) -> object:
    if column == "TRTSDT":
        return (date.fromisoformat(cell) - SAS_ORIGIN).days
    if column in NUMERIC:
        return float(cell) if cell else None
    return cell


def write_xpt(trial: Trial, directory: Path) -> None:
    """Write SAS transport version 5; its dates are days, so a partial one is missing."""
    import pyreadstat

    for name, rows in trial.tables.items():
        frame = pd.DataFrame(rows)
        for column in frame.columns:
            if column in DATES:
                frame[column] = [_sas_day(cell) for cell in frame[column]]
            elif column in NUMERIC:
                frame[column] = [float(c) if c else None for c in frame[column]]
        path = directory / f"{name}.xpt"
        pyreadstat.write_xport(frame, str(path), table_name=name.upper(), file_format_version=5)


def _sas_day(cell: str) -> float | None:
    return float((date.fromisoformat(cell) - SAS_ORIGIN).days) if len(cell) == 10 else None


WRITERS = {"csv": write_csv, "json": write_json, "xpt": write_xpt}
