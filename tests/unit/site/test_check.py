"""A site file is sound, or every mistake is named with its place and the fix."""

from __future__ import annotations

from datetime import date

import pytest

from hotseat.asterisk.render import PHONE_NAME, RESERVED
from hotseat.site.check import RESERVED_PHONES, check
from hotseat.site.export import export
from hotseat.site.fields import PHONE
from hotseat.site.problems import SiteInvalid
from hotseat.site.read import read
from hotseat.site.records import QueueRecord, Site
from ivr.hours import WEEKDAYS, Calendar, Span
from ivr.waiting import WhileWaiting

SMALL = """\
site: {name: Small, time_zone: UTC, languages: [zh, en]}
skills: {consult: 咨询}
queues:
  consult: {title: 咨询, requires: {consult: 2}}
agents:
  1001: {name: 王芳, skills: {consult: 5}}
phones:
  p101: {place: 一楼}
menus:
  main:
    start: ask
    language: zh
    nodes:
      ask: {menu: [menu-main], keys: {1: wait}, otherwise: wait}
      wait: {queue: consult, next: end}
      end: {hang_up: []}
numbers:
  400800: {menu: main}
"""


def test_the_demo_site_is_sound(demo: Site) -> None:
    """As its comments promise: two menus, three queues, six agents, ten phones."""
    counts = (len(demo.menus), len(demo.queues), len(demo.agents), len(demo.phones))
    assert counts == (2, 3, 6, 10)
    assert demo.numbers["4008001000"].menu == "main"


def test_a_small_file_becomes_records() -> None:
    """Spans are milliseconds, what is left out has its default, numeric keys are text."""
    site = check(read(SMALL))
    assert site.queues["consult"] == QueueRecord(
        name="consult",
        title="咨询",
        requires={"consult": 2},
        priority=0,
        ring_ms=20_000,
        wrap_up_ms=10_000,
        again_ms=20_000,
        answer_within_ms=20_000,
        music="default",
    )
    assert site.agents["1001"].skills == {"consult": 5}
    assert site.languages == ("zh", "en")
    assert list(site.numbers) == ["400800"]


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        (
            "1: wait",
            "3: wiat",
            '14: menus.main.nodes.ask.keys.3: no node "wiat"; did you mean "wait"',
        ),
        ("queue: consult", "queue: consul", '15: menus.main.nodes.wait.queue: no queue "consul"'),
        ("language: zh", "language: de", '12: menus.main.language: no language "de"'),
        ("400800: {menu: main}", "400800: {menu: mian}", '18: numbers.400800.menu: no menu "mian"'),
        ("400800:", "40x:", '18: numbers.40x: "40x" is no telephone number; use 2 to 20 digits'),
        ("requires: {consult", "requires: {vip", '4: queues.consult.requires.vip: no skill "vip"'),
        ("skills: {consult: 5}", "skills: {consul: 5}", "6: agents.1001.skills.consul: no skill"),
        (
            "consult: 5",
            "consult: 11",
            "6: agents.1001.skills.consult: must be a whole number from 1",
        ),
        ("consult: 2", "consult: 0", "4: queues.consult.requires.consult: must be a whole number"),
        ("1001:", "1:", '6: agents.1: "1" is no agent number; use 2 to 8 digits'),
        ("p101:", "P101:", '8: phones.P101: "P101" is no name of a phone'),
        ("p101:", "trunk:", "8: phones.trunk: this name is Asterisk's own"),
        (
            "place: 一楼",
            "place: 101",
            '8: phones.p101.place: must be text; put it in quotes: "101"',
        ),
        (
            "place: 一楼",
            "plaec: 一楼",
            '8: phones.p101.plaec: no field "plaec"; did you mean "place"',
        ),
        ("place: 一楼", 'place: "a\\nb"', "8: phones.p101.place: must be one line"),
        ("{place: 一楼}", "", "8: phones.p101: must be a mapping of fields"),
        ("title: 咨询", f"title: {'长' * 101}", "4: queues.consult.title: must be at most 100"),
        (
            "title: 咨询,",
            "title: 咨询, ring_seconds: 4,",
            "4: queues.consult.ring_seconds: must be",
        ),
        ("title: 咨询,", "title: 咨询, music: a/b,", '4: queues.consult.music: "a/b" is no music'),
        ("time_zone: UTC", "time_zone: Mars", '1: site.time_zone: no time zone "Mars"'),
        ("time_zone: UTC", "time_zone: ../etc", '1: site.time_zone: no time zone "../etc"'),
        ("time_zone: UTC, ", "", "1: site.time_zone: is missing"),
        ("[zh, en]", "[]", "1: site.languages: must be a list with at least one language"),
        ("[zh, en]", "[zh, zh]", '1: site.languages.1: "zh" stands here twice'),
        ("[zh, en]", "[zh, 5]", '1: site.languages.1: "5" is no language'),
        ("phones:", "fones:", '7: fones: no field "fones"; did you mean "phones"'),
        ("consult: 咨询}", "Consult: 咨询}", '2: skills.Consult: "Consult" is no name'),
        ("consult: 咨询}", "consult: 7}", '2: skills.consult: must be text; put it in quotes: "7"'),
    ],
)
def test_a_mistake_is_named(right: str, wrong: str, message: str) -> None:
    """Line, path, what is wrong."""
    assert right in SMALL
    with pytest.raises(SiteInvalid) as found:
        check(read(SMALL.replace(right, wrong, 1)))
    assert any(str(problem).startswith(message) for problem in found.value.problems), found.value


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    """One check is enough to put a file right."""
    broken = SMALL.replace("UTC", "Mars").replace("consult: 5", "consult: 50").replace("1:", "7x:")
    with pytest.raises(SiteInvalid) as found:
        check(read(broken))
    lines = [problem.line or 0 for problem in found.value.problems]
    assert len(lines) >= 3
    assert lines == sorted(lines)


