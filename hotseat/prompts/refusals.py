"""Why an uploaded sound file is not taken, and how large it may be."""

from __future__ import annotations

import enum

from words import said

LARGEST = 40_000_000
"""Bytes: two minutes of stereo as a studio records it."""
LONGEST_SECONDS = 120
"""Nobody listens for longer."""


class Refusal(enum.Enum):
    """The value is told at the command line; the pages have words of their own beside the field."""

    EMPTY = said("the file is empty")
    TOO_LARGE = said("the file is larger than 40 MB")
    OTHER_KIND = said("this is no WAV, MP3 or M4A file, whatever its name says")
    NO_SOUND = said("there is no sound in the file, only other things")
    BROKEN = said("the file is broken, or of an unusual kind; save it anew as WAV, 16 bit")
    TOO_LONG = said("it is longer than two minutes")
    SILENT = said("nothing is to be heard in it")
