"""The parts of a workbook file. A part that nobody changed keeps its bytes, packed as they were."""

from __future__ import annotations

import copy
import io
import posixpath
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from workbook import atomic
from workbook.errors import Unchangeable
from workbook.parts.xml import STRICT_MAIN, Tree, drop, namespace, office

_LARGEST = 256 * 2**20
_MOST_MEMBERS = 5000
_TYPES = "[Content_Types].xml"
_TYPES_NS = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS_NS = "http://schemas.openxmlformats.org/package/2006/relationships"
_EMPTY_RELATIONS = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{_RELATIONS_NS}"/>'
).encode()
_LOCAL_HEADER = 30


class Package:
    """A workbook file in memory. Names of parts are given without a leading slash.

    Raises `Unchangeable` for what is no such file, is signed, or is too large to be opened safely.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except zipfile.BadZipFile as error:
            raise Unchangeable("not_xlsx", str(error)) from None
        members = self._zip.infolist()
        if len(members) > _MOST_MEMBERS or sum(m.file_size for m in members) > _LARGEST:
            raise Unchangeable("too_large", f"{len(members)} parts")
        self._data = data
        self._members = {_tidy(member.filename): member for member in members}
        self._names = {name.lower(): name for name in self._members}
        self._trees: dict[str, Tree] = {}
        self._changed: set[str] = set()
        self._bytes: dict[str, bytes] = {}
        self._removed: set[str] = set()
        if any(name.startswith("_xmlsignatures/") for name in self._names):
            raise Unchangeable("signed")
        self.workbook = self._workbook_part()

    # -- parts --

    def names(self) -> list[str]:
        """All parts as they are now."""
        return [n for n in [*self._members, *(n for n in self._bytes if n not in self._members)]
                if n not in self._removed]  # fmt: skip

    def __contains__(self, name: str) -> bool:
        return self._known(name) in (self._members.keys() | self._bytes.keys()) - self._removed

    def read(self, name: str) -> bytes:
        """The bytes of a part as it is now. KeyError when there is none."""
        name = self._known(name)
        if name in self._changed:
            return self._trees[name].to_bytes()
        if name in self._bytes:
            return self._bytes[name]
        if name in self._removed:
            raise KeyError(name)
        try:
            return self._zip.read(self._members[name])
        except (zipfile.BadZipFile, RuntimeError, EOFError, zlib.error) as error:
            raise Unchangeable("broken", f"{name}: {error}") from None

    def tree(self, name: str) -> etree._Element:
        """The root element of a part, to look at."""
        name = self._known(name)
        if name not in self._trees:
            self._trees[name] = Tree(self.read(name))
        return self._trees[name].root

    def change(self, name: str) -> etree._Element:
        """The root element of a part that is about to be changed in place."""
        root = self.tree(name)
        self._changed.add(self._known(name))
        return root

    def write(self, name: str, data: bytes) -> None:
        """Give a part, new or not, other bytes."""
        name = self._known(name)
        self._trees.pop(name, None)
        self._changed.discard(name)
        self._removed.discard(name)
        self._bytes[name] = data

    def add(self, name: str, data: bytes, content_type: str) -> None:
        """A new part with its content type."""
        self.write(name, data)
        override = etree.SubElement(self.change(_TYPES), f"{{{_TYPES_NS}}}Override")
        override.set("PartName", f"/{name}")
        override.set("ContentType", content_type)

    def remove(self, name: str) -> None:
        """Take a part out, with its content type and its own relations."""
        name = self._known(name)
        for gone in (name, self._known(relations_part(name))):
            self._trees.pop(gone, None)
            self._changed.discard(gone)
            self._bytes.pop(gone, None)
            self._removed.add(gone)
        for override in list(self.tree(_TYPES)):
            if _tidy(override.get("PartName", "")).lower() == name.lower():
                self.change(_TYPES)
                drop(override)

    def free_name(self, pattern: str) -> str:
        """The first name of ``xl/comments{}.xml`` and the like that is not taken."""
        taken = {name.lower() for name in self.names()}
        number = 1
        while pattern.format(number).lower() in taken:
            number += 1
        return pattern.format(number)

    def default_type(self, extension: str, content_type: str) -> None:
        """Make sure that parts of an extension have a content type."""
        types = self.tree(_TYPES)
        tag = f"{{{_TYPES_NS}}}Default"
        if any(d.get("Extension", "").lower() == extension for d in types.iter(tag)):
            return
        default = etree.Element(tag, {"Extension": extension, "ContentType": content_type})
        last = max((i for i, e in enumerate(types) if e.tag == tag), default=-1)
        self.change(_TYPES).insert(last + 1, default)

    def drop_default_type(self, extension: str) -> None:
        """Forget an extension that no part has any more."""
        if any(name.lower().endswith(f".{extension}") for name in self.names()):
            return
        for default in list(self.tree(_TYPES).iter(f"{{{_TYPES_NS}}}Default")):
            if default.get("Extension", "").lower() == extension:
                self.change(_TYPES)
                drop(default)

    # -- relations --

    def relations(self, part: str) -> list[tuple[str, str, str]]:
        """Id, kind (the last word of its type) and target part of what a part relates to."""
        name = relations_part(part)
        if name not in self:
            return []
        return [
            (r.get("Id", ""), r.get("Type", "").rpartition("/")[2], _target(part, r.get("Target", "")))
            for r in self.tree(name)
            if r.get("TargetMode") != "External"
        ]

    def related(self, part: str, kind: str) -> str | None:
        """The first part of a kind that a part relates to."""
        return next((target for _, k, target in self.relations(part) if k == kind), None)

    def relate(self, part: str, kind: str, target: str) -> str:
        """A new relation between two parts; gives its id."""
        name = relations_part(part)
        if name not in self:
            self.write(name, _EMPTY_RELATIONS)
        root = self.change(name)
        taken = {r.get("Id", "").lower() for r in root}
        number = 1
        while f"rid{number}" in taken:
            number += 1
        relation = etree.SubElement(root, f"{{{_RELATIONS_NS}}}Relationship")
        relation.set("Id", f"rId{number}")
        relation.set("Type", f"{office(self._main)}/{kind}")
        relation.set("Target", posixpath.relpath(target, posixpath.dirname(part)))
        return f"rId{number}"

    def unrelate(self, part: str, target: str) -> list[str]:
        """Take the relations to a part away; gives their ids. The last one takes the list with it."""
        name = relations_part(part)
        gone = [ident for ident, _, t in self.relations(part) if t.lower() == target.lower()]
        if gone:
            root = self.change(name)
            for relation in list(root):
                if relation.get("Id") in gone:
                    drop(relation)
            if not len(root):
                self.remove(name)
        return gone

    # -- writing --

    def save(self, path: Path | str) -> None:
        """Write the file, whole or not at all."""
        with atomic.replacing(path) as temporary:
            temporary.write_bytes(self.to_bytes())

    def to_bytes(self) -> bytes:
        """The file: members in their order, unchanged ones as they were packed, new ones at the end."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for name, member in self._members.items():
                if name in self._removed:
                    continue
                if name in self._changed or name in self._bytes:
                    self._pack(target, member.filename, self.read(name), member)
                else:
                    _copy(io.BytesIO(self._data), member, target, out)
            for name in self._bytes:
                if name not in self._members and name not in self._removed:
                    self._pack(target, name, self.read(name), None)
            target.comment = self._zip.comment
        return out.getvalue()

    @staticmethod
    def _pack(target: zipfile.ZipFile, name: str, data: bytes, like: zipfile.ZipInfo | None) -> None:
        info = zipfile.ZipInfo(name, like.date_time if like else (1980, 1, 1, 0, 0, 0))
        stored = like is not None and like.compress_type == zipfile.ZIP_STORED
        info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        if like:
            info.external_attr, info.create_system = like.external_attr, like.create_system
        target.writestr(info, data)

    # -- inside --

    def _known(self, name: str) -> str:
        """The name as the file spells it: names of parts do not tell capitals apart."""
        return self._names.get(name.lower(), name)

    def _workbook_part(self) -> str:
        self._main = ""
        if _TYPES not in self or "_rels/.rels" not in self:
            raise Unchangeable("not_xlsx")
        name = self.related("", "officeDocument")
        if name is None or name not in self or not name.lower().endswith(".xml"):
            raise Unchangeable("not_xlsx", name or "")
        if any(kind == "origin" for _, kind, _ in self.relations("")):
            raise Unchangeable("signed")
        self._main = namespace(self.tree(name))
        return name

    @property
    def strict(self) -> bool:
        """Whether the file is of the Strict kind."""
        return self._main == STRICT_MAIN


