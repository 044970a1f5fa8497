"""`make fuzz`: many inputs against AMI, FastAGI and site files.

make fuzz                        a million inputs, some minutes
make fuzz N=20000 SEED=7         fewer, of another seed
make fuzz ONLY=ami               one of ami, fastagi, site
make fuzz INPUT=FILE ONLY=ami    one input that was kept
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
import traceback
from pathlib import Path

from tests.fuzz import ami, fastagi, site
from tests.fuzz.cases import Broken, Case, Look, keep, kept, nothing_lost, number, smallest

FUZZERS = {"ami": ami.FUZZER, "fastagi": fastagi.FUZZER, "site": site.FUZZER}
SHARES = {"ami": 0.425, "fastagi": 0.425, "site": 0.15}
"""Site files cost the most, and YAML's own code most of that."""

FOLDER = Path(os.environ.get("HOTSEAT_STATE", ".hotseat")) / "fuzz"
TOGETHER = 500
"""So many cases share one look for errors that were forgotten."""

TELL_SECONDS = 10.0
MEMORY_MB = 400
"""More than the process takes after the first few thousand inputs, and after the last."""


def main() -> int:
    """Exit code 1 at the first input that breaks something."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("-n", type=int, default=1_000_000, help="inputs in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--only", choices=sorted(FUZZERS))
    parser.add_argument("--input", type=Path, help="one input that was kept")
    said = parser.parse_args()
    if said.input and not said.only:
        parser.error("--input needs --only: what is the input for?")
    with nothing_lost() as look:
        if said.input:
            return _report(said.only, said.input, _outcome(said.only, kept(said.input), look))
        for name in [said.only] if said.only else FUZZERS:
            count = said.n if said.only else round(said.n * SHARES[name])
            if not _run(name, said.seed, said.first, count, look):
                return 1
    return 0


def _run(name: str, seed: int, first: int, count: int, look: Look) -> bool:
    began = told = time.monotonic()
    for at in range(first, first + count):
        trouble = _trouble(name, seed, at, look)
        if (at - first + 1) % TOGETHER == 0 or at == first + count - 1:
            trouble = trouble or _forgotten(name, seed, range(max(first, at - TOGETHER), at), look)
        if trouble:
            return False
        now = time.monotonic()
        if now - told > TELL_SECONDS:
            told, done = now, at - first + 1
            print(f"{name}: {done:,} of {count:,}, {done / (now - began):,.0f}/s", flush=True)
    seconds = time.monotonic() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{name}: {count:,} inputs of seed {seed} in {seconds:,.0f} s, {count / seconds:,.0f}/s,"
        f" nothing broke; at most {memory} MB",
        flush=True,
    )
    if memory > MEMORY_MB:
        print(f"{name}: that is more than {MEMORY_MB} MB: something grows")
    return memory <= MEMORY_MB


def _forgotten(name: str, seed: int, last: range, look: Look) -> bool:
    """Whether one of the last cases left an error behind; which one takes a second look."""
    try:
        look(forgotten=True)
    except Broken:
        return any(_trouble(name, seed, at, look, forgotten=True) for at in last)
    return False


def _trouble(name: str, seed: int, at: int, look: Look, *, forgotten: bool = False) -> bool:
    """Whether this input breaks it; then it is kept and reported."""
    case = FUZZERS[name].make(number(name, seed, at))
    trouble = _outcome(name, case, look, forgotten=forgotten)
    if trouble:
        print(f"{name}: input {at} of seed {seed} breaks it: {trouble}", flush=True)
        _keep_small(name, case, trouble, FOLDER / f"{name}-{seed}-{at}.txt", look)
        print(f"as it was made: make fuzz ONLY={name} SEED={seed} FIRST={at} N=1")
    return bool(trouble)


def _keep_small(name: str, case: Case, trouble: str, path: Path, look: Look) -> None:
    def breaks(smaller: Case) -> bool:
        return _outcome(name, smaller, look) == trouble

    keep(smallest(case, breaks) if FUZZERS[name].shrinks(case) else case, path)
    _report(name, path, _outcome(name, kept(path), look, whole=True))


def _outcome(
    name: str, case: Case, look: Look, *, whole: bool = False, forgotten: bool = True
) -> str:
    """What went wrong, in a line that is the same for the same fault; "" if nothing did."""
    try:
        FUZZERS[name].check(case)
        look(forgotten=forgotten)
    except Broken as broken:
        return str(broken) if whole else str(broken).strip().splitlines()[0]
    except Exception as error:
        if whole:
            return traceback.format_exc()
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} in {last.name}, line {last.lineno}"
    return ""


def _report(name: str, path: Path, trouble: str) -> int:
    print(f"{trouble or 'nothing is wrong with it'}\n{path}")
    if trouble:
        print(f"again: make fuzz ONLY={name} INPUT={path}")
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
