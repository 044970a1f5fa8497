"""Sentences that are told in two languages."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from words import Message, listed, of_plain, plain, said, told, under

NEAR = said(
    'no %(kind)s "%(name)s"; did you mean "%(near)s"?', kind=said("queue"), name="a", near="b"
)


def test_a_message_is_its_english_text() -> None:
    """For logs, exceptions and JSON."""
    assert NEAR == 'no queue "a"; did you mean "b"?'
    assert json.dumps(NEAR) == json.dumps('no queue "a"; did you mean "b"?')
    assert str(ValueError(NEAR)) == str(NEAR)


def test_it_is_told_in_chinese_with_its_facts() -> None:
    """Facts that are messages are told in the same language."""
    assert told(NEAR, "zh") == "没有队列“a”；是不是“b”？"
    assert told(NEAR, "en") == NEAR
    assert told("whatever", "zh") == "whatever"
    assert told(listed([said("is missing"), "100 %"]), "zh") == "缺少；100 %"


def test_an_error_keeps_its_message() -> None:
    """`str` of it can be told."""
    assert told(str(ValueError(NEAR)), "zh") == told(NEAR, "zh")


def test_sentences_below_each_other() -> None:
    """Each is told in the same language."""
    two = [said("queue"), said("menu")]
    assert under(NEAR, two) == f"{NEAR}\n  queue\n  menu"
    assert told(under("a", two), "zh") == "a\n  队列\n  菜单"


def test_what_somebody_wrote_is_no_template() -> None:
    """A percent sign in a fact stays one, and a text without facts is not filled in."""
    assert told(said('"%(name)s" stands here twice', name="%(name)s %s"), "zh") == (
        "“%(name)s %s”出现了两次"
    )
    assert said("100 %") == "100 %"


def test_a_fact_that_is_missing_is_an_error() -> None:
    """Where the sentence is made, not where it is told."""
    with pytest.raises(KeyError):
        said('"%(name)s" stands here twice', other="a")


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_copies_can_be_told(copied: object) -> None:
    """Dataclasses copy their fields when they become a dictionary."""
    assert callable(copied)
    again = copied(NEAR)
    assert isinstance(again, Message)
    assert told(again, "zh") == told(NEAR, "zh")


def test_another_process_can_tell_it() -> None:
    """By JSON."""
    again = of_plain(json.loads(json.dumps(plain(NEAR))))
    assert again == NEAR
    assert told(again, "zh") == told(NEAR, "zh")
    assert of_plain(plain("as it is")) == "as it is"


def test_facts_are_cleaned_and_the_sentence_is_not() -> None:
    """Also the facts of facts."""
    cleaned = NEAR.clean(str.upper)
    assert cleaned == 'no queue "A"; did you mean "B"?'
    assert told(cleaned, "zh") == "没有队列“A”；是不是“B”？"
