"""Which program this is: its version, and a fingerprint of its code and forms."""

from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

PACKAGES = ("evalxl", "workbook")
"""What decides the results; `udfs` only calls it."""
READER = "python-calamine"


@functools.cache
def fingerprint() -> str:
    """The same for two installations that give the same results: code, forms and the value reader agree."""
    from importlib import metadata, resources  # not before they are needed: they take a while

    digest = hashlib.sha256(metadata.version(READER).encode())
    for package in PACKAGES:
        _add(digest, resources.files(package), package)
    return digest.hexdigest()


def _add(digest: hashlib._Hash, folder: Traversable, name: str) -> None:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            _add(digest, item, f"{name}/{item.name}")
        elif item.name.endswith((".py", ".toml", ".json")):
            digest.update(f"{name}/{item.name}\0".encode())
            digest.update(item.read_bytes().replace(b"\r\n", b"\n"))


def description() -> dict[str, str]:
    """Version, Python and fingerprint, as machines that work together compare them."""
    import platform
    from importlib import metadata

    return {
        "evalxl": metadata.version("evalxl"),
        "python": ".".join(platform.python_version_tuple()[:2]),
        "fingerprint": fingerprint(),
    }
