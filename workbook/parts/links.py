"""Links of a book to other books. Formulas and buttons name them by number, from 1: ``[1]!Macro``."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from lxml import etree

from workbook.parts.package import relations_part
from workbook.parts.xml import child, drop, insert, make, make_relating, namespace, office

if TYPE_CHECKING:
    from workbook.parts.book import Book

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def targets(book: Book) -> list[str]:
    """Where each link leads, as its relation has it; "" for one that says nothing."""
    package = book.package
    parts = {ident: part for ident, _, part in package.relations(package.workbook)}
    found = []
    for element in _references(book):
        relations = relations_part(parts.get(element.get(_ident(book), ""), ""))
        listed = list(package.tree(relations)) if relations in package else []
        found.append(listed[0].get("Target", "") if listed else "")
    return found


def add(book: Book, target: str, names: Iterable[str]) -> int:
    """A link behind the others to a file whose macros or names are called; gives its number."""
    package = book.package
    folder = posixpath.dirname(package.workbook)
    part = package.free_name(posixpath.join(folder, "externalLinks", "externalLink{}.xml"))
    relating = office(book.main)
    prefixes: Any = {None: book.main, "r": relating}  # its stubs do not know that None is a prefix
    root = etree.Element(f"{{{book.main}}}externalLink", nsmap=prefixes)
    linked = etree.SubElement(root, f"{{{book.main}}}externalBook")
    linked.set(f"{{{relating}}}id", "rId1")
    listed = etree.SubElement(linked, f"{{{book.main}}}definedNames")
    for name in names:
        etree.SubElement(listed, f"{{{book.main}}}definedName", {"name": name})
    package.add(part, _HEAD.encode() + etree.tostring(root, encoding="UTF-8"), _TYPE)
    listing: Any = {None: _RELATIONS}
    relations = etree.Element(f"{{{_RELATIONS}}}Relationships", nsmap=listing)
    told = {"Id": "rId1", "Type": f"{relating}/externalLinkPath", "Target": target, "TargetMode": "External"}
    etree.SubElement(relations, f"{{{_RELATIONS}}}Relationship", told)
    package.write(relations_part(part), _HEAD.encode() + etree.tostring(relations, encoding="UTF-8"))
    ident = package.relate(package.workbook, "externalLink", part)
    package.change(package.workbook)
    holder = child(book.root, "externalReferences")
    if holder is None:
        holder = make(book.root, "externalReferences")
        insert(book.root, holder, book.ORDER)
    holder.append(make_relating(book.root, "externalReference", ident))
    return len(holder)


def drop_last(book: Book) -> None:
    """Take the last link away. It must be known that nothing counts on it any more."""
    package = book.package
    element = _references(book)[-1]
    ident = element.get(_ident(book), "")
    part = next(part for other, _, part in package.relations(package.workbook) if other == ident)
    package.unrelate(package.workbook, part)
    package.remove(part)
    package.change(package.workbook)
    holder = element.getparent()
    assert holder is not None
    drop(element)
    if not len(holder):
        drop(holder)


def _references(book: Book) -> list[etree._Element]:
    holder = child(book.root, "externalReferences")
    return [] if holder is None else [e for e in holder if namespace(e) == book.main]


def _ident(book: Book) -> str:
    return f"{{{office(book.main)}}}id"
