"""Find where a page's values stand, from its labels and merged blocks alone.

What is typed plays no part here, so sheets with the same labels at the same places have the same layout, and
`locate` is asked once for all of them. `workbook.extracting` then reads the values at the places found.
"""

from workbook.locating.layout import empty_page, locate
from workbook.locating.places import (
    Area,
    BoxPlace,
    Candidate,
    FieldPlace,
    GroupPlace,
    Heading,
    MatrixCell,
    PageLayout,
    Printed,
    RowPlace,
    TablePlace,
)
from workbook.locating.split import printed

__all__ = [
    "Area",
    "BoxPlace",
    "Candidate",
    "FieldPlace",
    "GroupPlace",
    "Heading",
    "MatrixCell",
    "PageLayout",
    "Printed",
    "RowPlace",
    "TablePlace",
    "empty_page",
    "locate",
    "printed",
]
