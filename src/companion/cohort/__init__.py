"""The cohort: ADaM tables read, checked, made one table of patients, and written."""

from companion.cohort.patients import masked, patient_table
from companion.cohort.reading import Cohort, CohortError, faults, read_cohort
from companion.cohort.reconstructed import check_target, write_reconstruction
from companion.cohort.sheets import Fault
from companion.cohort.writing import write_cohort

__all__ = [
    "Cohort",
    "CohortError",
    "Fault",
    "check_target",
    "faults",
    "masked",
    "patient_table",
    "read_cohort",
    "write_cohort",
    "write_reconstruction",
]
