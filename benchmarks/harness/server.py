"""The small internet in a process of its own, which tells what it was asked.

`python -m benchmarks.harness.server http|https LATENCY`: with `http` no host speaks https, LATENCY is how many seconds
every answer takes on its way. It writes one JSON object a line: first the environment that leads to it, then for each
line that it reads what was asked since the last.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter

from tests.internet import Failure, Internet


def main() -> None:
    """Serve until the standard input ends."""
    scheme, latency = sys.argv[1:]
    with Internet(latency=float(latency)) as internet:
        if scheme == "http":
            internet.fault("https://*", Failure.TLS)
        print(json.dumps(internet.environ()), flush=True)
        used = time.process_time()
        for _ in sys.stdin:
            asked, used_before, used = internet.requests, used, time.process_time()
            internet.forget()
            seen = {
                "urls": Counter(request.url for request in asked),
                "began": time.time() - time.monotonic() + asked[0].time if asked else 0.0,
                "seconds": asked[-1].time - asked[0].time + internet.latency if asked else 0.0,
                "busy": used - used_before,
            }
            print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    main()
