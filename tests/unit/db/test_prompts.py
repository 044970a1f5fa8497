"""Takes of prompts: the newest is heard, older ones can come back, everything is audited."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError

from hotseat.db.audit import Author, audit_rows
from hotseat.db.engine import open_engine, reading, writing
from hotseat.db.prompt_models import PromptTake
from hotseat.db.prompts import (
    KEPT,
    NewTake,
    Take,
    drop_take,
    put_take,
    sound_in_force,
    sounds_in_force,
    take_sound,
    takes_in_force,
    takes_of,
    use_take,
)
from tests.databases import Databases

T = 1_800_000_000_000
MEI = Author("mei", "10.0.0.7")


@pytest.fixture
def engine(databases: Databases) -> Iterator[Engine]:
    engine = open_engine(databases.tables())
    yield engine
    engine.dispose()


def put(engine: Engine, sound: bytes, language: str = "zh", name: str = "welcome") -> Take:
    with writing(engine) as session:
        new = NewTake(language, name, f"text of {sound!r}", "王芳", sound, 2500)
        return put_take(session, new, MEI, T)


def heard(engine: Engine) -> dict[tuple[str, str], bytes]:
    with reading(engine) as session:
        found = {(language, name): sound for language, name, sound in sounds_in_force(session)}
        assert found.keys() == {(take.language, take.name) for take in takes_in_force(session)}
        for (language, name), sound in found.items():
            assert sound_in_force(session, language, name) == sound
        return found


def done(engine: Engine) -> list[tuple[str, str]]:
    with reading(engine) as session:
        return [(row.what, row.done) for row in reversed(audit_rows(session, limit=99))]


def test_the_newest_is_heard_and_the_last_ones_are_kept(engine: Engine) -> None:
    put(engine, b"other", name="goodbye")
    put(engine, b"english", language="en")
    takes = [put(engine, b"%d" % n) for n in range(KEPT + 2)]
    assert heard(engine) == {
        ("zh", "welcome"): b"%d" % (KEPT + 1),
        ("en", "welcome"): b"english",
        ("zh", "goodbye"): b"other",
    }
    with reading(engine) as session:
        kept = [take for take in takes_of(session, "welcome") if take.language == "zh"]
        assert [take.id for take in kept] == [take.id for take in reversed(takes[2:])]
        assert [take.in_force for take in kept] == [True] + [False] * (KEPT - 1)
        assert take_sound(session, takes[0].id) is None
        assert take_sound(session, takes[2].id) == b"2"


def test_an_earlier_one_is_heard_again(engine: Engine) -> None:
    first = put(engine, b"1")
    put(engine, b"2")
    with writing(engine) as session:
        assert use_take(session, first.id, MEI, T) == first
        use_take(session, first.id, MEI, T)  # is heard already: nothing to tell
    assert heard(engine) == {("zh", "welcome"): b"1"}
    assert done(engine) == [
        ("prompt zh/welcome", "added"),
        ("prompt zh/welcome", "changed"),
        ("prompt zh/welcome", "changed"),
    ]


def test_dropped_it_is_kept_and_no_longer_heard(engine: Engine) -> None:
    take = put(engine, b"1")
    with writing(engine) as session:
        assert drop_take(session, "zh", "welcome", MEI, T) == take
    assert heard(engine) == {}
    with writing(engine) as session:
        with pytest.raises(LookupError, match="zh/welcome"):
            drop_take(session, "zh", "welcome", MEI, T)
        use_take(session, take.id, MEI, T)
    assert heard(engine) == {("zh", "welcome"): b"1"}
    assert [how for _, how in done(engine)] == ["added", "dropped", "added"]


def test_the_audit_says_who_and_what_was_before(engine: Engine) -> None:
    first, second = put(engine, b"1"), put(engine, b"2")
    with reading(engine) as session:
        (row, _) = audit_rows(session, limit=2)
    assert (row.login, row.address, row.at) == ("mei", "10.0.0.7", T)
    assert row.before == {
        "take": first.id,
        "text": "text of b'1'",
        "voice": "王芳",
        "seconds": 2.5,
    }
    assert row.after is not None
    assert row.after["take"] == second.id


def test_a_take_that_never_was_is_not_found(engine: Engine) -> None:
    put(engine, b"1")
    with writing(engine) as session, pytest.raises(LookupError, match="no take 99"):
        use_take(session, 99, MEI, T)
    assert heard(engine) == {("zh", "welcome"): b"1"}


def test_two_are_never_heard_at_once(engine: Engine) -> None:
    """Whatever a program does to the table."""
    put(engine, b"1")
    row = {"name": "welcome", "language": "zh", "text": "", "voice": "", "sound": b""}
    more = {"length_ms": 1, "login": "", "at": T, "in_force": True}
    with pytest.raises(IntegrityError), writing(engine) as session:
        session.execute(insert(PromptTake).values(**row, **more))
