"""The build of evalxl.xlam, on any system, from text: the same bytes each time.

`vba` and `texts` say what goes in, `package` makes the parts of the file, `readback` takes a built one apart.
"""

from udfs.addin.package import build
from udfs.addin.readback import Contents, DiffersError, contents, verify

__all__ = ["Contents", "DiffersError", "build", "contents", "verify"]
