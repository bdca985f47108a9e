"""`notemend …`: `scrapy …` with this project's commands and settings, from whatever folder one is in."""

import gc
import os
import sys

from crawler.commands import without_scrapy


def main() -> None:
    """Run the command that the arguments name, and exit as it does; settings of one's own stand above ours."""
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    code = without_scrapy.run(sys.argv[1:])
    if code is not None:
        sys.exit(code)
    gc.disable()  # nothing that is imported is garbage; to look for some takes a tenth of the time
    from scrapy.cmdline import execute

    gc.freeze()
    gc.enable()
    execute(["notemend", *sys.argv[1:]])


if __name__ == "__main__":
    main()
