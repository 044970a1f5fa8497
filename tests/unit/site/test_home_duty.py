"""Home duty in the site file: read, written, planned, put in force, and what is wrong with it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine

from hotseat.db.engine import reading, writing
from hotseat.db.snapshot import site_now
from hotseat.outbound import OutboundRules
from hotseat.site.apply import apply
from hotseat.site.check import check
from hotseat.site.export import export
from hotseat.site.plan import plan
from hotseat.site.problems import SiteInvalid
from hotseat.site.read import read
from hotseat.site.records import EMPTY_SITE, AfterHours, DutyTerms, NumberRecord

SITE: dict[str, Any] = {
    "site": {"name": "Test", "time_zone": "Asia/Shanghai", "languages": ["zh"]},
    "skills": {"consult": "咨询"},
    "queues": {
        "consult": {
            "title": "咨询",
            "requires": {"consult": 1},
            "duty": {"ring_seconds": 30, "together": 2, "after_hours": "callback"},
        }
    },
    "agents": {"1001": {"name": "王芳", "skills": {"consult": 5}, "mobile": "+86 138 0013 8000"}},
    "numbers": {
        "8001": {"agent": "1001", "queue": "consult"},
        "8099": {"check_in": True},
    },
    "outbound": {"country": "CN", "caller_id": "4008001000", "per_hour": 60},
}


def changed(*path: str, to: object) -> str:
    site = copy.deepcopy(SITE)
    part = site
    for name in path[:-1]:
        part = part.setdefault(name, {})
    part[path[-1]] = to
    return yaml.safe_dump(site, allow_unicode=True)


def test_it_is_read_and_written_back() -> None:
    site = check(read(yaml.safe_dump(SITE)))
    assert site.agents["1001"].mobile == "+8613800138000"
    assert site.queues["consult"].duty == DutyTerms(30_000, 2, AfterHours.CALLBACK)
    assert site.numbers == {
        "8001": NumberRecord("8001", agent="1001", queue="consult"),
        "8099": NumberRecord("8099", check_in=True),
    }
    assert site.outbound == OutboundRules("CN", ("+86",), "4008001000", per_hour=60)
    assert check(read(export(site))) == site


def test_a_site_that_says_nothing_dials_nothing() -> None:
    bare = {name: part for name, part in SITE.items() if name != "outbound"}
    assert check(read(yaml.safe_dump(bare))).outbound is None


@pytest.mark.parametrize(
    ("path", "to", "told"),
    [
        (("agents", "1001", "mobile"), "13800138000", "is no mobile; write it whole"),
        (("agents", "1001", "mobile"), "+862162345678", "is no mobile; write it whole"),
        (("agents", "1001", "mobile"), 13800138000, "must be text; put it in quotes"),
        (("queues", "consult", "duty", "together"), 0, "must be a whole number from 1 to 10"),
        (("queues", "consult", "duty", "after_hours"), "cry", "is no policy; it is one of wait"),
        (("queues", "consult", "duty", "rings"), 3, 'no field "rings"'),
        (("numbers", "8001", "agent"), "1002", 'no agent "1002"; did you mean "1001"?'),
        (("numbers", "8001", "queue"), "sales", 'no queue "sales"'),
        (("numbers", "8001", "menu"), "main", "answered by one of menu, agent and check_in"),
        (("outbound", "country"), "ZZ", "must be the country"),
        (("outbound", "allow"), ["86"], "is no prefix of numbers; write it like +86"),
        (("outbound", "per_hour"), -1, "must be a whole number"),
    ],
)
def test_what_is_wrong_is_told(path: tuple[str, ...], to: object, told: str) -> None:
    with pytest.raises(SiteInvalid) as caught:
        check(read(changed(*path, to=to)))
    assert told in str(caught.value)


def test_it_is_put_in_force_and_taken_back(engine: Engine) -> None:
    site = check(read(yaml.safe_dump(SITE)))
    with writing(engine) as session:
        apply(session, site, expected=0, now=1)
    with reading(engine) as session:
        current = site_now(session)
    assert current.as_written() == site
    bare = check(read(changed("outbound", to=None)))
    assert [str(change) for change in plan(current, bare)] == ["- outbound calls: CN"]
    with writing(engine) as session:
        apply(session, bare, expected=1, now=2)
    with reading(engine) as session:
        assert site_now(session).outbound is None


def test_the_plan_names_what_changes() -> None:
    site = check(read(yaml.safe_dump(SITE)))
    changes = [str(change) for change in plan(EMPTY_SITE, site)]
    assert "+ outbound calls: CN" in changes
    assert "+ number 8001: 1001" in changes
