"""One interpreter on one line, by a line that answers at once."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from structlog import get_logger
from structlog.testing import capture_logs

from ivr.interpreter import EnqueueStep, Interpreter, Left, Outcome, Place
from ivr.menus import parse
from ivr.nodes import MenuTree
from ivr.ports import Line, LineFailed, LineGone
from ivr.session import run_menu
from tests.unit.ivr.documents import tree


@dataclass
class ScriptedLine:
    """Presses keys in turn; lacks `failing` sounds; is gone after so many commands."""

    presses: list[str]
    failing: frozenset[str] = frozenset()
    gone_after: int = 1000
    done: list[tuple[str, object]] = field(default_factory=list)

    def _do(self, what: str, how: object) -> None:
        if len(self.done) >= self.gone_after:
            raise LineGone
        self.done.append((what, how))
        if isinstance(how, tuple) and self.failing & set(how):
            raise LineFailed("no such sound")

    async def play(self, sounds: Sequence[str], keys: str = "") -> str | None:
        self._do("play", tuple(sounds))
        return None

    async def collect(
        self, sounds: Sequence[str], *, digits: int, timeout_ms: int, keys: str = ""
    ) -> str:
        assert (digits, timeout_ms) == (1, 4000)
        self._do("collect", tuple(sounds))
        return self.presses.pop(0)

    def speak_language(self, language: str) -> None:
        self._do("speak", language)

    async def hang_up(self, cause: int = 16) -> None:
        self._do("hang up", cause)


def finish(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run to the end what never really waits."""
    with pytest.raises(StopIteration):
        coroutine.send(None)


class Nights:
    """A site that is closed and has no other menu."""

    def is_open(self, hours: str) -> bool:
        return False

    def menu(self, name: str) -> MenuTree:
        raise LookupError(f"no menu {name}")


def run(
    line: ScriptedLine, at: str | None = None, menu: MenuTree | None = None
) -> list[tuple[str, object]]:
    """What was done on the line, the queue and the record of positions, in turn."""

    async def enqueue(step: EnqueueStep) -> Outcome:
        line.done.append(("enqueue", (step.queue, step.announce)))
        return Left("talked")

    async def on_position(place: Place) -> None:
        line.done.append(("at", place.node))

    interpreter = Interpreter(menu or tree(), at=at)
    finish(
        run_menu(
            cast(Line, line),
            interpreter,
            site=Nights(),
            enqueue=enqueue,
            on_position=on_position,
            log=get_logger().bind(call="01J"),
        )
    )
    return line.done


def test_a_whole_call() -> None:
    assert run(ScriptedLine(["", "9"])) == [
        ("at", "welcome"),
        ("speak", "zh"),
        ("at", "ask"),
        ("collect", ("hotseat/welcome", "hotseat/choose")),
        ("collect", ("hotseat/silent", "hotseat/choose")),
        ("at", "english"),
        ("speak", "en"),
        ("at", "in-english"),
        ("play", ("hotseat/language-changed",)),
        ("at", "consult"),
        ("enqueue", ("consult", ("hotseat/please-wait",))),
        ("at", "farewell"),
        ("play", ("hotseat/goodbye",)),
        ("hang up", 16),
    ]


def test_a_missing_prompt_is_logged_and_the_call_goes_on() -> None:
    line = ScriptedLine(["1"], failing=frozenset({"hotseat/welcome", "hotseat/goodbye"}))
    with capture_logs() as logs:
        done = run(line)
    assert done[-1] == ("hang up", 16)
    assert ("collect", ()) in done
    assert [(entry["node"], entry["call"], entry["reason"]) for entry in logs] == [
        ("ask", "01J", "no such sound"),
        ("farewell", "01J", "no such sound"),
    ]


@pytest.mark.parametrize("commands", range(8))
def test_a_caller_who_hangs_up_ends_the_menu(commands: int) -> None:
    line = ScriptedLine(["1"], gone_after=commands)
    with pytest.raises(LineGone):
        run(line)
    assert "hang up" not in [what for what, _ in line.done]


def test_a_menu_taken_up_again_begins_at_its_node() -> None:
    assert run(ScriptedLine([]), at="consult")[:3] == [
        ("at", "consult"),
        ("speak", "zh"),
        ("enqueue", ("consult", ("hotseat/please-wait",))),
    ]


def test_the_site_is_asked_for_hours_and_menus() -> None:
    menu = parse(
        {
            "start": "time",
            "language": "zh",
            "nodes": {
                "time": {"hours": "office", "open": "end", "closed": "other"},
                "other": {"enter": "survey", "next": "end"},
                "end": {"hang_up": []},
            },
        }
    )
    with capture_logs() as logs:
        done = run(ScriptedLine([]), menu=menu)
    assert done[-3:] == [("at", "other"), ("play", ("hotseat/sorry-hang-up",)), ("hang up", 41)]
    assert [(entry["node"], entry["reason"]) for entry in logs] == [("other", "no menu survey")]
