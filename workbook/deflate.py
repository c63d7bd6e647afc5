"""Deflate, as zip packages use it: by zlib-ng, in half of zlib's time.

Both unpack to the same bytes. (ISA-L is quicker still, but what ran after it became slower by as much.)
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from zlib_ng import zlib_ng as quick

crc32 = quick.crc32
LEVEL = 2
"""The quickest that packs as well as Excel does."""


def unpacked(data: bytes, size: int) -> bytes:
    """The contents of a zip's member; no more than one byte beyond the size that it declares.

    >>> unpacked(b"K\\xc4\\x03\\x00", 3), unpacked(b"K\\xc4\\x03\\x00", 9)
    (b'aaaa', b'aaaaaaaaaa')
    """
    found: bytes = quick.decompressobj(-15).decompress(data, size + 1)
    return found


@contextmanager
def packing_quickly() -> Iterator[None]:
    """Have `zipfile` pack so in this block, which has no way to be told of a library.

    What other threads unpack in the meantime comes out the same.
    """
    kept = {name: value for name, value in vars(zipfile).items() if name in ("zlib", "crc32")}
    vars(zipfile).update(zlib=quick, crc32=crc32)
    try:
        yield
    finally:
        vars(zipfile).update(kept)