@pytest.mark.parametrize("text", ["", "[]", "5", "site:", "menus: {main: 5}", "queues: [a]"])
def test_nonsense_is_told_not_raised(text: str) -> None:
    """Whatever stands there, the answer is SiteInvalid."""
    with pytest.raises(SiteInvalid):
        check(read(text))


def test_a_queue_that_a_menu_uses_cannot_be_left_out(demo_text: str) -> None:
    """Removing it is refused by the check of the file."""
    start, end = (
        demo_text.index("  complaint:\n    title"),
        demo_text.index("  callback:\n    title"),
    )
    with pytest.raises(SiteInvalid, match=r"menus\.complaint\.nodes\.desk\.queue: no queue"):
        check(read(demo_text[:start] + demo_text[end:]))


def test_every_phone_that_passes_can_be_rendered() -> None:
    """Asterisk's side has its own list of names that it cannot write."""
    assert RESERVED <= RESERVED_PHONES
    assert PHONE.pattern.pattern == PHONE_NAME.pattern


LARGER = """\
site: {name: Larger, time_zone: Asia/Shanghai, languages: [zh]}
queues:
  consult:
    title: 咨询
    while_waiting: {every_seconds: 20, position: true, comfort: [comfort-thanks]}
hours:
  office:
    weekly: {mon-fri: [09:00-12:00, 13:00-18:00], sat: [22:00-06:00]}
    holidays: CN
    overrides: {2026-12-31: [09:00-12:00], 2027-01-02: []}
menus:
  main:
    start: time
    language: zh
    nodes:
      time: {hours: office, open: sales, closed: end}
      sales: {enter: sales, next: end}
      end: {hang_up: []}
  sales:
    start: wait
    language: zh
    nodes:
      wait: {queue: consult, next: back}
      back: {go_back: []}
numbers:
  400800: {menu: main}
"""


def test_hours_and_announcements_become_records() -> None:
    """A range of days is each of them; what is left out is not said."""
    site = check(read(LARGER))
    office = site.hours["office"]
    day = (Span(540, 720), Span(780, 1080))
    assert office.calendar == Calendar(
        {**dict.fromkeys(WEEKDAYS[:5], day), "sat": (Span(1320, 1800),)},
        {date(2026, 12, 31): (Span(540, 720),), date(2027, 1, 2): ()},
    )
    assert office.holidays == "CN"
    assert site.queues["consult"].while_waiting == WhileWaiting(
        20_000, position=True, expected_wait=False, comfort=("comfort-thanks",)
    )
    assert check(read(export(site))) == site


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("mon-fri:", "mon-frd:", 'hours.office.weekly.mon-frd: no weekday "mon-frd"'),
        ("mon-fri:", "fri-mon:", 'hours.office.weekly.fri-mon: no weekday "fri-mon"'),
        ("sat:", "fri:", 'hours.office.weekly.fri: "fri" stands here twice'),
        ("[22:00-06:00]", "[22-06]", 'hours.office.weekly.sat.0: no opening time "22-06"'),
        ("[22:00-06:00]", "22:00-06:00", "hours.office.weekly.sat: must be a list, such as"),
        ("13:00-18:00", "11:00-18:00", "weekly.mon-fri: 11:00-18:00 must come after 09:00-12:00"),
        ("13:00-18:00", "13:00-10:00", "13:00-10:00 runs into 09:00-12:00 of the next day"),
        ("2027-01-02", "2027-02-30", 'hours.office.overrides.2027-02-30: no date "2027-02-30"'),
        ("2027-01-02", "20261231", 'hours.office.overrides.20261231: "2026-12-31" stands here'),
        ("holidays: CN", "holidays: China", 'hours.office.holidays: "China" is no country'),
        ("holidays: CN", "holidays: XX", 'nothing is known of the holidays of "XX"'),
        ("hours: office", "hours: ofice", 'menus.main.nodes.time.hours: no hours "ofice"; did you'),
        ("enter: sales", "enter: sale", 'menus.main.nodes.sales.enter: no menu "sale"; did you'),
        ("go_back: []", "enter: main, next: wait", "a caller who presses nothing goes round"),
        ("next: back}", "next: main}", 'menus.sales.nodes.wait.next: no node "main"'),
        ("{menu: main}", "{menu: sales}", "menus.sales.nodes.back.go_back: a number leads to this"),
        ("every_seconds: 20", "every_seconds: 5", "while_waiting.every_seconds: must be a whole"),
        ("position: true", "position: yes", "while_waiting.position: must be true or false"),
        (
            "position: true, comfort: [comfort-thanks]",
            "position: false",
            "queues.consult.while_waiting: says nothing; set position",
        ),
        ("comfort: [", "confort: [", 'consult.while_waiting.confort: no field "confort"'),
    ],
)
def test_what_is_wrong_with_hours_and_menus(right: str, wrong: str, message: str) -> None:
    """One slip, one message that names it."""
    assert LARGER.count(right) == 1
    with pytest.raises(SiteInvalid) as refused:
        check(read(LARGER.replace(right, wrong)))
    assert message in str(refused.value)