def relations_part(part: str) -> str:
    """The part that lists what a part relates to; of "" that of the package."""
    folder, base = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{base}.rels")


def _tidy(name: str) -> str:
    return name.replace("\\", "/").lstrip("/")


def _target(part: str, target: str) -> str:
    if target.startswith("/"):
        return posixpath.normpath(target.lstrip("/"))
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target.replace("\\", "/")))


def _copy(source: BinaryIO, member: zipfile.ZipInfo, target: zipfile.ZipFile, out: BinaryIO) -> None:
    """Carry a member over without unpacking it."""
    source.seek(member.header_offset)
    name_length, extra_length = struct.unpack("<HH", source.read(_LOCAL_HEADER)[26:30])
    source.seek(name_length + extra_length, io.SEEK_CUR)
    info = copy.copy(member)
    info.flag_bits &= ~0x08  # the sizes stand before the data, not behind it
    open_target: Any = target  # zipfile has no public way to add what is packed already
    info.header_offset = open_target.start_dir
    out.seek(open_target.start_dir)
    out.write(info.FileHeader(zip64=None))
    out.write(source.read(member.compress_size))
    open_target.start_dir = out.tell()
    open_target.filelist.append(info)
    open_target.NameToInfo[info.filename] = info
    open_target._didModify = True
