"""The parts of an Office package (a zip of XML), each bounded and verified before anything reads it."""

from __future__ import annotations

import functools
import io
import posixpath
import re
import struct
import zipfile
from collections.abc import Callable
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from workbook import deflate

LARGEST_UNPACKED = 256 * 2**20
LARGEST_PART = 48 * 2**20
MOST_MEMBERS = 5000
_LENGTHS = struct.Struct("<HH")
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNREAD = ("customxml/", "docprops/")
_HARMLESS = 4096
"""So many bytes of deflated data cannot become more than 4 MB: their declared size needs no proof."""

_KEPT = 2**18
"""Bytes of a part up to which what comes of it is kept: ten times those of a form."""

_SMALL = 2**20
"""Parts up to that size are kept for a second look."""


P = ParamSpec("P")
T = TypeVar("T")
Read = Callable[Concatenate[bytes, P], T]


_unpacked = functools.lru_cache(maxsize=64)(deflate.unpacked)
"""Small parts (styles, relations) are the same in most books of a run: they are unpacked once, and what is
`known` by their bytes is found by the same object, whose hash Python keeps."""


def known(read: Read[P, T]) -> Read[P, T]:
    """Keep what comes of small parts, by their bytes: most books of a run have the same.

    A large part is none of a form's; kept, a few of them would take all memory.
    """
    kept = functools.lru_cache(maxsize=64)(read)

    @functools.wraps(read)
    def found(data: bytes, /, *args: P.args, **options: P.kwargs) -> T:
        return (kept if len(data) <= _KEPT else read)(data, *args, **options)

    return found


class Unsafe(Exception):
    """A part holds what no spreadsheet program writes: a document type, entities, absurd sizes."""


class TooLarge(Unsafe):
    """More than any evaluation sheet holds, measured before it is unpacked."""


class Encrypted(Exception):
    """A member of the package has a password."""


class Relation(NamedTuple):
    """What a part refers to. ``kind`` is the last word of the type: drawing, ctrlProp …"""

    ident: str
    kind: str
    target: str
    """Part name from the package's root, or an address outside of it."""


class SheetEntry(NamedTuple):
    """A sheet as the workbook part lists it."""

    name: str
    visible: bool
    part: str
    """Empty where the book does not say."""


class Package:
    """An opened package. Raises `zipfile.BadZipFile`, `zlib_ng.error`, `TooLarge`, `Unsafe`, `Encrypted`."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
        self._data = data
        if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > LARGEST_UNPACKED:
            raise TooLarge(f"{len(members)} parts, {sum(m.file_size for m in members):,} bytes")
        if any(m.flag_bits & 1 for m in members):
            raise Encrypted
        if any(m.compress_type not in _PLAIN for m in members):
            raise Unsafe("compression")
        self._members = {m.filename.lstrip("/").lower(): m for m in members}
        self._kept: dict[str, bytes] = {}
        self._relations: dict[str, tuple[Relation, ...]] = {}
        if len(self._members) != len(members):
            raise Unsafe("two parts of one name")

    @property
    def names(self) -> list[str]:
        """The parts, without a leading slash, in the order of the package."""
        return [m.filename.lstrip("/") for m in self._members.values()]

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._members

    def read(self, part: str) -> bytes:
        """A part whole, its size and checksum verified; no text part has a document type.

        Raises KeyError when there is none.
        """
        member = self._members[part.lower()]
        if member.file_size > LARGEST_PART:
            raise TooLarge(f"{part}: {member.file_size:,} bytes")
        data = self._kept.get(member.filename)
        if data is None:
            data = self._unpack(member)
            if not member.filename.endswith(".bin"):
                refuse_unsafe(data)
            if len(data) <= _SMALL:
                self._kept[member.filename] = data
        return data

    def _unpack(self, member: zipfile.ZipInfo) -> bytes:
        """What `zipfile.ZipFile.read` gives, in a fifth of its time for the small parts of controls."""
        start = member.header_offset
        if self._data[start : start + 4] != b"PK\x03\x04" or len(self._data) < start + 30:
            raise zipfile.BadZipFile(f"{member.filename}: no local header")
        name, extra = _LENGTHS.unpack_from(self._data, start + 26)
        start += 30 + name + extra
        packed = self._data[start : start + member.compress_size]
        data = packed
        if member.compress_type == zipfile.ZIP_DEFLATED:
            small = len(packed) <= _HARMLESS and member.file_size <= _KEPT
            unpacked = _unpacked if small else deflate.unpacked
            data = unpacked(packed, member.file_size)
        if len(data) != member.file_size or deflate.crc32(data) != member.CRC:
            raise zipfile.BadZipFile(f"{member.filename}: size or checksum")
        return data

    def xml(self, part: str) -> Any:
        """A part as an element tree."""
        return parse(self.read(part))

    def verify(self) -> None:
        """See that all parts which a reader may open hold what they declare, and no document type.

        A member that declares a few bytes and unpacks to gigabytes is caught here, as Python reads no more
        of it than it declares.
        """
        for name, member in self._members.items():
            read = name.endswith((".xml", ".rels", ".bin", ".vml")) and not name.startswith(_UNREAD)
            if read and member.compress_size > _HARMLESS:
                self.read(name)

    @functools.cached_property
    def workbook(self) -> str:
        """The name of the workbook part."""
        found = (r.target for r in self.relations("") if r.kind == "officeDocument")
        return next(found, "xl/workbook.xml")

    def relations(self, part: str) -> tuple[Relation, ...]:
        """What a part refers to ("" for the package itself); nothing when it has no relations."""
        found = self._relations.get(part)
        if found is None:
            folder, _, base = part.rpartition("/")
            rels = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
            found = self._relations[part] = _relations(self.read(rels), folder) if rels in self else ()
        return found

    def sheets(self) -> tuple[SheetEntry, ...]:
        """The sheets of an .xlsx or .xlsm, in the book's order."""
        return _sheets(self.read(self.workbook), self.relations(self.workbook))


@known
def _relations(data: bytes, folder: str) -> tuple[Relation, ...]:
    """What a part of that folder refers to."""
    found = []
    for relation in parse(data):
        kind, target = relation.get("Type", "").rpartition("/")[2], relation.get("Target", "")
        if relation.get("TargetMode") != "External":
            target = posixpath.join("/", folder, target)
            target = (posixpath.normpath(target) if "/." in target else target).lstrip("/")
        found.append(Relation(relation.get("Id", ""), kind, target))
    return tuple(found)


@known
def _sheets(data: bytes, relations: tuple[Relation, ...]) -> tuple[SheetEntry, ...]:
    targets = {relation.ident: relation.target for relation in relations}
    found = []
    for sheet in parse(data).iter("{*}sheet"):
        ident = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
        visible = sheet.get("state", "visible") == "visible"
        found.append(SheetEntry(sheet.get("name", ""), visible, targets.get(ident, "")))
    return tuple(found)


_TYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def refuse_unsafe(data: bytes) -> None:
    """Raises `Unsafe` for a document type, and for encodings in which one could hide."""
    if b"\0" in data[:64]:
        raise Unsafe("encoding")
    if b"!" in data and b"<!" in data and _TYPE.search(data):  # a lone letter is found ten times as fast
        raise Unsafe("DOCTYPE")


def parse(data: bytes, *, recover: bool = False) -> Any:
    """XML as an element tree; nothing is resolved, loaded or expanded. ``recover``: mend what is unclosed."""
    from lxml import etree

    return etree.fromstring(data, _parser(recover))


@functools.cache
def _parser(recover: bool) -> Any:
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=recover
    )
