"""``python -m designer``: the designer without the command line around it."""

import sys

from designer.app import main

if __name__ == "__main__":
    sys.exit(main())
