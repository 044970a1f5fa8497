"""Run the benchmarks that are named, or all: `python -m benchmarks [NAME …]`.

The exit code is 0 when every bound is kept, 1 when one is missed, 2 for a name that is none. With
JSON=1 in the environment the last line is a JSON object.
"""

from __future__ import annotations

import os
import sys

from benchmarks import admin, calls, floor, viewers, waiting, wire
from benchmarks.report import Reach, as_json, table

BENCHMARKS = {
    "floor": floor.run,
    "wire": wire.run,
    "calls": calls.run,
    "waiting": waiting.run,
    "viewers": viewers.run,
    "admin": admin.run,
}


def main(names: list[str]) -> int:
    """Measure, print, and say whether the bounds were kept."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        known = ", ".join(BENCHMARKS)
        print(f"no benchmark is called {', '.join(unknown)}; there are {known}", file=sys.stderr)
        return 2
    reach: list[Reach] = []
    for name in names or BENCHMARKS:
        print(f"-- {name}", flush=True)
        reach += BENCHMARKS[name]()
    print(f"\n{table(reach)}")
    if os.environ.get("JSON") == "1":
        print(as_json(reach))
    return 0 if all(one.ok for one in reach) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
