"""`notemend …`: the program's own command line, in any working directory."""

import gc
import os
import sys


def main() -> None:
    """Run the command of the arguments and exit with its code; SCRAPY_SETTINGS_MODULE replaces our settings."""
    gc.disable()  # imports create no garbage; scanning for it takes up to a fifth of their time
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    from crawler.program.main import run

    code = run(sys.argv[1:])
    gc.freeze()  # the interpreter scans all objects several times when it ends
    sys.exit(code)


if __name__ == "__main__":
    main()
