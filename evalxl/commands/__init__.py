"""The commands: each declared with its texts, arguments and examples, and what it does.

Importing this package declares them all, in the order of the help.
"""

from evalxl.commands.sheets import consolidate, read, validate  # isort: skip
from evalxl.commands.trial import demo  # isort: skip
from evalxl.commands.reference import blank, fields, rules  # isort: skip

__all__ = ["blank", "consolidate", "demo", "fields", "read", "rules", "validate"]
