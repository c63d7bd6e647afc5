"""Read the values at the places that `workbook.locating` found. Nothing is guessed or dropped in silence."""

from workbook.extracting.page import FormPage
from workbook.extracting.project import evaluated_year, extract, head

__all__ = ["FormPage", "evaluated_year", "extract", "head"]
