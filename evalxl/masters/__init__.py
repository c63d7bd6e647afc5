"""The city's masters (マスター): projects, policies, organisation, accounts, hourly rates, from CSV files.

``load(folder)`` reads them, `MastersError` tells what is wrong with one, in which line and column.
"""

from evalxl.masters.errors import MastersError
from evalxl.masters.load import COLUMNS, load, parsed
from evalxl.masters.model import Account, Aim, Change, Lasting, Masters, Project, Unit

__all__ = [
    "COLUMNS",
    "Account",
    "Aim",
    "Change",
    "Lasting",
    "Masters",
    "MastersError",
    "Project",
    "Unit",
    "load",
    "parsed",
]
