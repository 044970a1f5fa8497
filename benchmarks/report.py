"""What a benchmark was to reach, as a table for people and a line of JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Reach:
    """One measured figure beside its bound."""

    name: str
    value: float
    unit: str
    bound: float
    better: Literal["higher", "lower"]

    @property
    def ok(self) -> bool:
        """Is the bound kept?"""
        if self.better == "higher":
            return self.value >= self.bound
        return self.value <= self.bound


def table(reach: Sequence[Reach]) -> str:
    """A line for each figure; those that missed their bound say so."""
    wide = max((len(one.name) for one in reach), default=0)
    lines = [f"{'figure':<{wide}} {'value':>12} {'bound':>12}  unit"]
    for one in reach:
        limit = f"{'≥' if one.better == 'higher' else '≤'} {one.bound:g}"
        missed = "" if one.ok else "   MISSED"
        lines.append(f"{one.name:<{wide}} {one.value:>12.2f} {limit:>12}  {one.unit}{missed}")
    return "\n".join(lines)


def as_json(reach: Sequence[Reach]) -> str:
    """One object on one line, with the list `reach`."""
    rows = [asdict(one) | {"value": round(one.value, 2), "ok": one.ok} for one in reach]
    return json.dumps({"reach": rows}, ensure_ascii=False)
