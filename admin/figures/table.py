"""Tables as files for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection)."""


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """For spreadsheets: UTF-8 with a mark, and no cell that would be run as a formula."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(map(harmless, heads))
    for row in rows:
        writer.writerow(map(harmless, row))
    return out.getvalue()


def harmless(value: object) -> str:
    """The cell's text, quoted if it would begin a formula."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(DANGEROUS) and not isinstance(value, int) else text
