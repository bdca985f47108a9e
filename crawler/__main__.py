"""`notemend …`: `scrapy …` with this project's commands and settings, in any working directory."""

import gc
import os
import sys

from crawler.commands import without_scrapy


def main() -> None:
    """Run the command of the arguments and exit with its code; SCRAPY_SETTINGS_MODULE replaces our settings."""
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    code = without_scrapy.run(sys.argv[1:])
    if code is not None:
        sys.exit(code)
    gc.disable()  # imports create no garbage; scanning for it takes 10 % of their time
    from scrapy.cmdline import execute

    gc.freeze()
    gc.enable()
    execute(["notemend", *sys.argv[1:]])


if __name__ == "__main__":
    main()
