"""What can be clicked in the parts of a package and has a macro, each part read by itself.

A form control stands up to three times: in VML, in the sheet's list, and as a shape of the drawing. All have
its number, by which they are put together in `workbook.macros.look`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from workbook.grid import Spot
from workbook.package import parse

_SHAPE_ID = re.compile(r"_s(\d+)$")
_OPEN_BREAK = re.compile(rb"<br\s*>", re.IGNORECASE)
_COMMAND = "{D7053240-CE69-11CD-A777-00DD01143C57}"
_CALLBACK = re.compile(r"on[A-Z]\w*|get[A-Z]\w*")


@dataclasses.dataclass(slots=True)
class Clickable:
    """One control or shape as one part tells it."""

    ident: str = ""
    """Its number on the sheet."""
    name: str = ""
    calls: str = ""
    label: str = ""
    spot: Spot | None = None
    control: bool = False
    """A form control, or the picture of one."""
    activex: str = ""
    """The class of an ActiveX control, by its relation's id until that is looked up."""


def in_vml(data: bytes) -> Iterator[Clickable]:
    """The shapes of a VML part that have a macro, and all buttons."""
    root = parse(_OPEN_BREAK.sub(b"<br/>", data), recover=True)
    for shape in root.iter("{*}shape") if root is not None else ():
        told = shape.find("{*}ClientData")
        if told is None or told.get("ObjectType") == "Note":
            continue
        calls = _text(told, "FmlaMacro")
        if not calls and told.get("ObjectType") != "Button":
            continue
        ids = (v for k, v in shape.attrib.items() if k.rpartition("}")[2] in ("id", "spid"))
        ident = next((m[1] for v in ids if (m := _SHAPE_ID.search(v))), "")
        textbox = shape.find("{*}textbox")
        label = "" if textbox is None else _tidy("".join(textbox.itertext()))
        yield Clickable(ident, "", calls, label, _vml_spot(_text(told, "Anchor")), control=True)


def in_sheet(root: Any) -> Iterator[Clickable]:
    """The controls that a sheet lists, those of ActiveX with the id of their part."""
    for control in root.iter("{*}control"):
        properties = control.find("{*}controlPr")
        anchor = properties.find("{*}anchor") if properties is not None else None
        relation = next((v for k, v in control.attrib.items() if k.endswith("}id")), "")
        calls = properties.get("macro", "") if properties is not None else ""
        spot = _spot(anchor) if anchor is not None else None
        yield Clickable(
            control.get("shapeId", ""), control.get("name", ""), calls, "", spot, True, activex=relation
        )


def in_drawing(root: Any) -> Iterator[Clickable]:
    """The shapes and pictures of a drawing that have a macro, and the pictures of form controls."""
    for element in root.iter("{*}sp", "{*}pic", "{*}cxnSp", "{*}graphicFrame"):
        told = element.find(".//{*}cNvPr")
        spid = element.find(".//{*}compatExt")
        number = _SHAPE_ID.search(spid.get("spid", "")) if spid is not None else None
        calls = element.get("macro", "")
        if not calls and not number:
            continue
        anchor = next(element.iterancestors("{*}twoCellAnchor", "{*}oneCellAnchor"), None)
        text = "".join(t.text or "" for t in element.iter("{*}t"))
        name = told.get("name", "") if told is not None else ""
        label = _tidy(text) or ("" if number else (told.get("descr", "") if told is not None else ""))
        spot = _spot(anchor) if anchor is not None else None
        yield Clickable(number[1] if number else "", name, calls, label, spot, control=bool(number))


def in_ribbon(root: Any) -> Iterator[Clickable]:
    """What a customUI part has the VBA do: clicks, and what it asks for while it is shown."""
    for element in root.iter():
        for attribute, value in element.attrib.items():
            if _CALLBACK.fullmatch(attribute) and value:
                label = element.get("label", "") or element.get("id", "") or element.get("idMso", "")
                yield Clickable("", attribute, value, label)


def is_command_button(classid: str) -> bool:
    """Whether an ActiveX class is that of a button."""
    return classid.upper() == _COMMAND


def _text(element: Any, name: str) -> str:
    found = element.find(f"{{*}}{name}")
    return (found.text or "").strip() if found is not None else ""


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _vml_spot(anchor: str) -> Spot | None:
    numbers = anchor.split(",")
    if len(numbers) != 8 or not all(n.strip().isdigit() for n in numbers):
        return None
    return int(numbers[2]), int(numbers[0])


def _spot(anchor: Any) -> Spot | None:
    start = anchor.find("{*}from")
    row, column = (
        (start.find(f"{{*}}{name}") for name in ("row", "col")) if start is not None else (None, None)
    )
    if row is None or column is None or not (row.text or "").isdigit() or not (column.text or "").isdigit():
        return None
    return int(row.text), int(column.text)
