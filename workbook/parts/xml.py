"""XML of parts: read safely, written back as it was but for what changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lxml import etree

from workbook.errors import Unchangeable

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_ROOT = re.compile(rb"<[A-Za-z_]")
_OWN_PREFIX = re.compile(rb"""<(ext|x15ac:absPath)((?: xmlns:\w+="[^"]*")+)( ur[il]="[^"]*")""")
_TEXT = re.compile(rb">[^<]+")
_QUOTED_TEXT = re.compile(rb'>[^<"]*"[^<]*')
_ENDS = re.compile(rb"(?<!/)></")
_NAME = re.compile(rb"<([\w:.-]+)")
_SHORT = re.compile(rb"<([\w:.-]+)(?: [^<>]*)?/>")
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_HIDDEN = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Tree:
    """A parsed part. What did not change is written back as the program wrote it that made the file."""

    def __init__(self, data: bytes) -> None:
        if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data[:4096]:
            raise Unchangeable("broken", "DOCTYPE")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            self.root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise Unchangeable("broken", str(error)) from None
        self._spelling = _Spelling(data, self.root)

    def to_bytes(self) -> bytes:
        """The part as it is now."""
        return self._spelling.write(self.root)


class _Spelling:
    """How a program spells what XML lets be spelled in several ways: so equal parts have equal bytes."""

    def __init__(self, data: bytes, root: etree._Element) -> None:
        start = _ROOT.search(data)
        encoding = re.search(rb"""encoding=["']([\w-]+)""", data[:200])
        known = encoding is None or encoding[1].lower() in (b"utf-8", b"us-ascii")
        self.known = bool(start) and known and data[:2] not in (b"\xff\xfe", b"\xfe\xff")
        if not start or not self.known:
            return
        self.before, self.behind = data[: start.start()], data[data.rfind(b">") + 1 :]
        self.tag = data[start.start() : data.index(b">", start.start()) + 1]
        self.attributes = root.attrib.items()
        self.ascii = b"&#" in data and data.isascii()  # openpyxl
        self.spaced = b'" />' in data and b'"/>' not in data
        self.data = data
        body = data[start.start() :]
        self.apostrophes = b"&apos;" in body and b"'" not in body  # LibreOffice
        self.quotes = b"&quot;" in body and not _QUOTED_TEXT.search(body)
        self.prefix_last = b'<ext uri="' in data or b'absPath url="' in data  # Excel

    def write(self, root: etree._Element) -> bytes:
        """The part's bytes."""
        if not self.known:
            return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
        written = etree.tostring(root, encoding="UTF-8", with_tail=False)
        if self.ascii:
            written = written.decode("utf-8").encode("ascii", "xmlcharrefreplace")
        if self.apostrophes:
            written = written.replace(b"'", b"&apos;")
        if self.quotes:
            written = _TEXT.sub(lambda match: match[0].replace(b'"', b"&quot;"), written)
        if names := self._written_long():
            short = rb"<(%s)((?: [^<>]*?)?) ?/>" % b"|".join(sorted(names))
            written = re.sub(short, rb"<\1\2></\1>", written)
        if self.prefix_last:
            written = _OWN_PREFIX.sub(rb"<\1\3\2", written)
        if self.spaced:
            written = written.replace(b"/>", b" />")
        tag = written[: written.index(b">") + 1]
        same = root.attrib.items() == self.attributes and tag[-2:-1] != b"/" != self.tag[-2:-1]
        return self.before + (self.tag + written[len(tag) :] if same else written) + self.behind

    def _written_long(self) -> set[bytes]:
        """The elements that stand as <v></v> where they are empty, never as <v/>."""
        ends = (match.start() for match in _ENDS.finditer(self.data))
        begins = {self.data[self.data.rfind(b"<", 0, end) : end] for end in ends}
        names = {match[1] for begin in begins if (match := _NAME.match(begin))}
        return names - {match[1] for match in _SHORT.finditer(self.data)} if names else names


def namespace(element: etree._Element) -> str:
    """The namespace of an element, "" for none."""
    return etree.QName(element).namespace or ""


def local(element: etree._Element) -> str:
    """An element's name without its namespace; "" for a comment."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def office(main: str) -> str:
    """The namespace of ``r:id`` that belongs to a main namespace, Strict or not."""
    return _STRICT_OFFICE if main == STRICT_MAIN else _OFFICE


def child(parent: etree._Element, name: str) -> etree._Element | None:
    """The first child of that name in the parent's namespace."""
    return parent.find(f"{{{namespace(parent)}}}{name}")


def make(like: etree._Element, name: str, attributes: Mapping[str, str] | None = None) -> etree._Element:
    """A new element in the namespace and with the prefixes of another one."""
    prefixes: Any = like.nsmap  # its stubs do not know that None is a prefix
    return etree.Element(f"{{{namespace(like)}}}{name}", dict(attributes or {}), nsmap=prefixes)


def make_relating(like: etree._Element, name: str, ident: str) -> etree._Element:
    """A new element with ``r:id``, whose prefix may not be declared yet."""
    r = office(namespace(like))
    element = etree.Element(f"{{{namespace(like)}}}{name}", nsmap={"r": r})
    element.set(f"{{{r}}}id", ident)
    return element


def unset(element: etree._Element, name: str) -> None:
    """Take an attribute away, if it is there."""
    if name in element.attrib:
        del element.attrib[name]


def insert(parent: etree._Element, element: etree._Element, order: Sequence[str]) -> None:
    """Put a child where the schema's order of names wants it, behind its own kind."""
    later = set(order[order.index(local(element)) + 1 :])
    for index, sibling in enumerate(parent):
        if _stands_for(sibling) in later:
            parent.insert(index, element)
            return
    parent.append(element)


def _stands_for(element: etree._Element) -> str:
    """The name of an element; of a wrapper for other versions, the name of what it wraps."""
    if local(element) != "AlternateContent":
        return local(element)
    inner: Iterable[etree._Element] = (grandchild for choice in element for grandchild in choice)
    return next((local(e) for e in inner), "")


def drop(element: etree._Element) -> None:
    """Take an element out of its parent; text behind it stays."""
    parent = element.getparent()
    assert parent is not None
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def set_text(element: etree._Element, text: str) -> None:
    """Write a text as Excel does: white space kept, characters that XML forbids escaped as _x000B_."""
    text = _ESCAPED.sub("_x005F_", text.replace("\r\n", "\n"))
    element.text = _FORBIDDEN.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    if text != text.strip() or "\n" in text:
        element.set(_SPACE, "preserve")


def text_of(element: etree._Element | None) -> str:
    """The text of a string item, an inline string or a note, without its furigana."""
    if element is None:
        return ""
    parts = [e.text or "" for e in element.iter(f"{{{namespace(element)}}}t") if local(_parent(e)) != "rPh"]
    return _HIDDEN.sub(lambda match: chr(int(match[1], 16)), "".join(parts))


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    assert parent is not None
    return parent
