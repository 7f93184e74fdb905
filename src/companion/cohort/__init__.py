"""The cohort: ADaM tables read, checked, made one table of patients, and written."""

from companion.cohort.mapping import code_lines as code_lines
from companion.cohort.mapping import write_draft as write_draft
from companion.cohort.patients import masked as masked
from companion.cohort.patients import patient_table as patient_table
from companion.cohort.patients import unrecorded as unrecorded
from companion.cohort.reading import Cohort as Cohort
from companion.cohort.reading import CohortError as CohortError
from companion.cohort.reading import cohort_of as cohort_of
from companion.cohort.reading import counted as counted
from companion.cohort.reading import read_cohort as read_cohort
from companion.cohort.reading import read_folder as read_folder
from companion.cohort.reconstructed import check_target as check_target
from companion.cohort.reconstructed import write_reconstruction as write_reconstruction
from companion.cohort.sheets import FolderReading as FolderReading
from companion.cohort.sheets import grouped as grouped
from companion.cohort.writing import write_cohort as write_cohort
