"""A sentence made of a template and facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any, TypeAlias

from words.catalog import catalog

Fact: TypeAlias = str | int | float
"""What is filled in. A Message is a fact too, and is told in the language of the whole."""

TEMPLATE, FACTS = "template", "facts"


class Message(str):
    """The English text, which knows its template (`no %(kind)s "%(name)s"`) and its facts."""

    template: str
    facts: Mapping[str, Fact]

    def __new__(cls, template: str, facts: Mapping[str, Fact]) -> Message:
        """Raises KeyError if a fact of the template is missing."""
        message = super().__new__(cls, template % facts if facts else template)
        message.template, message.facts = template, dict(facts)
        return message

    def __str__(self) -> Message:
        """Itself; so `str` of an error that was raised with a message is the message."""
        return self

    def __getnewargs__(self) -> tuple[str, Mapping[str, Fact]]:  # type: ignore[override]
        """For copies."""
        return self.template, self.facts

    def clean(self, cleaned: Callable[[str], str]) -> Message:
        """The same sentence, with whatever somebody else wrote made fit to be shown."""
        return Message(
            self.template,
            {
                name: fact.clean(cleaned)
                if isinstance(fact, Message)
                else cleaned(fact)
                if isinstance(fact, str)
                else fact
                for name, fact in self.facts.items()
            },
        )


def said(template: str, **facts: Fact) -> Message:
    """A sentence; its template is written out here, as a test looks for its translation."""
    return Message(template, facts)


def listed(messages: Iterable[str]) -> Message:
    """Several, one after the other; at least one."""
    return reduce(
        lambda one, next_: said("%(one)s; %(next)s", one=one, next=next_), map(_as, messages)
    )


def enumerated(messages: Iterable[str]) -> Message:
    """Several short ones on one line; at least one."""
    return reduce(
        lambda one, next_: said("%(one)s, %(next)s", one=one, next=next_), map(_as, messages)
    )


def under(head: str, messages: Iterable[str]) -> Message:
    """A sentence, and below it these, each on a line of its own."""
    return reduce(
        lambda above, next_: said("%(above)s\n  %(next)s", above=above, next=next_),
        map(_as, messages),
        _as(head),
    )


def told(text: str, language: str) -> str:
    """The sentence in this language; a text that is no message as it is."""
    if not isinstance(text, Message):
        return text
    template = catalog(language).get(text.template, text.template)
    if not text.facts:
        return template
    return template % {
        name: told(fact, language) if isinstance(fact, str) else fact
        for name, fact in text.facts.items()
    }


def plain(text: str) -> Any:
    """As JSON takes it, so that another process can tell it; see `of_plain`."""
    if not isinstance(text, Message):
        return text
    facts = {
        name: plain(fact) if isinstance(fact, str) else fact for name, fact in text.facts.items()
    }
    return {TEMPLATE: text.template, FACTS: facts}


def of_plain(value: Any) -> str:
    """The message again. Raises KeyError, TypeError if it is none."""
    if isinstance(value, str):
        return value
    facts = {
        name: of_plain(fact) if isinstance(fact, str | Mapping) else fact
        for name, fact in value[FACTS].items()
    }
    return Message(value[TEMPLATE], facts)


def _as(text: str) -> Message:
    return text if isinstance(text, Message) else said("%(text)s", text=text)
