"""What a library's save took out of a workbook, or left in it broken, whatever it calls its parts."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator

from lxml import etree

_X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
WORDS = {
    "rPh": "furigana",
    "r": "formatted texts",
    "complement": "cell check boxes",
    "control": "form controls",
    "formControlPr": "states of controls",
    "threadedComment": "threaded comments",
    "comment": "notes",
    "hyperlink": "links",
    "dataValidation": "validations",
    "definedName": "names",
    "sparkline": "sparklines",
    "slicer": "slicers",
    "pic": "pictures",
    "sp": "shapes",
    "oneCellAnchor": "anchors",
    "twoCellAnchor": "anchors",
    "pageSetup": "page set-ups",
    f"{{{_X14}}}cfRule": "newer conditional formats",
    f"{{{_X14}}}dataValidation": "newer validations",
    "button": "ribbon buttons",
    "cellRun": "rich texts",
}
_KINDS = {
    "vbaProject": "VBA",
    "printerSettings": "printer settings",
    "customUI": "ribbon",
    "theme": "theme",
    "media": "pictures",
    "persons": "persons",
}
_IDS = re.compile(rb"""<v:shape [^>]*?id=["']([^"']+)""")
_TYPES = re.compile(rb"""<v:shapetype [^>]*?id=["']([^"']+)""")
_USED = re.compile(rb"""<v:shape [^>]*?type=["']#([^"']+)""")
_OPEN_BREAK = re.compile(rb"<br\s*>")


def destroyed(before: bytes, after: bytes) -> list[str]:
    """What there is less of, as "name was → now", and what is broken now and was not before."""
    old, new = _parts(before), _parts(after)
    return [*_fewer(_counted(old), _counted(new)), *sorted(set(_broken(new)) - set(_broken(old)))]


def changed(before: bytes, after: bytes) -> int:
    """How many of the old parts no longer stand there byte by byte."""
    old, new = _parts(before), _parts(after)
    return sum(new.get(name) != data for name, data in old.items())


def _fewer(old: Counter[str], new: Counter[str]) -> Iterator[str]:
    for name, was in sorted(old.items()):
        if new[name] < was:
            yield f"{name} {was} → {new[name]}"


def _counted(parts: dict[str, bytes]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for name, data in parts.items():
        for sign, word in _KINDS.items():
            counts[word] += sign.lower() in name.lower() and not name.endswith(".rels")
        if name.endswith((".xml", ".vml")):
            for element in _elements(data):
                qualified = etree.QName(element)
                word = WORDS.get(element.tag) or WORDS.get(qualified.localname)
                if word and not _is_legacy_fallback(element):
                    counts[word] += 1
                if qualified.localname == "ClientData":
                    counts[f"VML of {element.get('ObjectType', '')}"] += 1
    return counts


def _elements(data: bytes) -> Iterator[etree._Element]:
    parser = etree.XMLParser(recover=True, resolve_entities=False)
    root = etree.fromstring(_OPEN_BREAK.sub(b"<br/>", data), parser)
    return (e for e in root.iter() if isinstance(e.tag, str)) if root is not None else iter(())


def _is_legacy_fallback(element: etree._Element) -> bool:
    return next(element.iterancestors("{*}Fallback"), None) is not None


def _broken(parts: dict[str, bytes]) -> Iterator[str]:
    """Shape numbers that are doubled, and kinds of shapes that are used and not there."""
    for name, data in parts.items():
        if name.endswith(".vml"):
            ids = Counter(_IDS.findall(data))
            if any(count > 1 for count in ids.values()):
                yield "doubled shape numbers"
            if set(_USED.findall(data)) - set(_TYPES.findall(data)):
                yield "shapes of a kind that is not there"


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {name: book.read(name) for name in book.namelist()}
