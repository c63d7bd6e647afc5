"""Import this to have loaded all that reading needs: what the server of a run's processes does first."""

from evalxl import reader  # noqa: F401
from evalxl.rules import registry

registry.load()
