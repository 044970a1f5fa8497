"""Site files: a sound site or a list of problems with their places, soon, and nothing else."""

from __future__ import annotations

import copy
import json
import random
import time
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from hotseat.site.check import check as check_site
from hotseat.site.export import export
from hotseat.site.plan import plan
from hotseat.site.problems import SiteInvalid
from hotseat.site.read import MAX_CHARACTERS, SiteFile, read
from hotseat.site.records import EMPTY_SITE, Site
from ivr.menus import outline, parse
from tests.fuzz.cases import Broken, Case, Fuzzer, mutated

TEXT, CONTENT = b"text", b"content"
SECONDS = 5.0
"""The largest file that is read at all is not among the cases; the longest here takes a tenth."""

SMALL = """\
site: {name: 热线, time_zone: Asia/Shanghai, languages: [zh, en]}
skills: {consult: 咨询, english: 英语}
queues:
  consult:
    title: 咨询
    requires: {consult: 1}
    ring_seconds: 20
    while_waiting: {every_seconds: 30, position: true, comfort: [comfort-thanks]}
"""
HOURS = """\
hours:
  office:
    weekly: {mon-fri: [09:00-12:00, 13:00-18:00], sat: [22:00-06:00]}
    holidays: CN
    overrides: {"2026-12-31": [09:00-12:00], "2027-01-02": []}
"""
PEOPLE = """\
agents: {"1001": {name: 王芳, skills: {consult: 5}}, "1002": {name: 李娜}}
phones: {p101: {place: 一楼}, p102: {place: 二楼}}
"""
MENUS = """\
menus:
  main:
    start: ask
    language: zh
    nodes:
      ask: {menu: [hello], keys: {"1": consult, "9": english}, wait_seconds: 2.5, otherwise: bye}
      english: {set: {language: en}, next: desk}
      desk: {hours: office, open: consult, closed: sub}
      sub: {enter: other, next: bye}
      consult: {queue: consult, requires: {english: 1}, priority: 1, next: bye}
      bye: {hang_up: [goodbye], cause: 16}
  other:
    start: hello
    language: zh
    nodes:
      hello: {play: [welcome], next: on}
      on: {go_to: back}
      back: {go_back: []}
numbers: {"4008001000": {menu: main}}
"""
WHOLE = SMALL + HOURS + PEOPLE + MENUS
DEMO = files("hotseat.site").joinpath("demo.yaml").read_text(encoding="utf-8")
TEXTS = (SMALL, SMALL + PEOPLE, SMALL + HOURS, SMALL + HOURS + MENUS)
CONTENTS = tuple(read(text).content for text in (*TEXTS, WHOLE))

WORDS = tuple(
    word.encode("utf-8", "surrogatepass")
    for word in (
        *(
            "&a ",
            "*a",
            "&a [*a]",
            "<<: *a",
            "<<: {x: 1}",
            "!!python/object:os.system ",
            "!!binary ",
        ),
        *("!!int ", "!!set ", "!!timestamp 2026-01-01", "!local ", "!<tag:x> ", "%YAML 1.1\n---\n"),
        *("---\n", "...\n", "? ", "? [a, b]\n: c\n", "- ", ": ", ", ", "{", "}", "[", "]", "#"),
        *(
            "|\n  ",
            ">-\n  ",
            "'",
            '"',
            "\\",
            "\t",
            "\n\n",
            "\n  ",
            "\r",
            "\u2028",
            "\ufeff",
            "\x85",
        ),
        *('"\\ud800"', '"\\U00110000"', '"\\UFFFFFFFF"', '"\\x00"', '"\\xzz"', '"\\e[31m"', "\x07"),
        *("9" * 400, "-9" * 9, "1e999", ".nan", "-.inf", "0x1f", "1_000", "190:20:30", "1.5", "~"),
        *(
            "null",
            "true",
            "no",
            "2026-12-31",
            "9999-99-99",
            "24:00-25:00",
            "mon-",
            "-",
            "zh",
            "=",
            "",
        ),
        *("consult", "consult: 1", "ask", "menus:\n", "nodes: {}\n", "start: ask", "next: ask"),
        *("[" * 60, "{a: " * 60, "- " * 60, "&a [*a, *a]", "🤙", "咨" * 50, "a" * 3_000),
    )
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 9, 10**17, 0.5, -2.25, 1e17),
    *(
        "",
        " ",
        "consult",
        "ask",
        "main",
        "office",
        "zh",
        "a" * 3_000,
        "\x1b[31m",
        "\ud800",
        "..",
        ".",
    ),
    *("no", "../../etc/passwd", "Asia", "Europe/Berlin", "09:00-18:00", "24:00-00:00", "mon-sun"),
    *([], {}, [[]], [None], [1, "1"], {"": {}}, {"a.b": {"c": 1}}, ["goodbye"] * 30),
)


