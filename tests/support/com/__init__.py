"""Windows' COM on any system: a stub of pywin32 whose Excel is pyOpenVBA's, in memory.

Under it xlwings' own Windows code runs unchanged: ``_xlwindows`` objects, ``com_server``, ``udfs.call_udf``.
What the stub does not know raises `NotImplementedError`; it never answers at a venture.

    from tests.support import com
    excel = com.Excel()                        # an instance of Excel; several may run
    book = excel.open("電算.xlsx")              # as xlwings sees it: xlwings.Book
    with excel.counting() as calls: …          # calls.total, calls.by_name
    excel.module("Sub Hello() …")              # VBA, run by excel.run("Hello") or Application.Run
    excel.serve("evalxl.Server", server)       # what CreateObject("evalxl.Server") gives in that VBA

The first import of `xlwings` in the process must be the stub's: `install` sees to that.
"""

from tests.support.com.dispatch import Calls, com_error
from tests.support.com.excel import Excel, desktop
from tests.support.com.modules import install

__all__ = ["Calls", "Excel", "com_error", "desktop", "install"]
