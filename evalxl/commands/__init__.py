"""The commands: each declared with its texts, arguments and examples, and what it does.

Importing this package declares them all, in the order of the help.
"""

from evalxl.commands.sheets import consolidate, read, validate  # isort: skip
from evalxl.commands.ledgers import remind, status  # isort: skip
from evalxl.commands.marking import unmark  # isort: skip
from evalxl.commands.submitting import submit  # isort: skip
from evalxl.commands.adopting import macros  # isort: skip
from evalxl.commands.yearly import distribute, rollover  # isort: skip
from evalxl.commands.finance import rollup  # isort: skip
from evalxl.commands.lakes import tables  # isort: skip
from evalxl.commands.papers import publish, report  # isort: skip
from evalxl.commands import calculating  # isort: skip
from evalxl.commands.trial import demo  # isort: skip
from evalxl.commands.forms import check, draft, show  # isort: skip
from evalxl.commands.reference import blank, completion, fields, rules  # isort: skip

__all__ = [
    "blank",
    "calculating",
    "check",
    "completion",
    "consolidate",
    "demo",
    "distribute",
    "draft",
    "fields",
    "macros",
    "publish",
    "read",
    "remind",
    "report",
    "rollover",
    "rollup",
    "rules",
    "show",
    "status",
    "submit",
    "tables",
    "unmark",
    "validate",
]
