"""What there is to know of a book's macros."""

from __future__ import annotations

import dataclasses
from typing import Literal

ModuleKind = Literal["standard", "class", "document", "form"]
ButtonKind = Literal["control", "shape", "activex", "ribbon"]


@dataclasses.dataclass(slots=True, frozen=True)
class Procedure:
    """A Sub, Function or Property."""

    module: str
    name: str
    kind: str
    """sub, function or property"""
    line: int
    """Where it begins in its module, from 1, without the hidden lines at the module's head."""
    code: str
    shortcut: str = ""
    """The key that runs it together with Ctrl, as Excel stores it: a capital needs Shift."""
    private: bool = False


@dataclasses.dataclass(slots=True, frozen=True)
class Module:
    """A module of VBA."""

    name: str
    kind: ModuleKind
    lines: int
    procedures: tuple[Procedure, ...]


@dataclasses.dataclass(slots=True, frozen=True)
class Button:
    """Something that a user clicks and that has a macro; not only buttons: any shape may."""

    kind: ButtonKind
    calls: str
    """The macro as the file names it: ``[0]!Module1.集約``."""
    label: str = ""
    sheet: str | None = None
    """None for what stands in the ribbon."""
    cell: str | None = None
    """The cell under its upper left corner, ``操作!B3``."""
    book: str = ""
    """The other file in which the macro stands; empty for the book itself."""
    procedures: tuple[Procedure, ...] = ()
    """What it runs; nothing where that is not to be found. An ActiveX control may have several events."""


@dataclasses.dataclass(slots=True)
class Macros:
    """All of a book. ``problems``: what could not be read, as a reason and a detail each."""

    modules: list[Module] = dataclasses.field(default_factory=list)
    buttons: list[Button] = dataclasses.field(default_factory=list)
    events: list[Procedure] = dataclasses.field(default_factory=list)
    """Procedures that run without a click: when the book is opened, a cell changes, …"""
    locked: bool = False
    """The VBA project asks for a password before it is shown in Excel."""
    problems: list[tuple[str, str]] = dataclasses.field(default_factory=list)
