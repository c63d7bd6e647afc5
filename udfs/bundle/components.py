"""What an offline folder is made of: each wheel with version, licence and hash, read from the wheel."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

COMPATIBLE = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "HPND", "ISC", "LLVM-exception", "MIT"}
    | {"MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib"}
)
"""The licences, by their SPDX names, whose packages may be handed out with this program, which is MIT."""

# As older packages write it, in their words.
_WORDS = (
    (r"dual license", "Apache-2.0 OR BSD-3-Clause"),  # python-dateutil
    (r"apache", "Apache-2.0"),
    (r"bsd[- ]2|2-clause", "BSD-2-Clause"),
    (r"bsd", "BSD-3-Clause"),
    (r"mpl|mozilla", "MPL-2.0"),
    (r"\bpsf\b|python software foundation", "PSF-2.0"),
    (r"\bisc\b", "ISC"),
    (r"\bmit\b", "MIT"),
    (r"zlib", "Zlib"),
)
NOTES = {
    "xlwings": "xlwings/pro は別のライセンス（PolyForm Noncommercial）です。evalxl は使いません。",
}
"""What the IT section should know of a package beyond its licence."""


class Component(NamedTuple):
    """One wheel."""

    name: str
    version: str
    licence: str
    """In SPDX's names; '' where the package tells none that is known."""
    homepage: str
    file: str
    sha256: str
    texts: dict[str, bytes]
    """The licence's own texts, by their paths."""


def read(wheel: Path) -> Component:
    """A wheel's component."""
    data = wheel.read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        head = next(name for name in names if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        told = Parser().parsestr(archive.read(head).decode("utf-8"))
        inside = head.removesuffix("METADATA")
        texts = {
            n.removeprefix(inside).removeprefix("licenses/"): archive.read(n)
            for n in names
            if n.startswith(inside) and _is_text(n)
        }
    return Component(
        str(told["Name"]),
        str(told["Version"]),
        licence(told),
        _homepage(told),
        wheel.name,
        hashlib.sha256(data).hexdigest(),
        texts,
    )


def _is_text(name: str) -> bool:
    return not name.endswith("/") and bool(
        re.match(r"(?i)(licen[cs]e|copying|notice|authors)", PurePosixPath(name).name)
    )


def licence(told: Message) -> str:
    """The licence of a package in SPDX's names, by its metadata of today or of old."""
    if expression := told["License-Expression"]:
        return str(expression)
    classified = [c for c in told.get_all("Classifier", []) if c.startswith("License ::")]
    short = str(told["License"] or "").strip().split("\n")[0]
    for words in (short, " ".join(classified)):
        for pattern, name in _WORDS:
            if re.search(pattern, words, re.IGNORECASE):
                return name
    return ""


def compatible(licence: str) -> bool:
    """Whether each licence that an expression names may be handed out with this program."""
    names = set(re.findall(r"[\w.+-]+", licence)) - {"AND", "OR", "WITH"}
    return bool(names) and names <= COMPATIBLE


def _homepage(told: Message) -> str:
    urls = dict(url.split(", ", 1) for url in told.get_all("Project-URL", []) if ", " in url)
    known = {name.lower(): url for name, url in urls.items()}
    for name in ("homepage", "source", "repository", "source code", "github"):
        if name in known:
            return known[name]
    return str(told["Home-page"] or "")


HEADER = ("名前", "版", "ライセンス", "ファイル", "SHA-256", "配布元", "備考")


def as_csv(components: list[Component]) -> bytes:
    """The list for Excel: UTF-8 with its mark, one row a wheel."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    for one in components:
        note = NOTES.get(one.name.lower(), "")
        writer.writerow([one.name, one.version, one.licence, one.file, one.sha256, one.homepage, note])
    return out.getvalue().encode("utf-8-sig")


def as_text(components: list[Component]) -> str:
    """The list for people: each package once, with its licence."""
    seen = {(one.name, one.version): one for one in components}
    lines = []
    for one in seen.values():
        lines.append(f"{one.name} {one.version}  {one.licence or '?'}  {one.homepage}".rstrip())
        if note := NOTES.get(one.name.lower()):
            lines.append(f"    {note}")
    return "\n".join(lines)


def as_sbom(components: list[Component], version: str) -> dict[str, Any]:
    """The list for machines: CycloneDX 1.5."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "evalxl", "version": version}},
        "components": [
            {
                "type": "library",
                "bom-ref": one.file,
                "name": one.name,
                "version": one.version,
                "purl": f"pkg:pypi/{re.sub('[-_.]+', '-', one.name).lower()}@{one.version}",
                "hashes": [{"alg": "SHA-256", "content": one.sha256}],
                "licenses": [{"expression": one.licence}] if one.licence else [],
            }
            for one in components
        ],
    }
