"""What is told to people: a sentence with its facts, which another language may tell as well.

The English sentence is also the name by which catalogs know it: `zh/<area>.toml` has its Chinese,
one line each, with the same facts to fill in. A `Message` *is* its English text, so a log, a JSON
answer or an exception takes it as it is; `told(message, language)` is said only where somebody
reads it: on a page, in a terminal.
"""

from __future__ import annotations

from words.catalog import LANGUAGES, catalog
from words.message import Fact, Message, enumerated, listed, of_plain, plain, said, told, under

__all__ = [
    "LANGUAGES",
    "Fact",
    "Message",
    "catalog",
    "enumerated",
    "listed",
    "of_plain",
    "plain",
    "said",
    "told",
    "under",
]
