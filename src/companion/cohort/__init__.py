"""The cohort: ADaM tables read, checked, made one table of patients, and written."""

from companion.cohort.mapping import code_lines, write_draft
from companion.cohort.patients import masked, patient_table, unrecorded
from companion.cohort.reading import Cohort, CohortError, counted, faults, read_cohort, read_folder
from companion.cohort.reconstructed import check_target, write_reconstruction
from companion.cohort.sheets import Fault, grouped
from companion.cohort.writing import write_cohort

__all__ = [
    "Cohort",
    "CohortError",
    "Fault",
    "check_target",
    "code_lines",
    "counted",
    "faults",
    "grouped",
    "masked",
    "patient_table",
    "read_cohort",
    "read_folder",
    "unrecorded",
    "write_cohort",
    "write_draft",
    "write_reconstruction",
]
