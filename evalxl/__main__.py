"""Where the program begins: ``evalxl``, and ``python -m evalxl``.

Each process that a run starts imports this module once more, so that it stays as small as it can be.
"""

import gc
import sys


def main() -> int:
    """Run the command line and give the exit code."""
    from evalxl import processes

    # First of all: what the server loads takes as long as what we do.
    processes.ahead_of(sys.argv[1:])
    from evalxl.cli import main as run

    code = run()
    gc.freeze()  # or Python would look through all that is left for cycles, before it throws it away
    return code


if __name__ == "__main__":
    sys.exit(main())
