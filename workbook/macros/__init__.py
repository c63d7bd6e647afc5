"""The macros of a workbook, read and never run: its VBA, what its buttons call, what starts by itself.

For example::

    found = look(Path("集約.xlsm").read_bytes())
    [(button.label, button.calls) for button in found.buttons]
"""

from workbook.macros.adopt import Adopted, adopt
from workbook.macros.look import look
from workbook.macros.model import Button, Macros, Module, Procedure

__all__ = ["Adopted", "Button", "Macros", "Module", "Procedure", "adopt", "look"]
