"""A slice of `make fuzz`, and proof that its alarms ring."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import structlog
from twisted.internet.defer import Deferred

from hotseat.asterisk.ami import AmiLink
from hotseat.site.problems import Problem, SiteInvalid
from hotseat.site.read import SiteFile
from hotseat.site.records import Site
from tests.fuzz import ami, fastagi, site
from tests.fuzz.cases import Broken, Case, Fuzzer, keep, kept, nothing_lost, number, smallest, split

SLICE = 600


@pytest.mark.parametrize(
    ("name", "fuzzer"), [("ami", ami.FUZZER), ("fastagi", fastagi.FUZZER), ("site", site.FUZZER)]
)
def test_a_slice(name: str, fuzzer: Fuzzer) -> None:
    with nothing_lost() as look:
        for at in range(SLICE):
            case = fuzzer.make(number(name, 0, at))
            try:
                fuzzer.check(case)
                look()
            except Exception as error:
                error.add_note(f"make fuzz ONLY={name} SEED=0 FIRST={at} N=1")
                raise
        look(forgotten=True)


def test_a_case_is_the_same_again(tmp_path: Path) -> None:
    """From its number, and from its file."""
    for name, fuzzer in (("ami", ami.FUZZER), ("fastagi", fastagi.FUZZER), ("site", site.FUZZER)):
        case = fuzzer.make(number(name, 3, 14))
        assert case == fuzzer.make(number(name, 3, 14))
        keep(case, tmp_path / "folder" / "case.txt")
        assert kept(tmp_path / "folder" / "case.txt") == case


@pytest.mark.parametrize("seed", range(20))
def test_splits_lose_nothing(seed: int) -> None:
    data = bytes(range(256))
    assert b"".join(split(random.Random(seed), data)) == data


def test_a_case_is_made_small() -> None:
    case: Case = (b"head", b"junk", b"more " * 50 + b"X", b"", b"tail")
    assert smallest(case, lambda some: b"X" in b"".join(some)) == (b"head", b"X")


def test_a_logged_error_counts() -> None:
    with nothing_lost() as look:
        look()
        try:
            raise ValueError("no one looks")
        except ValueError:
            structlog.get_logger("fuzz").exception("something_failed")
        with pytest.raises(Broken, match="something_failed: ValueError"):
            look()
        look()


def test_an_error_in_a_forgotten_deferred_counts() -> None:
    async def fail() -> None:
        raise ValueError("no one looks")

    with nothing_lost() as look:
        Deferred.fromCoroutine(fail())
        with pytest.raises(Broken, match="ValueError"):
            look(forgotten=True)


@pytest.mark.parametrize(
    ("said", "told"), [(b"HANGUP\n", "was ended"), (b"200 result=1 (other)\n", "out of step")]
)
def test_the_alarm_for_lines_rings(said: bytes, told: str) -> None:
    with nothing_lost(), pytest.raises(Broken, match=told):
        fastagi.check((b"in step g", fastagi.ENVIRONMENT, said))


@pytest.mark.parametrize(
    ("method", "told"),
    [("_ping", "no ping"), ("_heard", "the link is lost"), ("_keep_connected", "come back")],
)
def test_the_alarm_for_the_link_rings(
    monkeypatch: pytest.MonkeyPatch, method: str, told: str
) -> None:
    async def nothing(*_: object) -> None:
        pass

    dead = nothing if method == "_keep_connected" else lambda *_: None
    monkeypatch.setattr(AmiLink, method, dead)
    with nothing_lost(), pytest.raises(Broken, match=told):
        ami.check((b"up", b"junk"))


def test_the_alarm_for_site_files_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    def badly(file: SiteFile) -> Site:
        raise SiteInvalid([Problem("", "something is wrong")])

    monkeypatch.setattr(site, "check_site", badly)
    with pytest.raises(Broken, match="a problem without a place"):
        site.check((b"text", b"site: {}"))
