"""A menu drawn: its steps in layers from the first one down, its ways as lines between them.

Layers by the longest way from the start (loops left out), order within a layer by the mean place
of the neighbours: the usual layered drawing after Sugiyama, Tagawa and Toda (1981). Lengths are
pixels; nothing here knows what a step is, and the texts in the boxes are the template's.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, TypeAlias

Ways: TypeAlias = Mapping[str, Sequence[tuple[str, str]]]
"""Step -> (label, step it leads to); every target is a step too, each at most once."""

MOST_STEPS: Final = 150
"""More than these nobody can follow on a screen."""

BOX, LEAST, GAP, BETWEEN, MARGIN, LANE = 54, 168, 26, 84, 34, 14
"""Height and least width of a box, room beside and below it, margin, room of a way back."""
SWEEPS: Final = 6


@dataclass(frozen=True, slots=True)
class Box:
    """One step."""

    name: str
    x: int
    y: int
    width: int
    height: int = BOX


@dataclass(frozen=True, slots=True)
class Line:
    """One way from a step to another."""

    source: str
    target: str
    path: str
    """As the `d` of SVG."""
    back: bool
    """Leads to a step that was passed before."""
    label: str
    x: int
    y: int
    """Middle of the label."""
    width: int
    """Of the label."""


@dataclass(frozen=True, slots=True)
class Picture:
    """All of it."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def drawn(start: str, ways: Ways) -> Picture:
    """The picture of all steps that `start` leads to."""
    order, back = _walk(start, ways)
    layer = _layers(order, ways, back)
    return _Drawing(order, ways, back, layer).picture()


def text_width(text: str) -> int:
    """About so many pixels at 12 px; a Chinese character is as wide as it is high."""
    return round(sum(12.5 if unicodedata.east_asian_width(c) in "WF" else 7.0 for c in text))


def fitting(text: str, width: int) -> str:
    """The text, cut with … where it would be wider."""
    if text_width(text) <= width:
        return text
    while text and text_width(text) + 8 > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _walk(start: str, ways: Ways) -> tuple[list[str], set[tuple[str, str]]]:
    """The steps with each before those that it leads to, and the ways that lead back."""
    seen, on_the_way = {start}, {start}
    back: set[tuple[str, str]] = set()
    left: list[str] = []
    walk = [(start, iter(ways[start]))]
    while walk:
        name, ahead = walk[-1]
        step = next(ahead, None)
        if step is None:
            walk.pop()
            on_the_way.remove(name)
            left.append(name)
        elif step[1] in on_the_way:
            back.add((name, step[1]))
        elif step[1] not in seen:
            seen.add(step[1])
            on_the_way.add(step[1])
            walk.append((step[1], iter(ways[step[1]])))
    return left[::-1], back


def _layers(order: Sequence[str], ways: Ways, back: set[tuple[str, str]]) -> dict[str, int]:
    layer = dict.fromkeys(order, 0)
    for name in order:
        for _label, target in ways[name]:
            if (name, target) not in back:
                layer[target] = max(layer[target], layer[name] + 1)
    return layer


@dataclass(eq=False, slots=True)
class _Spot:
    """A box in its layer, or the place where a long line passes the layer."""

    width: int
    above: list[_Spot] = field(default_factory=list)
    below: list[_Spot] = field(default_factory=list)
    x: float = 0

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


