"""``python -m evalxl``: the command line without its installed script."""

import sys

from evalxl.cli import main

if __name__ == "__main__":
    sys.exit(main())
