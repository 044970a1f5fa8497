"""The site in memory is whole at every moment: swapped at once, or as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files

import pytest
from sqlalchemy import Engine, text
from structlog.testing import capture_logs
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from hotseat.db.engine import writing
from hotseat.db.pool import Database
from hotseat.db.snapshot import current_revision
from hotseat.live_config import LiveConfig
from hotseat.site.apply import apply, rotate_secret
from hotseat.site.check import check
from hotseat.site.export import export
from hotseat.site.read import read
from hotseat.site.records import EMPTY_SITE, Site, SiteNow
from tests.unit.threads_inline import InlineReactor, InlineThreads
from words import told

result_of = SynchronousTestCase().successResultOf
failure_of = SynchronousTestCase().failureResultOf

DEMO = check(read(files("hotseat.site").joinpath("demo.yaml").read_text(encoding="utf-8")))


def put(engine: Engine, site: Site) -> None:
    """As the command line does it, in another process."""
    with writing(engine) as session:
        apply(session, site, expected=current_revision(session), now=1)


def read_demo(text: str) -> Site:
    return check(read(text))


QUEUELESS = replace(DEMO, queues={}, menus={}, numbers={})


def in_english(site: Site) -> Site:
    """The same site whose menu begins in English."""
    return check(read(export(site).replace("language: zh\n", "language: en\n", 1)))


@pytest.fixture
def config(database: Database, reactor: InlineReactor, engine: Engine) -> Iterator[LiveConfig]:
    """Started on the demo site."""
    put(engine, DEMO)
    config = LiveConfig(database, reactor)
    result_of(Deferred.fromCoroutine(config.start()))
    yield config
    config.stop()


def reload(config: LiveConfig) -> str | None:
    """Poke."""
    return result_of(Deferred.fromCoroutine(config.reload()))


def test_an_empty_site_can_be_started(database: Database, reactor: InlineReactor) -> None:
    """Before the first apply."""
    config = LiveConfig(database, reactor)
    result_of(Deferred.fromCoroutine(config.start()))
    assert config.now == EMPTY_SITE
    config.stop()


def test_a_poke_swaps_and_tells(config: LiveConfig, engine: Engine) -> None:
    """Once, with the old and the new."""
    told: list[tuple[SiteNow, SiteNow]] = []
    config.on_change(lambda old, new: told.append((old, new)))
    first = config.now
    assert first.as_written() == DEMO
    put(engine, replace(DEMO, name="Other"))
    assert config.now is first
    assert reload(config) is None
    assert (config.now.name, config.now.revision) == ("Other", 2)
    assert told == [(first, config.now)]
    assert reload(config) is None
    assert len(told) == 1


def test_what_nobody_poked_for_is_found(
    config: LiveConfig, engine: Engine, reactor: InlineReactor
) -> None:
    """Within two seconds."""
    put(engine, replace(DEMO, name="Other"))
    reactor.advance(1.9)
    assert config.now.revision == 1
    reactor.advance(0.2)
    assert config.now.name == "Other"


def test_a_new_secret_is_a_change(config: LiveConfig, engine: Engine) -> None:
    """Asterisk's files have to be written again."""
    told: list[int] = []
    config.on_change(lambda old, new: told.append(new.revision))
    with writing(engine) as session:
        rotate_secret(session, "p101", 1)
    reload(config)
    assert told == [2]


def test_a_wrong_site_changes_nothing(
    config: LiveConfig, engine: Engine, reactor: InlineReactor
) -> None:
    """Somebody wrote into the tables by hand: the reason is told, once for each revision."""
    first = config.now
    with engine.begin() as connection:
        connection.execute(text("UPDATE queue SET ring_ms = 1 WHERE name = 'consult'"))
        connection.execute(text("INSERT INTO config_revision VALUES (2, 1, '[]')"))
    problem = reload(config)
    assert problem is not None
    assert "queues.consult.ring_seconds: must be a whole number from 5 to 120" in problem
    with capture_logs() as logs:
        for _ in range(5):
            reactor.advance(2)
    assert [line["event"] for line in logs] == ["site_refused"]
    assert config.now is first
    put(engine, replace(DEMO, name="Right again"))
    reactor.advance(2)
    assert config.now.name == "Right again"