class _Drawing:
    """The work on one picture."""

    def __init__(
        self,
        order: Sequence[str],
        ways: Ways,
        back: set[tuple[str, str]],
        layer: Mapping[str, int],
    ) -> None:
        self.order, self.ways, self.back, self.layer = order, ways, back, layer
        self.rows: list[list[_Spot]] = [[] for _ in range(max(layer.values()) + 1)]
        self.spots: dict[str, _Spot] = {}
        self.passed: dict[tuple[str, str], list[_Spot]] = {}
        for name in order:
            width = sum(_room(label) for label, _target in ways[name]) + 12
            self.spots[name] = spot = _Spot(max(LEAST, width))
            self.rows[layer[name]].append(spot)
        self._join()
        for sweep in range(SWEEPS):
            self._sort(downwards=sweep % 2 == 0)
        self._place()

    def picture(self) -> Picture:
        boxes = tuple(
            Box(name, round(spot.x), self._top(name), spot.width)
            for name, spot in self.spots.items()
        )
        right = max(round(spot.x) + spot.width for row in self.rows for spot in row)
        lines: list[Line] = []
        lanes = 0
        for name in self.order:
            for label, target, port in self._ports(name):
                if (name, target) not in self.back:
                    path = self._down(name, target, port)
                elif name == target:
                    path = self._round(name, port)
                else:
                    lanes += 1
                    path = self._back(name, target, port, right + LANE * lanes, lanes)
                at = self._top(name) + BOX + 14
                back = (name, target) in self.back
                lines.append(Line(name, target, path, back, label, port, at, _room(label) - 6))
        bottom = MARGIN + len(self.rows) * (BOX + BETWEEN) - BETWEEN // 3
        return Picture(right + LANE * (lanes + 1) + GAP, bottom, boxes, tuple(lines))

    def _join(self) -> None:
        """Neighbours are one layer apart; a longer line passes a spot in each layer between."""
        for name in self.order:
            for _label, target in self.ways[name]:
                if (name, target) in self.back:
                    continue
                chain = [self.spots[name]]
                for between in range(self.layer[name] + 1, self.layer[target]):
                    chain.append(_Spot(8))
                    self.rows[between].append(chain[-1])
                chain.append(self.spots[target])
                self.passed[name, target] = chain[1:-1]
                for upper, lower in pairwise(chain):
                    upper.below.append(lower)
                    lower.above.append(upper)

    def _sort(self, *, downwards: bool) -> None:
        place = {spot: n / len(row) for row in self.rows for n, spot in enumerate(row)}
        for row in self.rows if downwards else reversed(self.rows):
            row.sort(key=lambda spot: _mean(spot.above if downwards else spot.below, place, spot))
            place.update({spot: n / len(row) for n, spot in enumerate(row)})

    def _place(self) -> None:
        for row in self.rows:
            free = 0.0
            apart = 0.0
            for spot in row:
                wanted = free
                if spot.above:
                    middle = sum(each.middle for each in spot.above) / len(spot.above)
                    wanted = middle - spot.width / 2
                spot.x = max(wanted, free) if spot is not row[0] else wanted
                free = spot.x + spot.width + GAP
                apart += spot.x - wanted
            for spot in row:
                spot.x -= apart / len(row)
        left = min(spot.x for row in self.rows for spot in row)
        for row in self.rows:
            for spot in row:
                spot.x += MARGIN - left

    def _top(self, name: str) -> int:
        return MARGIN + self.layer[name] * (BOX + BETWEEN)

    def _ports(self, name: str) -> list[tuple[str, str, int]]:
        """(label, target, where it leaves the box): lines leave in the order they arrive."""

        def arrives(way: tuple[str, str]) -> tuple[bool, float]:
            passed = self.passed.get((name, way[1]), [])
            first = passed[0] if passed else self.spots[way[1]]
            return (name, way[1]) in self.back, first.middle

        ways = sorted(self.ways[name], key=arrives)
        spot = self.spots[name]
        spare = (spot.width - sum(_room(label) for label, _target in ways)) / (len(ways) + 1)
        at, ports = spot.x + spare, []
        for label, target in ways:
            ports.append((label, target, round(at + _room(label) / 2)))
            at += _room(label) + spare
        return ports

    def _down(self, name: str, target: str, port: int) -> str:
        y = self._top(name) + BOX
        path = [f"M{port} {y}V{y + 26}"]
        x, y = port, y + 26
        for row, spot in enumerate(self.passed[name, target], start=self.layer[name] + 1):
            top = MARGIN + row * (BOX + BETWEEN)
            path.append(f"{_curve(x, y, round(spot.middle), top)}V{top + BOX + 26}")
            x, y = round(spot.middle), top + BOX + 26
        path.append(_curve(x, y, round(self.spots[target].middle), self._top(target) - 2))
        return "".join(path)

    def _round(self, name: str, port: int) -> str:
        """From the bottom of a box to its right side."""
        spot, top = self.spots[name], self._top(name)
        right, bottom = round(spot.x) + spot.width, top + BOX
        out = right + 16
        return (
            f"M{port} {bottom}V{bottom + 28}H{out - 8}Q{out} {bottom + 28} {out} {bottom + 20}"
            f"V{top + BOX // 2 + 8}Q{out} {top + BOX // 2} {out - 8} {top + BOX // 2}H{right + 2}"
        )

    def _back(self, name: str, target: str, port: int, lane: int, n: int) -> str:
        """Between two layers to a lane beside all boxes, up, and between two layers again."""
        below = self._top(name) + BOX
        under = below + 32 + 5 * (n % 4)
        top, x = self._top(target), round(self.spots[target].middle) + 14 + 6 * (n % 6)
        over = top - 12 - 4 * (n % 4)
        return (
            f"M{port} {below}V{under - 6}Q{port} {under} {port + 6} {under}"
            f"H{lane - 6}Q{lane} {under} {lane} {under - 6}"
            f"V{over + 6}Q{lane} {over} {lane - 6} {over}"
            f"H{x + 6}Q{x} {over} {x} {over + 6}V{top - 2}"
        )


def _room(label: str) -> int:
    return text_width(label) + 20 if label else 14


def _mean(near: Sequence[_Spot], place: Mapping[_Spot, float], spot: _Spot) -> float:
    return sum(place[each] for each in near) / len(near) if near else place[spot]


def _curve(x: int, y: int, to_x: int, to_y: int) -> str:
    middle = (y + to_y) // 2
    return f"C{x} {middle} {to_x} {middle} {to_x} {to_y}"
