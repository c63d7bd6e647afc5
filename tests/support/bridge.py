"""The add-in's real server on lines of JSON: ``[name, values]`` in, ``[errors, value]`` out."""

from __future__ import annotations

import json
import sys
from typing import Any

from tests.support import com


def main() -> None:
    """Answer every line until the input ends."""
    com.install()
    from udfs.server import Bridge

    bridge = Bridge()
    for line in sys.stdin:
        name, values = json.loads(line)
        print(json.dumps(bridge.Udf(name, tuple(map(_tuples, values)))), flush=True)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


if __name__ == "__main__":
    main()
