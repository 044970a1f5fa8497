"""Every prompt is found where it is heard, and missed where it is lacking."""

from __future__ import annotations

import ast
import importlib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from hotseat.db.prompts import Take
from hotseat.prompts import uses as module
from hotseat.prompts.shelf import shelf
from hotseat.prompts.uses import Use, Where, missing, needs, uses
from hotseat.site.check import check
from hotseat.site.read import SiteFile
from hotseat.site.records import EMPTY_SITE, MenuRecord, SiteNow
from ivr.prompts import built_in

SPEAKERS = ("check_in", "bell", "last_resort", "reception", "calls", "hold")
"""The modules of the server that speak for themselves."""

HAVE = {
    language: {prompt.name for prompt in built_in() if prompt.language == language}
    for language in ("zh", "en")
}


def site(**changed: object) -> SiteNow:
    """The demo site, with whole sections of its file changed."""
    text = files("hotseat.site").joinpath("demo.yaml").read_text(encoding="utf-8")
    content = yaml.safe_load(text) | changed
    found = check(SiteFile(content, {}))
    parts = {name: getattr(found, name) for name in found.__dataclass_fields__}
    menus = {name: MenuRecord(name, 1, document) for name, document in found.menus.items()}
    return SiteNow(**parts | {"menus": menus}, revision=1)


def menu(*sounds: str) -> dict[str, object]:
    """A menu that says this and hangs up."""
    return {"main": {"start": "end", "language": "zh", "nodes": {"end": {"hang_up": [*sounds]}}}}


def test_the_demo_lacks_no_prompt() -> None:
    assert missing(site(), HAVE) == []
    assert ("en", "position-3") in needs(site())


def test_an_empty_site_needs_nothing() -> None:
    assert needs(EMPTY_SITE) == set()


def test_what_is_not_there_is_missed_in_its_language() -> None:
    lacking = site(menus=menu("our-office"), numbers={"400": {"menu": "main"}})
    assert missing(lacking, HAVE) == [("zh", "our-office")]
    assert missing(lacking, HAVE | {"zh": HAVE["zh"] | {"our-office"}}) == []
    without = HAVE | {"zh": HAVE["zh"] - {"goodbye", "sorry-hang-up", "enter-pin"}}
    assert missing(lacking, without) == [
        ("zh", "enter-pin"),
        ("zh", "our-office"),
        ("zh", "sorry-hang-up"),
    ]


def test_a_use_names_menu_and_step_queue_or_number() -> None:
    found = uses(site())
    assert found["welcome"] == (Use(Where.STEP, "main", "welcome"),)
    assert Use(Where.SORRY, "main") in found["sorry-hang-up"]
    assert Use(Where.EVERY_CALL) in found["sorry-hang-up"]
    assert Use(Where.IN_LINE, "consult") in found["position-1"]
    assert found["enter-pin"] == (Use(Where.CHECK_IN),)
    assert "transfer" not in found


@pytest.mark.parametrize(
    ("after_hours", "prompts"),
    [
        ("wait", set()),
        ("callback", {"callback-noted"}),
        ("voicemail", {"leave-message", "message-kept"}),
    ],
)
def test_a_queue_without_anybody_says_what_its_policy_says(
    after_hours: str, prompts: set[str]
) -> None:
    queue = {"title": "夜", "requires": {}, "duty": {"after_hours": after_hours}}
    nodes = {"q": {"queue": "n", "next": "end"}, "end": {"hang_up": []}}
    start = {"start": "q", "language": "en", "nodes": nodes}
    night = site(
        queues={"n": queue},
        menus={"m": start},
        numbers={"400": {"menu": "m"}},
        agents={},
        phones={},
        roster={},
    )
    said = {prompt for prompt, places in uses(night).items() if Use(Where.NOBODY, "n") in places}
    assert said == prompts
    heard = {("en", prompt) for prompt in prompts | {"sorry-hang-up"}}
    assert needs(night) == heard | {("zh", "sorry-hang-up")}


def test_duty_mobiles_need_their_sentences_in_the_first_language() -> None:
    demo = site()
    number = next(iter(demo.agents))
    some = replace(demo, agents={number: replace(demo.agents[number], mobile="+8613800010001")})
    none = replace(demo, agents={number: replace(demo.agents[number], mobile="")})
    wanted = {("zh", "duty-keys"), ("zh", "duty-number"), ("zh", "digit-7")}
    assert wanted <= needs(some)
    assert not wanted & needs(none)
    assert Use(Where.EVERY_MOBILE) in uses(some)["digit-7"]
    announced = uses(some)["duty-call"]
    assert {use.where for use in announced} == {Where.MOBILE}


def test_nothing_that_the_server_says_by_itself_is_forgotten() -> None:
    """Whoever lets it say another sentence adds it to the tables."""
    listed = {
        *module.EVERY_CALL,
        *module.OWN_NUMBER,
        *module.EVERY_MOBILE,
        *module.CHECK_IN,
        *(prompt for prompts in module.NOBODY.values() for prompt in prompts),
    }
    names = {prompt.name for prompt in built_in()}
    said = set()
    for speaker in SPEAKERS:
        path = Path(importlib.import_module(f"hotseat.{speaker}").__file__ or "")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in names:
                said.add(node.value)
    assert len(said) > 12
    assert said - listed == set()
    assert listed <= names


def take(language: str, name: str) -> Take:
    """Something that was uploaded."""
    return Take(7, language, name, "新的话", "王芳", 2500, "mei", 1, True)


def test_an_upload_stands_over_what_comes_with_hotseat() -> None:
    found = shelf(site(), [take("zh", "welcome"), take("de", "grüße")])
    assert (found["welcome"].spoken["zh"].text, found["welcome"].spoken["zh"].take) == (
        "新的话",
        take("zh", "welcome"),
    )
    assert found["welcome"].built_in["zh"].voice == "zf_xiaoni"
    assert found["welcome"].spoken["en"].take is None
    assert list(found)[:2] == ["welcome", "menu-main"]
    assert list(found)[-1] == "grüße"


def test_what_is_asked_for_and_not_there_is_on_the_shelf_too() -> None:
    lacking = site(menus=menu("our-office"), numbers={"400": {"menu": "main"}})
    found = shelf(lacking, [])["our-office"]
    assert (found.missing, found.spoken) == (("zh",), {})
    assert found.uses == (Use(Where.STEP, "main", "end"),)
    assert shelf(lacking, [take("zh", "our-office")])["our-office"].missing == ()
    assert shelf(lacking, [take("en", "our-office")])["our-office"].missing == ("zh",)