def _bomb(dice: random.Random) -> str:
    """A text that is small and would be large, deep or slow."""
    width = dice.choice((10, 100, 400))
    match dice.randrange(7):
        case 0:  # aliases of aliases: 9^9 of them
            lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
            for deep in range(1, 10):
                lines.append(f"a{deep}: &a{deep} [{', '.join([f'*a{deep - 1}'] * 9)}]")
            return "\n".join(lines)
        case 1:
            return dice.choice("[{") * (width * 50)
        case 2:
            return "".join(f"{' ' * deep}a:\n" for deep in range(width))
        case 3:
            return "- " * (width * 10)
        case 4:  # many names that are nearly right
            queues = "\n".join(f"  queue-{n}: {{title: a}}" for n in range(width))
            nodes = "\n".join(
                f"      n{n}: {{queue: queue_{n}, next: n{n + 1}}}" for n in range(width)
            )
            return (
                f"{SMALL.partition('queues')[0]}queues:\n{queues}\n"
                f"menus:\n  main:\n    start: n0\n    language: zh\n    nodes:\n{nodes}\n"
            )
        case 5:  # as many rings as nodes
            nodes = "\n".join(
                f"      n{n}: {{hours: office, open: n{n + 1}, closed: n0}}" for n in range(width)
            )
            return (
                f"{SMALL}{HOURS}menus:\n  main:\n    start: n0\n    language: zh\n    nodes:\n"
                f"{nodes}\n      n{width}: {{hang_up: []}}\n"
            )
        case _:  # every menu enters every later one
            menus = "\n".join(
                f"  m{n}:\n    start: e{n + 1}\n    language: zh\n    nodes:\n"
                + "".join(
                    f"      e{m}: {{enter: m{m}, next: b}}\n" for m in range(n + 1, width // 8)
                )
                + "      b: {hang_up: []}\n"
                for n in range(width // 8 - 1)
            )
            return f"{SMALL}menus:\n{menus}\nnumbers: {{'4000': {{menu: m0}}}}\n"


def _spots(value: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Every (container, key) of a content."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        found.append((value, key))
        if isinstance(value[key], dict | list):
            _spots(value[key], found)
    return found


def _changed(dice: random.Random, content: Any) -> None:
    """One part of a content made into something else."""
    spots = _spots(content, [])
    if not spots:
        return
    container, key = dice.choice(spots)
    match dice.randrange(7):
        case 0:
            del container[key]
        case 1 if isinstance(container, dict):
            name = dice.choice(("", "x", "main", "1", "a.b", "trunk", "\x1b[1m", "1002", "n" * 50))
            container[name] = container.pop(key)
        case 2 if isinstance(container, dict):
            other, place = dice.choice(spots)
            container[str(place)] = copy.deepcopy(other[place])
        case 3:
            container[key] = {dice.choice(("a", "1", "next")): container[key]}
        case 4:
            other, place = dice.choice(spots)
            container[key] = copy.deepcopy(other[place])
        case 5 if isinstance(container[key], str):
            other, place = dice.choice(spots)
            container[key] = str(place)  # most keys are names of something
        case _:
            container[key] = copy.deepcopy(dice.choice(VALUES))


def make(dice: random.Random) -> Case:
    """The text of a file, or the content that one might have."""
    way = dice.random()
    if way < 0.001:
        return (TEXT, _bomb(dice).encode())
    if way < 0.00101:
        return (TEXT, DEMO.encode() + b"#" * MAX_CHARACTERS)
    if way < 0.4:
        text = DEMO if dice.random() < 0.01 else dice.choice(TEXTS)
        return (TEXT, mutated(dice, text.encode(), WORDS))
    content = copy.deepcopy(dice.choice(CONTENTS))
    for _ in range(dice.choice((1, 1, 1, 2, 3, 6))):
        _changed(dice, content)
    return (CONTENT, json.dumps(content).encode())


def check(case: Case) -> None:
    """Raises Broken."""
    head, data = case[0], b"".join(case[1:])
    began = time.perf_counter()
    if head == TEXT:
        text = data.decode("utf-8", "replace")
        _look_at(lambda: read(text), in_a_file=True)
    else:
        try:
            content = json.loads(data)
        except ValueError:
            return  # made smaller than JSON allows
        _look_at(lambda: SiteFile(content, {}), in_a_file=False)
    seconds = time.perf_counter() - began
    if seconds > SECONDS:
        raise Broken(f"took more than {SECONDS} s")


_OF_THE_WHOLE = ("is missing", "must be a mapping of fields", 'no field ""', "longer than")


def _look_at(file: Callable[[], SiteFile], *, in_a_file: bool) -> None:
    try:
        site = check_site(file())
    except SiteInvalid as invalid:
        if not invalid.problems:
            raise Broken("invalid without a problem") from invalid
        for problem in invalid.problems:
            if not problem.text:
                raise Broken(f"a problem without words at {problem.path!r}") from None
            told = problem.line is not None if in_a_file else bool(problem.path)
            if not told and not problem.text.startswith(_OF_THE_WHOLE):
                raise Broken(f"a problem without a place: {problem}") from None
        if not str(invalid).replace("\n", "").isprintable():
            raise Broken("problems that a terminal would not show as they are") from None
        if len(str(invalid)) > 1_000_000:
            raise Broken("more to read than anybody will") from None
        return
    _goes_round(site)


def _goes_round(site: Site) -> None:
    """What is sound can be written, read, planned and drawn."""
    if check_site(read(export(site))) != site:
        raise Broken("a sound site is another one when it is written and read")
    plan(EMPTY_SITE, site)
    for document in site.menus.values():
        outline(parse(document))


FUZZER = Fuzzer(make, check)
