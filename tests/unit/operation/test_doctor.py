"""What the doctor concludes, and that he looks everywhere."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hotseat.asterisk.ami_wire import challenge_key
from hotseat.cli import main
from hotseat.config import AsteriskSettings, Settings, load_secrets
from hotseat.db.engine import open_engine, writing
from hotseat.db.migrations import upgrade
from hotseat.operation import doctor, probe
from hotseat.operation.doctor import GIB, FileMode, Finding, Verdict
from hotseat.site.apply import apply
from hotseat.site.records import Site
from tests.unit.operation.states import a_queue, a_state
from words import of_plain, told

OK, WARN, FAIL = Verdict.OK, Verdict.WARN, Verdict.FAIL
NOBODY = a_state(seats=[])
HOUR = 3_600_000


def rostered(*missing: str, hours: int = 100) -> dict[str, Any]:
    """A state with two on duty, and a roster for so many hours."""
    until = a_state()["now"] + hours * HOUR
    return a_state(
        duty={"rostered": True, "on_duty": [{}, {}], "missing": missing, "runs_out_at": until}
    )


SICK = a_state(journal={"lag_ms": 60_000, "lost": 0, "trouble": None})
AWAY = a_state(ami={"up": False, "lag_ms": 0})
UNSTAFFED = a_state(queues=[a_queue("vip"), a_queue("busy", talking=1)])


@pytest.mark.parametrize(
    ("finding", "verdict", "word"),
    [
        (doctor.asterisk_version("22.10.1"), OK, "22.10.1"),
        (doctor.asterisk_version("20.0.0"), OK, "20.0.0"),
        (doctor.asterisk_version("18.3.0"), FAIL, "too old"),
        (doctor.asterisk_version("22.11.0"), WARN, "2134"),
        (doctor.asterisk_version("GIT-master"), OK, "GIT-master"),
        (doctor.trunk(["127.1.1.10"], ["127.1.1.10"]), WARN, "only this machine"),
        (doctor.trunk(["127.1.1.10", "198.51.100.7"], ["127.1.1.10"]), OK, "198.51.100.7"),
        (doctor.phones([], [], []), FAIL, "none"),
        (doctor.phones(["p1", "p2"], [], []), WARN, "none of 2"),
        (doctor.phones(["p1", "p2"], ["p2"], ["p2"]), OK, "1 of 2"),
        (doctor.phones(["p1", "p2"], ["p2"], ["p1"]), WARN, "p1"),
        (doctor.phones(["p1", "p2"], ["p2"], ["mobile-1001"]), OK, "1 of 2"),
        (doctor.server(a_state()), OK, "revision 3"),
        (doctor.server(SICK), WARN, "database"),
        (doctor.server(AWAY), FAIL, "out of sight"),
        (doctor.roster(a_state()), OK, "whoever is logged on is on duty"),
        (doctor.roster(rostered()), OK, "2 on duty, all of them logged on"),
        (doctor.roster(rostered("1002")), WARN, "on duty and not logged on: 1002"),
        (doctor.roster(rostered(hours=47)), WARN, "runs out in 47 h"),
        (doctor.seats(NOBODY), WARN, "nobody is logged on"),
        (doctor.seats(UNSTAFFED), WARN, "nobody is ready for vip"),
        (doctor.seats(a_state()), OK, "2 logged on"),
        (doctor.prompts([]), OK, "every"),
        (doctor.prompts([("zh", "welcome"), ("zh", "welcome")]), FAIL, "missing: zh/welcome.wav"),
        (doctor.prompts([("en", f"p{n}") for n in range(7)]), FAIL, "and 2 more"),
        (doctor.clock(True, 3), OK, "NTP"),
        (doctor.clock(None, None), OK, "cannot tell"),
        (doctor.clock(False, None), WARN, "nobody"),
        (doctor.clock(True, -2_500), WARN, "-2.5 s"),
        (doctor.disk(100 * GIB, 200 * GIB), OK, "100.0 of 200"),
        (doctor.disk(GIB, 200 * GIB), WARN, "1.0 of"),
        (doctor.disk(GIB // 10, 200 * GIB), FAIL, "0.1 of"),
        (doctor.file_modes([FileMode("a", 0o600, 0o600)]), OK, "1 file"),
        (doctor.file_modes([FileMode("a", 0o400, 0o640)]), OK, "1 file"),
        (doctor.file_modes([FileMode("a", 0o644, 0o640)]), FAIL, "a is 0644"),
        (doctor.file_modes([FileMode("a", 0o610, 0o640)]), FAIL, "a is 0610"),
    ],
)
def test_conclusions(finding: Finding, verdict: Verdict, word: str) -> None:
    assert finding.verdict is verdict
    assert word in finding.said
    assert bool(finding.fix) is (verdict is not OK), "what is wrong comes with what to do"


def test_the_fix_for_modes_can_be_pasted() -> None:
    found = doctor.file_modes([FileMode("x", 0o666, 0o600), FileMode("y", 0o660, 0o640)])
    assert found.fix == "chmod 0600 x; chmod 0640 y"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An instance with nothing in it, on a machine without Asterisk."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTSEAT_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(probe, "find", lambda root: None)
    monkeypatch.setattr("hotseat.asterisk.sandbox.find", lambda root: None)
    return Settings()


def examined(*words: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *words])


def test_an_empty_folder_is_told_what_to_do(settings: Settings) -> None:
    result = examined("--json")
    found = {each["subject"]: each for each in json.loads(result.output)}
    assert result.exit_code == 1
    for subject, fix in (
        ("server", "hotseat serve"),
        ("database", "hotseat db upgrade"),
        ("asterisk", "hotseat asterisk install"),
        ("ami", "hotseat asterisk up"),
    ):
        assert found[subject]["verdict"] == "fail"
        assert fix in found[subject]["fix"]
    assert not settings.state.exists(), "looking makes nothing"


def test_people_read_a_line_a_finding_and_the_way_out(settings: Settings) -> None:
    lines = examined().output.splitlines()
    assert any(line.startswith("fail  database ") for line in lines)
    assert any(line.strip().startswith("→ run `hotseat db upgrade`") for line in lines)


@pytest.mark.parametrize(
    ("words", "locale", "said"),
    [
        ((), "zh_CN.UTF-8", "→ 请运行 `hotseat db upgrade`"),
        ((), "zh_CN.UTF-8", "\n故障  数据库         "),
        (("--lang", "zh"), "C", "→ 请运行 `hotseat db upgrade`"),
        (("--lang", "en"), "zh_CN.UTF-8", "→ run `hotseat db upgrade`"),
        ((), "de_DE.UTF-8", "→ run `hotseat db upgrade`"),
    ],
)
def test_the_doctor_speaks_the_language_of_the_terminal(
    words: tuple[str, ...],
    locale: str,
    said: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert said in CliRunner().invoke(main, [*words, "doctor"]).output


def test_a_program_gets_english_and_the_sentences_with_their_facts(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the locale: the pages tell them in the language of their visitor."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    found = {each["subject"]: each for each in json.loads(examined("--json").output)}
    server = found["server"]
    assert server["said"].startswith("no server at ")
    sentence = of_plain(server["sentences"]["said"])
    assert sentence == server["said"]
    assert told(sentence, "zh").endswith("上没有服务器在运行")


def test_a_database_at_head_with_a_site_is_well(settings: Settings, demo: Site) -> None:
    engine = open_engine(settings.database)
    upgrade(engine)
    with writing(engine) as session:
        apply(session, demo, expected=0, now=1)
    engine.dispose()
    (settings.state / "hotseat.db").chmod(0o644)
    found = {finding.subject: finding for finding in probe.examine(settings)}
    assert found["database"].verdict is OK
    assert found["file modes"].verdict is FAIL
    assert "hotseat.db is 0644" in found["file modes"].said


class Ami(Thread):
    """An AMI that answers one connection, line by line."""

    def __init__(self, host: str, secret: str) -> None:
        super().__init__(daemon=True)
        self._secret = secret
        self._door = socket.create_server((host, 0))
        self.port: int = self._door.getsockname()[1]
        self.start()

    def run(self) -> None:
        connection, _ = self._door.accept()
        with connection, connection.makefile("rw", newline="") as file:

            def say(text: str) -> None:
                file.write(text)
                file.flush()

            say("Asterisk Call Manager/11.0.0\r\n")
            self._hear(file)
            say("Response: Success\r\nChallenge: 1234\r\n\r\n")
            right = self._hear(file).get("Key") == challenge_key("1234", self._secret)
            said = "Success" if right else "Error\r\nMessage: Authentication failed"
            say(f"Response: {said}\r\n\r\n")
        self._door.close()

    @staticmethod
    def _hear(file: Iterator[str]) -> dict[str, str]:
        heard = {}
        for line in file:
            if line == "\r\n":
                break
            name, _, value = line.partition(": ")
            heard[name] = value.strip()
        return heard


@pytest.mark.parametrize(("right", "verdict"), [(True, OK), (False, FAIL)])
def test_the_log_in_at_asterisk_is_tried(settings: Settings, right: bool, verdict: Verdict) -> None:
    secret = load_secrets(settings).ami_guest
    ami = Ami(str(settings.asterisk.host), secret if right else "another")
    net = settings.asterisk.net
    finding = probe.ami_log_in(Settings(asterisk=AsteriskSettings(net=net, ami_port=ami.port)))
    ami.join(timeout=10)
    assert finding.verdict is verdict
    assert ("Call Manager" if right else "Authentication failed") in finding.said
