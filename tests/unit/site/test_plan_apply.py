"""Applying a site does what its plan says: everything, once, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from hotseat.db import models
from hotseat.db.engine import reading, writing
from hotseat.db.snapshot import current_revision, menu_at, phone_secrets, site_now
from hotseat.site.apply import NoSuchPhone, SiteChangedMeanwhile, apply, rotate_secret
from hotseat.site.check import check
from hotseat.site.export import export, written
from hotseat.site.plan import plan
from hotseat.site.read import SiteFile, read
from hotseat.site.records import EMPTY_SITE, Site, SiteNow
from tests.unit.site.sites import contents

NOW = 1_800_000_000_000
Edit = Callable[[dict[str, Any]], object]


def site_of(content: dict[str, Any]) -> Site:
    """Checked records of a file's content."""
    return check(SiteFile(content, {}))


def edited(site: Site, edit: Edit) -> Site:
    """The site after an edit of its file."""
    file = read(export(site))
    assert isinstance(file.content, dict)
    edit(file.content)
    return check(file)


def put(engine: Engine, site: Site) -> list[str]:
    """Apply at whatever revision there is; the changes in words."""
    with writing(engine) as session:
        applied = apply(session, site, expected=current_revision(session), now=NOW)
    return [str(change) for change in applied.changes]


def now_in(engine: Engine) -> SiteNow:
    """What a server would load."""
    with reading(engine) as session:
        return site_now(session)


def counts(engine: Engine) -> dict[str, int]:
    """Rows of every table."""
    with reading(engine) as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in models.Base.metadata.sorted_tables
        }


def test_the_first_apply_puts_everything_in_force(engine: Engine, demo: Site) -> None:
    """The snapshot says what the file said."""
    assert now_in(engine) == EMPTY_SITE
    changes = put(engine, demo)
    now = now_in(engine)
    assert now.revision == 1
    assert now.as_written() == demo
    assert now.menus["main"].revision == 1
    assert "+ queue complaint: 投诉" in changes
    assert "+ number 4008001000: main" in changes


def test_the_same_again_is_nothing_to_do(engine: Engine, demo: Site) -> None:
    """No new revision, no written row."""
    put(engine, demo)
    before = counts(engine)
    assert put(engine, demo) == []
    assert counts(engine) == before
    assert now_in(engine).revision == 1


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (
            lambda c: c["menus"]["main"]["nodes"]["ask"]["keys"].update({"1": "complaint"}),
            ["~ menu main: revision 2, key 1 of node ask: consult -> complaint"],
        ),
        (
            lambda c: c["menus"]["main"]["nodes"]["ask"]["keys"].update({"5": "farewell"}),
            ["~ menu main: revision 2, new key 5 of node ask: farewell"],
        ),
        (
            lambda c: c["menus"]["main"]["nodes"]["ask"].pop("wait_seconds"),
            ["~ menu main: revision 2, no wait_seconds of node ask any more"],
        ),
        (
            lambda c: c["menus"]["main"].update(start="ask-english"),
            ["~ menu main: revision 2, start: welcome -> ask-english"],
        ),
        (
            lambda c: c["queues"]["consult"].update(ring_seconds=15, requires={"consult": 2}),
            [
                "~ queue consult: required skill consult: 1 -> 2",
                "~ queue consult: ring_seconds: 20 -> 15",
            ],
        ),
        (
            lambda c: c["agents"]["1001"]["skills"].pop("english"),
            ["~ agent 1001: no skill english any more"],
        ),
        (lambda c: c["agents"].pop("1006"), ["- agent 1006: 杨帆"]),
        (lambda c: c["phones"].update(p200={"place": "家"}), ["+ phone p200: 家"]),
        (
            lambda c: c["site"].update(languages=["zh", "en", "yue"]),
            ["~ site: languages: [zh, en] -> [zh, en, yue]"],
        ),
        (lambda c: c["skills"].update(vip="贵宾"), ["+ skill vip: 贵宾"]),
        (
            lambda c: c["hours"]["complaints-desk"]["weekly"].update(sat=["10:00-16:00"]),
            ["~ hours complaints-desk: new weekday sat: [10:00-16:00]"],
        ),
        (
            lambda c: c["hours"]["complaints-desk"].pop("holidays"),
            ["~ hours complaints-desk: no holidays any more"],
        ),
        (
            lambda c: c["hours"]["complaints-desk"]["overrides"].update({"2026-12-31": []}),
            ["~ hours complaints-desk: date 2026-12-31: [09:00-12:00] -> []"],
        ),
        (
            lambda c: c["queues"]["complaint"].pop("while_waiting"),
            ["~ queue complaint: no while_waiting any more"],
        ),
        (
            lambda c: c["queues"]["consult"]["while_waiting"].update(every_seconds=20),
            ["~ queue consult: every_seconds of while_waiting: 30 -> 20"],
        ),
        (
            lambda c: c["queues"]["callback"].update(while_waiting={"position": True}),
            ["~ queue callback: new while_waiting"],
        ),
        (lambda c: c["numbers"].pop("4008001000"), ["- number 4008001000: main"]),
        (lambda c: c["numbers"].pop("8001"), ["- number 8001: 1001"]),
    ],
)
def test_an_edit_in_words(engine: Engine, demo: Site, edit: Edit, words: list[str]) -> None:
    """The plan says it, the apply does it, and it is what the revision remembers."""
    put(engine, demo)
    if words[0].startswith("~ menu main: revision 2, start"):
        # `welcome` would be a node that no way leads to.
        wanted = edited(demo, lambda c: (edit(c), c["menus"]["main"]["nodes"].pop("welcome")))
        words = [*words, "~ menu main: revision 2, no node welcome any more"]
    else:
        wanted = edited(demo, edit)
    assert [str(change) for change in plan(now_in(engine), wanted)] == words
    assert put(engine, wanted) == words
    assert now_in(engine).as_written() == wanted
    with reading(engine) as session:
        revision = session.get(models.ConfigRevision, 2)
        assert revision is not None
        assert (revision.changes, revision.applied_at) == (words, NOW)