@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE hours SET weekly = '[1, 2]'",
        'UPDATE hours SET overrides = \'{"soon": ["x"]}\'',
        "UPDATE hours SET weekly = '{\"mon\": [7]}'",
        "UPDATE while_waiting SET comfort = '7'",
        "UPDATE site SET languages = 'null'",
        "UPDATE site SET time_zone = 'Asia/Atlantis'",
        "UPDATE menu_revision SET document = '[]'",
        "UPDATE menu_revision SET document = '{\"start\": [[[]]]}'",
    ],
)
def test_a_row_that_makes_no_sense_is_a_reason_and_no_crash(
    config: LiveConfig, engine: Engine, reactor: InlineReactor, broken: str
) -> None:
    """The reason stays until the site is right again."""
    first = config.now
    assert config.problem is None
    with engine.begin() as connection:
        connection.execute(text(broken))
        connection.execute(text("INSERT INTO config_revision VALUES (2, 1, '[]')"))
    with capture_logs() as logs:
        for _ in range(3):
            reactor.advance(2)
    assert [line["event"] for line in logs] == ["site_refused"]
    assert config.now is first
    assert config.problem is not None
    assert config.problem.startswith("the site in the database is wrong, nothing is changed: ")
    assert config.problem == reload(config)


def test_a_reason_is_forgotten_when_the_site_is_right_again(
    config: LiveConfig, engine: Engine
) -> None:
    """Not before."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE queue SET ring_ms = 1 WHERE name = 'consult'"))
        connection.execute(text("INSERT INTO config_revision VALUES (2, 1, '[]')"))
    reload(config)
    assert config.problem is not None
    put(engine, replace(DEMO, name="Right again"))
    assert reload(config) is None
    assert config.problem is None


def test_a_queue_that_was_removed_is_remembered(config: LiveConfig, engine: Engine) -> None:
    """For those who wait in it; one that is there is as it is now."""
    assert config.queue("nowhere") is None
    site = read_demo(export(DEMO).replace("ring_seconds: 15", "ring_seconds: 33"))
    put(engine, site)
    reload(config)
    complaint = config.queue("complaint")
    assert complaint is not None
    assert complaint.ring_ms == 33_000
    put(engine, QUEUELESS)
    assert reload(config) is None
    assert not config.now.queues
    assert config.queue("complaint") == complaint


def test_a_server_does_not_start_on_a_wrong_site(
    database: Database, reactor: InlineReactor, engine: Engine
) -> None:
    """It says what is wrong instead."""
    put(engine, DEMO)
    with engine.begin() as connection:
        connection.execute(text("UPDATE queue SET music = 'a/b'"))
    config = LiveConfig(database, reactor)
    failure = failure_of(Deferred.fromCoroutine(config.start()))
    assert "queues.callback.music" in failure.getErrorMessage()


def test_a_database_that_is_away_leaves_the_site(
    config: LiveConfig, engine: Engine, reactor: InlineReactor
) -> None:
    """Told at both edges; the watch goes on."""
    with capture_logs() as logs:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE config_revision RENAME TO away"))
        problem = reload(config)
        assert problem is not None
        assert problem.startswith("the database is away, nothing is changed")
        assert told(problem, "zh").startswith("数据库无法访问，未作任何更改：")
        for _ in range(3):
            reactor.advance(2)
        assert config.now.revision == 1
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO config_revision"))
        put(engine, replace(DEMO, name="Other"))
        reactor.advance(2)
    assert [line["event"] for line in logs] == ["site_not_watched", "site_watched_again"]
    assert config.now.name == "Other"


def test_a_watcher_that_fails_stops_no_other(config: LiveConfig, engine: Engine) -> None:
    """Nor the swap."""
    told: list[int] = []

    def fail(old: SiteNow, new: SiteNow) -> None:
        raise RuntimeError("watcher")

    config.on_change(fail)
    config.on_change(lambda old, new: told.append(new.revision))
    put(engine, replace(DEMO, name="Other"))
    with capture_logs() as logs:
        reload(config)
    assert told == [2]
    assert [line["event"] for line in logs] == ["site_watcher_failed"]


def test_calls_keep_the_menu_they_began_with(
    config: LiveConfig, engine: Engine, pool: InlineThreads
) -> None:
    """Without asking the database if this server has had it in force."""
    put(engine, in_english(DEMO))
    reload(config)
    pool.idle = True
    old = result_of(Deferred.fromCoroutine(config.menu("main", 1)))
    new = result_of(Deferred.fromCoroutine(config.menu("main", 2)))
    assert (old.document["language"], new.document["language"]) == ("zh", "en")


def test_a_menu_from_before_the_start_is_looked_up_once(
    database: Database, reactor: InlineReactor, engine: Engine, pool: InlineThreads
) -> None:
    """A caller who waited while the server was restarted."""
    put(engine, DEMO)
    put(engine, in_english(DEMO))
    config = LiveConfig(database, reactor)
    result_of(Deferred.fromCoroutine(config.start()))
    old = result_of(Deferred.fromCoroutine(config.menu("main", 1)))
    assert old.document == DEMO.menus["main"]
    pool.idle = True
    assert result_of(Deferred.fromCoroutine(config.menu("main", 1))) is old
    pool.idle = False
    failure_of(Deferred.fromCoroutine(config.menu("main", 9)), LookupError)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE menu_revision RENAME TO away"))
    failure_of(Deferred.fromCoroutine(config.menu("main", 8)), LookupError)
    config.stop()
