"""PINs: hashed, compared, and not guessed."""

from __future__ import annotations

import pytest

from hotseat.pins import LOCKED, TRIES, Tries, is_pin, is_weak, pin_hash

KEPT = pin_hash("274193", b"0123456789abcdef")


def test_a_pin_is_known_by_its_hash_alone() -> None:
    assert "274193" not in KEPT
    assert is_pin("274193", KEPT)
    assert not is_pin("274194", KEPT)
    assert not is_pin("", KEPT)
    assert pin_hash("274193", b"another salt") != KEPT


def test_whoever_has_no_pin_has_no_right_one() -> None:
    assert not is_pin("", "")
    assert not is_pin("0000", "")


@pytest.mark.parametrize(
    ("pin", "weak"),
    [("1111", True), ("1234", True), ("9876", True), ("1212", False), ("274193", False)],
)
def test_weak_pins(pin: str, weak: bool) -> None:
    assert is_weak(pin) is weak


def test_five_wrong_tries_lock_for_a_while() -> None:
    tries = Tries()
    for n in range(TRIES):
        assert not tries.locked("agent 1001", n)
        tries.failed("agent 1001", n)
    last = TRIES - 1
    assert tries.locked("agent 1001", TRIES)
    assert not tries.locked("agent 1002", TRIES)
    assert tries.locked("agent 1001", last + LOCKED - 1)
    assert not tries.locked("agent 1001", last + LOCKED)
    tries.failed("agent 1001", last + LOCKED)
    assert not tries.locked("agent 1001", last + LOCKED)


def test_the_right_pin_forgets_the_wrong_ones() -> None:
    tries = Tries()
    for n in range(TRIES):
        tries.failed("phone 138", n)
    tries.passed("phone 138")
    assert not tries.locked("phone 138", TRIES)
