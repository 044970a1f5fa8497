"""Draws what `hotseat top` shows now as an SVG: `python tools/picture_of_top.py > docs/top.svg`.

Run it in the folder of a hotline that is busy, for example beside `make demo`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from hotseat.config import load_settings
from hotseat.control_client import ask
from hotseat.operation.screen import Look, ScreenLine, draw
from hotseat.tables import width

COLUMNS, ROWS = 92, 32
CELL, LINE, SIZE = 8.4, 19, 14
MARGIN, BAR = 18, 34
FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Noto Sans Mono CJK SC', monospace"
PAPER, EDGE, TITLE = "#10151f", "#1b2332", "#8a94a8"
INKS = {
    Look.PLAIN: 'fill="#d5dbe6"',
    Look.TITLE: 'fill="#ffffff" font-weight="bold"',
    Look.HEAD: 'fill="#7f8aa0"',
    Look.ALARM: 'fill="#ff6b6b" font-weight="bold"',
}


def svg(lines: Sequence[ScreenLine], columns: int) -> str:
    """The lines in a terminal's window. Every word stands in its column, whatever the font is."""
    wide = columns * CELL + 2 * MARGIN
    high = BAR + len(lines) * LINE + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high}" '
        f'font-family="{FONT}" font-size="{SIZE}">',
        f'<rect width="100%" height="100%" rx="10" fill="{PAPER}"/>',
        f'<path d="M0 {BAR}V10Q0 0 10 0H{wide - 10:.0f}Q{wide:.0f} 0 {wide:.0f} 10V{BAR}Z" '
        f'fill="{EDGE}"/>',
        *(
            f'<circle cx="{20 + 20 * n}" cy="{BAR / 2:g}" r="6" fill="{color}"/>'
            for n, color in enumerate(("#ff5f57", "#febc2e", "#28c840"))
        ),
        f'<text x="{wide / 2:.0f}" y="{BAR / 2 + 5:g}" text-anchor="middle" fill="{TITLE}">'
        "hotseat top</text>",
    ]
    for row, line in enumerate(lines):
        y = BAR + MARGIN + row * LINE + SIZE
        parts += [
            f'<text x="{MARGIN + column * CELL:.1f}" y="{y}" {INKS[line.look]} '
            f'textLength="{width(words) * CELL:.1f}" lengthAdjust="spacingAndGlyphs">'
            f"{escape(words)}</text>"
            for column, words in _runs(line.text)
        ]
    return "\n".join((*parts, "</svg>", ""))


def _runs(text: str) -> Iterator[tuple[int, str]]:
    """Words that belong together, each with the column where it begins."""
    for found in re.finditer(r"\S+(?: \S+)*", text):
        yield width(text[: found.start()]), found[0]


if __name__ == "__main__":
    sys.stdout.write(svg(draw(ask(load_settings(), "status"), COLUMNS, ROWS, "en"), COLUMNS))
