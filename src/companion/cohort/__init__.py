"""The cohort: ADaM tables read, checked, and made one table of patients."""

from companion.cohort.files import FolderReading as FolderReading
from companion.cohort.patients import masked as masked
from companion.cohort.patients import patient_table as patient_table
from companion.cohort.patients import unrecorded as unrecorded
from companion.cohort.reading import Cohort as Cohort
from companion.cohort.reading import CohortError as CohortError
from companion.cohort.reading import cohort_of as cohort_of
from companion.cohort.reading import read_cohort as read_cohort
from companion.cohort.reading import read_folder as read_folder
