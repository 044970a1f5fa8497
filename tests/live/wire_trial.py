"""Our wires against a real Asterisk, in the place of the server; prints what it saw as JSON.

HOTSEAT_STATE=… python -m tests.live.wire_trial link
HOTSEAT_STATE=… python -m tests.live.wire_trial cuts CALLERS CUTS_EACH SEED
"""

from __future__ import annotations

import json
import random
import sys
import wave
from collections import Counter
from collections.abc import Awaitable
from importlib.resources import files
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.task import deferLater, react

from hotseat.asterisk.agi import FastAgiListener
from hotseat.asterisk.agi_line import FastAgiLine
from hotseat.asterisk.ami import AmiLink, AmiRefused
from hotseat.config import Settings, load_secrets, load_settings

SOUND = "other-language"
SLOW_SECONDS = 0.5


async def link_trial(reactor: Any, settings: Settings) -> dict[str, object]:
    """Log in, ask, list, be refused, and be told of an event."""
    asterisk = settings.asterisk
    link = AmiLink(
        reactor,
        TCP4ClientEndpoint(
            reactor,
            str(asterisk.host),
            asterisk.ami_port,
            bindAddress=(str(asterisk.fastagi_host), 0),
        ),
        user="hotseat",
        secret=load_secrets(settings).ami_events,
    )
    up: Deferred[None] = Deferred()
    link.on_up(lambda: up.callback(None))
    link.start()
    await up
    await deferLater(reactor, 0.2)  # the first ping
    core = await link.action("CoreStatus")
    try:
        refusal = str(await link.action("Hangup", {"Channel": "PJSIP/nobody-00000000"}))
    except AmiRefused as error:
        refusal = str(error)
    devices = await link.listing("DeviceStateList")
    report = {
        "startup": core.get("CoreStartupTime"),
        "refusal": refusal,
        "devices": [row.get("Device") for row in devices],
        "lag_ms": link.lag_ms,
        "bad_frames": link.counts.bad_frames,
        "unknown_responses": link.counts.unknown_responses,
    }
    await link.stop()
    return report


class Cuts:
    """Cuts a prompt at random instants and checks that every reply finds its command."""

    def __init__(self, reactor: Any, settings: Settings, callers: int, each: int, seed: int):
        self._reactor = reactor
        self._rng = random.Random(seed)
        self._each = each
        self._lines = callers
        self._seen: Counter[str] = Counter(cut=0, ended=0, slow=0)
        self._faults: list[str] = []
        self._done: Deferred[None] = Deferred()
        asterisk = settings.asterisk
        self._where = str(asterisk.fastagi_host), asterisk.fastagi_port
        self._listener = FastAgiListener(
            reactor,
            key=load_secrets(settings).fastagi_key,
            allowed=[
                str(asterisk.host),
                "127.0.0.1",
            ],  # what Asterisk does not bind has this source
            on_line=self._on_line,
        )
        with wave.open(str(files("ivr.prompts") / "en" / f"{SOUND}.wav")) as sound:
            self._seconds = sound.getnframes() / sound.getframerate()

    async def run(self) -> dict[str, object]:
        await self._listener.start(*self._where)
        print("ready", flush=True)
        await self._done
        await self._listener.stop()
        return {**self._seen, "faults": self._faults, "refused": dict(self._listener.refused)}

    async def _on_line(self, line: FastAgiLine) -> None:
        await line.answer()
        try:
            for number in range(self._each):
                await self._cut(line, f"tag{number}")
        except Exception as error:
            self._faults.append(f"{line.facts.channel}: {error!r}")
        self._lines -= 1
        await line.hang_up()
        if not self._lines:
            self._done.callback(None)

    async def _cut(self, line: FastAgiLine, tag: str) -> None:
        outcome: list[object] = []
        playing = Deferred.fromCoroutine(line.play([f"hotseat/{SOUND}"]))
        playing.addBoth(outcome.append)
        await deferLater(self._reactor, self._instant())
        self._seen["ended" if outcome else "cut"] += 1
        begun = self._reactor.seconds()
        await line.music("default")
        self._seen["slow"] += self._reactor.seconds() - begun > SLOW_SECONDS
        await line.set({"TAG": tag})
        got = await line.get("TAG")
        if outcome != [None] or got != tag:
            self._faults.append(f"{line.facts.channel} {tag}: play {outcome}, variable {got}")

    def _instant(self) -> float:
        """Any, and often one near the prompt's beginning or end."""
        rng = self._rng
        return rng.choice(
            (
                0,
                rng.uniform(0, 0.02),
                rng.uniform(0, 0.2),
                rng.uniform(0, self._seconds),
                self._seconds + rng.uniform(-0.01, 0.04),
            )
        )


def main(reactor: Any, trial: str, *numbers: str) -> Deferred[None]:
    settings = load_settings()
    if trial == "link":
        report: Awaitable[dict[str, object]] = link_trial(reactor, settings)
    else:
        callers, each, seed = map(int, numbers)
        report = Cuts(reactor, settings, callers, each, seed).run()

    async def tell() -> None:
        print(json.dumps(await report), flush=True)

    return Deferred.fromCoroutine(tell())


if __name__ == "__main__":
    react(main, sys.argv[1:])
