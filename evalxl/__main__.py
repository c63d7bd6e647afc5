"""Where the program begins: ``evalxl``, and ``python -m evalxl``.

Each process that a run starts imports this module once more, so that it stays as small as it can be.
"""

import gc
import signal
import sys

from evalxl import interruption


def main() -> int:
    """Run the command line and give the exit code."""
    try:
        code = _run()
    except KeyboardInterrupt:  # before the command line was there to tell of it, or once more while it did
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is at its end: one more changes nothing
        code = interruption.told(sys.argv[1:])
    if code == interruption.CODE:
        interruption.leave()
    return code


def _run() -> int:
    from evalxl import processes

    # First of all: what the server loads takes as long as what we do.
    processes.ahead_of(sys.argv[1:])
    with interruption.put_off():  # Python words one within a class otherwise
        from evalxl.cli import main as run

    code = run()
    gc.freeze()  # or Python would look through all that is left for cycles, before it throws it away
    return code


if __name__ == "__main__":
    sys.exit(main())
