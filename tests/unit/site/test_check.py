"""A site file is sound, or every mistake is named with its place and the fix."""

from __future__ import annotations

import pytest

from hotseat.asterisk.render import PHONE_NAME, RESERVED
from hotseat.site.check import RESERVED_PHONES, check
from hotseat.site.fields import PHONE
from hotseat.site.problems import SiteInvalid
from hotseat.site.read import read
from hotseat.site.records import QueueRecord, Site

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
    """As its comments promise: three queues, six agents, ten phones."""
    assert (len(demo.queues), len(demo.agents), len(demo.phones)) == (3, 6, 10)
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
    with pytest.raises(SiteInvalid, match=r"menus\.main\.nodes\.complaint\.queue: no queue"):
        check(read(demo_text[:start] + demo_text[end:]))


def test_every_phone_that_passes_can_be_rendered() -> None:
    """Asterisk's side has its own list of names that it cannot write."""
    assert RESERVED <= RESERVED_PHONES
    assert PHONE.pattern.pattern == PHONE_NAME.pattern
