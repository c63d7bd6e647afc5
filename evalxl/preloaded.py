"""Import this to have loaded all that reading needs: what the server of a run's processes does first."""

import gc

from evalxl import reader  # noqa: F401
from evalxl.rules import registry, t_text
from workbook import form, labels, marks, package, read  # noqa: F401

registry.load()
t_text.lost_characters()
package.parse(b"<any/>")  # loads its library
for ident in form.ids():
    labels.vocabulary(form.get(ident))
gc.freeze()  # all of this stays: no process has to look at it again
