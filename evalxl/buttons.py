"""The buttons of the add-in, by the names that its ribbon, its VBA and adopted books know them.

The add-in gives each a macro without arguments, so that a shape or a form control of any book can call it.
"""

from __future__ import annotations

import dataclasses

from evalxl.texts import Text

ADDIN = "evalxl.xlam"
"""The add-in's file, to which the buttons of an adopted book are linked."""


@dataclasses.dataclass(slots=True, frozen=True)
class Button:
    """A button of the ribbon."""

    name: str
    label: Text

    @property
    def macro(self) -> str:
        """The Sub of the add-in that does the same: ``clear_marks`` is ``EvClearMarks``."""
        return "Ev" + "".join(part.capitalize() for part in self.name.split("_"))


BUTTONS = {
    button.name: button
    for button in (
        Button("validate", Text("検証", "Validate")),
        Button("clear_marks", Text("検証表示を消す", "Clear marks")),
        Button("consolidate", Text("集約", "Consolidate")),
        Button("rollup", Text("集計", "Roll up")),
        Button("rollover", Text("年度更新", "Roll over")),
        Button("submit", Text("提出", "Hand in")),
    )
}
