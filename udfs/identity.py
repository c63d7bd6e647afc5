"""By what names Windows and Excel know the add-in. They never change: installed add-ins look for them."""

from __future__ import annotations

FILE = "evalxl.xlam"
"""The add-in's file."""
PROGID = "evalxl.Bridge"
"""What the add-in's VBA asks for with `CreateObject`."""
CLSID = "{74CEB79C-25CC-43D7-BC61-61568BA78B3A}"
"""The COM class that Windows starts for it, of the user alone."""
SERVER = "udfs.server"
"""The module that serves that class: ``python -m udfs.server``."""
CATEGORY = "事務事業評価"
"""Under which Excel's function wizard lists the functions."""