def test_menus_keep_their_old_revisions(engine: Engine, demo: Site) -> None:
    """Running calls are pinned; a menu that comes back gets a new number."""
    put(engine, demo)
    changed = edited(demo, lambda c: c["menus"]["main"].update(language="en"))
    put(engine, changed)
    without = edited(demo, lambda c: (c["menus"].clear(), c["numbers"].clear()))
    put(engine, without)
    assert now_in(engine).menus == {}
    put(engine, demo)
    assert now_in(engine).menus["main"].revision == 3
    with reading(engine) as session:
        first, second = menu_at(session, "main", 1), menu_at(session, "main", 2)
        assert first is not None
        assert first.document == demo.menus["main"]
        assert second is not None
        assert second.document["language"] == "en"
        assert menu_at(session, "main", 9) is None


def test_an_edit_beside_a_menu_leaves_its_revision(engine: Engine, demo: Site) -> None:
    """Only a changed document is published anew."""
    put(engine, demo)
    put(engine, edited(demo, lambda c: c["site"].update(name="Other")))
    assert (now_in(engine).revision, now_in(engine).menus["main"].revision) == (2, 1)


def test_phones_keep_their_secrets(engine: Engine, demo: Site) -> None:
    """Generated once, kept over applies, never in an export; a phone that comes back gets a new."""
    put(engine, demo)
    with reading(engine) as session:
        first = dict(phone_secrets(session))
    assert len(set(first.values())) == len(demo.phones)
    assert all(len(secret) >= 24 for secret in first.values())
    assert not any(secret in export(now_in(engine).as_written()) for secret in first.values())
    put(engine, edited(demo, lambda c: c["phones"]["p101"].update(place="moved")))
    put(engine, edited(demo, lambda c: c["phones"].pop("p102")))
    put(engine, demo)
    with reading(engine) as session:
        now = dict(phone_secrets(session))
    assert now["p101"] == first["p101"]
    assert now["p102"] != first["p102"]


def test_a_new_secret_is_a_new_revision(engine: Engine, demo: Site) -> None:
    """So the server notices; the words of the revision do not hold the secret."""
    put(engine, demo)
    with writing(engine) as session:
        secret = rotate_secret(session, "p101", NOW)
    with reading(engine) as session:
        assert dict(phone_secrets(session))["p101"] == secret
        assert current_revision(session) == 2
        revision = session.get(models.ConfigRevision, 2)
        assert revision is not None
        assert revision.changes == ["~ phone p101: new secret"]
    with pytest.raises(NoSuchPhone), writing(engine) as session:
        rotate_secret(session, "p999", NOW)


def test_the_second_of_two_writers_is_refused(engine: Engine, demo: Site) -> None:
    """Its plan was made for a site that is no more."""
    put(engine, demo)
    other = replace(demo, name="Other")
    with writing(engine) as session:
        apply(session, other, expected=1, now=NOW)
    before = counts(engine)
    with pytest.raises(SiteChangedMeanwhile, match="it was at revision 1, now at 2"):  # noqa: SIM117
        with writing(engine) as session:
            apply(session, demo, expected=1, now=NOW)
    assert counts(engine) == before
    assert now_in(engine).name == "Other"


def test_two_who_change_the_site_come_one_after_the_other(engine: Engine, demo: Site) -> None:
    """On either database: new secrets for two phones at once are two revisions."""
    with writing(engine) as session:
        apply(session, demo, expected=0, now=NOW)

    def rotate(phone: str) -> str:
        with writing(engine) as session:
            return rotate_secret(session, phone, NOW)

    phones = sorted(demo.phones)[:6]
    with ThreadPoolExecutor(3) as pool:
        made = dict(zip(phones, pool.map(rotate, phones), strict=True))
    with reading(engine) as session:
        assert current_revision(session) == 1 + len(phones)
        assert made.items() <= dict(phone_secrets(session)).items()


def test_a_failure_in_the_middle_leaves_nothing(engine: Engine, demo: Site) -> None:
    """The records are sound for the check, and still the database refuses: all is as it was."""
    put(engine, demo)
    before, secrets = counts(engine), now_in(engine)
    broken = replace(
        demo,
        name="Broken",
        agents={
            **demo.agents,
            "9999": replace(demo.agents["1001"], skills={"gone": 1}, number="9"),
        },
    )
    with pytest.raises(Exception, match=r"(?i)foreign key"):  # noqa: SIM117
        with writing(engine) as session:
            apply(session, broken, expected=1, now=NOW)
    assert counts(engine) == before
    assert now_in(engine) == secrets


@given(contents())
@settings(max_examples=20, deadline=None)
def test_export_reads_back(content: dict[str, Any]) -> None:
    """Whatever people write in names and places: export, read, check give the same site."""
    site = site_of(content)
    assert check(read(export(site))) == site


@given(st.lists(contents(), min_size=2, max_size=3))
@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_from_any_site_to_any_other(engine: Engine, sites: list[dict[str, Any]]) -> None:
    """After an apply the plan is empty and the site in force is the one that was wanted.

    Each example begins with the site that the last one left.
    """
    for content in sites:
        wanted = site_of(content)
        before = now_in(engine)
        changes = put(engine, wanted)
        now = now_in(engine)
        assert now.as_written() == wanted
        assert plan(now, check(read(export(now.as_written())))) == []
        assert now.revision == before.revision + bool(changes)
        assert bool(changes) == (written(before.as_written()) != written(wanted))
