"""Who may import whom. Whatever is not listed here is forbidden."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("words", "ivr", "acd", "softphone_bridge", "hotseat", "admin")

PURE_PACKAGES = ("words", "ivr", "acd", "softphone_bridge", "hotseat.roster")
WORDS = (
    "words", "hotseat.history", "hotseat.site.records", "hotseat.rights", "hotseat.outbound",
    "hotseat.callbacks",
)  # fmt: skip
"""Records and words without I/O, which every part may use."""

COMPOSITION = ("hotseat.cli", "hotseat.serving", "hotseat.server")
"""The server is put together in one, runs as a process by the other, and that by the command."""
STARTS = "hotseat.__main__"
"""`python -m hotseat`."""

RULES: tuple[tuple[str, tuple[str, ...]], ...] = (
    # (whose imports, what of ours they may import); the first rule that fits a module counts.
    ("hotseat.cli", ("",)),
    ("hotseat.serving", ("",)),
    ("hotseat.server", ("",)),
    (
        "admin",
        (
            "admin", "hotseat.db", "hotseat.site", "hotseat.config", "hotseat.control_client",
            "hotseat.numbering", "hotseat.pins",
            "hotseat.invitations", "hotseat.roster", "hotseat.prompts", "hotseat.recordings",
            "ivr", "acd", "softphone_bridge", *WORDS,
        ),
    ),
    ("hotseat.recordings", ("hotseat.asterisk", "hotseat.config", "words")),
    ("hotseat.invitations", ("hotseat.db", "acd", *WORDS)),
    ("words", ("words",)),
    ("ivr.session", ("ivr",)),
    ("ivr", ("ivr", "words")),
    ("acd.service", ("acd",)),
    ("acd", ("acd", "words")),
    ("softphone_bridge", ("softphone_bridge", "acd", "words")),
    ("hotseat.config", ("words",)),
    ("hotseat.clock", ()),
    ("hotseat.log", ()),
    ("hotseat.history", ("acd",)),
    ("hotseat.tables", ()),
    ("hotseat.terminal", ("hotseat.config", "words")),
    ("hotseat.manual", ("hotseat.manual", "hotseat.tables", "hotseat.terminal", "words")),
    ("hotseat.rights", ()),
    ("hotseat.one_server", ("words",)),
    ("hotseat.softphones", ("hotseat.softphones",)),
    ("hotseat.demo.people", ()),
    ("hotseat.demo.stage", ()),
    ("hotseat.demo.evening", ("hotseat.db", "hotseat.site", "hotseat.roster", "acd")),
    (
        "hotseat.demo",
        (
            "hotseat.demo", "hotseat.softphones", "hotseat.operation.screen",
            "hotseat.operation.terms", "hotseat.tables", "hotseat.config",
            "hotseat.control_client", "ivr.prompts", "words",
        ),
    ),
    ("hotseat.public_holidays", ("ivr.hours",)),
    ("hotseat.roster", ("hotseat.roster", "acd", "ivr.hours", "words")),
    ("hotseat.numbering", ()),
    ("hotseat.outbound", ("acd",)),
    ("hotseat.callbacks", ("hotseat.site.records", "acd", "words")),
    (
        "hotseat.site.records",
        ("acd", "ivr.hours", "ivr.waiting", "hotseat.roster", "hotseat.outbound"),
    ),
    ("hotseat.asterisk.charset", ()),
    ("hotseat.asterisk.ami_wire", ("hotseat.asterisk.charset",)),
    ("hotseat.asterisk.agi_wire", ("hotseat.asterisk.charset",)),
    (
        "hotseat.asterisk.status_rows",
        (
            "hotseat.asterisk.ami_wire", "acd.ports", "acd.types", "softphone_bridge.devices",
            "softphone_bridge.mobiles",
        ),
    ),
    (
        "hotseat.asterisk",
        (
            "hotseat.asterisk", "hotseat.config", "hotseat.clock", "ivr.ports", "ivr.prompts",
            "acd", "softphone_bridge.devices", "softphone_bridge.mobiles", "words",
        ),
    ),
    (
        "hotseat.db",
        ("hotseat.db", "hotseat.config", "hotseat.roster", "ivr", "acd", *WORDS),
    ),
    (
        "hotseat.site",
        (
            "hotseat.site", "hotseat.db", "hotseat.config", "hotseat.public_holidays",
            "hotseat.roster", "hotseat.numbering", "ivr", "acd", *WORDS,
        ),
    ),
    ("hotseat.backup", ("hotseat.backup", "hotseat.db", "acd", "words")),
    ("hotseat.spool", ("hotseat.db", "acd", *WORDS)),
    ("hotseat.journal", ("hotseat.db", "hotseat.spool", "acd", *WORDS)),
    ("hotseat.live_journal", ("acd",)),
    ("hotseat.live_config", ("hotseat.db", "hotseat.site", "ivr", "acd", *WORDS)),
    ("hotseat.live_roster", ("hotseat.db", "hotseat.live_config", "hotseat.roster", "acd", *WORDS)),
    ("hotseat.control_client", ("hotseat.config", "words")),
    (
        "hotseat.control_commands",
        (
            "hotseat.control", "hotseat.seats", "hotseat.live_config", "hotseat.live_roster",
            "acd", "softphone_bridge", "words",
        ),
    ),
    ("hotseat.enquiries", ("hotseat.db", "hotseat.pins", "acd", *WORDS)),
    (
        "hotseat.recall",
        (
            "hotseat.db", "hotseat.journal", "hotseat.figures", "hotseat.log_ons",
            "hotseat.outbound_calls", "hotseat.seats", "hotseat.roster", "acd", *WORDS,
        ),
    ),
    (
        "hotseat.doors",
        ("hotseat.config", "hotseat.control", "hotseat.operation.web", "softphone_bridge.feed"),
    ),
    (
        # Looks at everything, for `hotseat status`.
        "hotseat.live_status",
        (
            "hotseat.status", "hotseat.clock", "hotseat.contacts", "hotseat.figures",
            "hotseat.journal", "hotseat.live_config", "hotseat.live_roster",
            "hotseat.operation.drain", "hotseat.asterisk", "softphone_bridge.feed", "acd",
        ),
    ),
    ("hotseat.authority", ("hotseat.control_client", *WORDS)),
    ("hotseat.__main__", ("hotseat.cli",)),
    (
        # Looks at everything, for the doctor.
        "hotseat.operation.probe",
        (
            "hotseat.operation", "hotseat.asterisk", "hotseat.db", "hotseat.phones",
            "hotseat.config", "hotseat.control_client", "hotseat.prompts.uses", "ivr", *WORDS,
        ),
    ),
    (
        "hotseat.operation",
        (
            "hotseat.operation", "hotseat.tables", "hotseat.figures", "hotseat.contacts",
            "acd", "words",
        ),
    ),
    (
        "hotseat.rostering",
        (
            "hotseat.rostering", "hotseat.roster", "hotseat.db", "hotseat.site", "hotseat.tables",
            "hotseat.terminal", "ivr.hours", "acd", "words",
        ),
    ),
    ("hotseat.phones", ("hotseat.asterisk", "hotseat.db", "hotseat.config")),
    ("hotseat.prompts.telephone_sound", ()),
    ("hotseat.prompts.decoding", ("hotseat.prompts",)),
    ("hotseat.prompts.uses", ("ivr", *WORDS)),
    (
        "hotseat.prompts",
        (
            "hotseat.prompts", "hotseat.db", "hotseat.phones", "hotseat.asterisk.sandbox",
            "hotseat.config", "ivr", "acd", *WORDS,
        ),
    ),
    (
        "hotseat",
        (
            "ivr", "acd", "softphone_bridge", "hotseat.journal", "hotseat.live_config",
            "hotseat.contact", "hotseat.contacts", "hotseat.seats", "hotseat.calls",
            "hotseat.clock", "hotseat.config", "hotseat.reception", "hotseat.hold",
            "hotseat.authority", "hotseat.bell", "hotseat.last_resort", "hotseat.outbound_calls",
            "hotseat.numbering", "hotseat.check_in", "hotseat.pins", "hotseat.dial_back",
            "hotseat.public_holidays", "hotseat.live_roster", "hotseat.roster", "hotseat.wait",
            "hotseat.terms", "hotseat.ringing", *WORDS,
        ),
    ),
)  # fmt: skip

TWISTED = ("twisted", "zope")
SQL = ("sqlalchemy", "alembic")
SQL_ROOMS = (
    "hotseat.db", "hotseat.site", "hotseat.journal", "hotseat.live_config", "hotseat.live_roster",
    "hotseat.phones", "hotseat.prompts",
    "hotseat.backup", "hotseat.operation.probe", "hotseat.invitations",
    "hotseat.rostering", "hotseat.demo.evening", "hotseat.demo.commands", "admin",
)  # fmt: skip
WEB = ("flask", "flask_wtf", "wtforms", "waitress")
FRAMEWORKS = (*TWISTED, *SQL, *WEB, "pydantic", "pydantic_settings")
IO_MODULES = frozenset(
    {"socket", "subprocess", "threading", "asyncio", "time", "random", "secrets", "logging", "os"}
)

IO_IN_PURE = frozenset({"acd.service", "ivr.session", "softphone_bridge.feed"})
"""The io modules inside otherwise pure packages."""


def modules() -> dict[str, Path]:
    found = {}
    for package in OURS:
        for path in (ROOT / package).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(name: str) -> Iterator[str]:
    """Full names imported by a module, also inside functions; `from a import b` gives a.b."""
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative imports hide where a thing lives"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in MODULES else str(node.module)


def within(module: str, package: str) -> bool:
    return package == "" or module == package or module.startswith(package + ".")


def rule_for(name: str) -> tuple[str, ...]:
    # A command group is part of the composition root: it may reach everything.
    if name.rsplit(".", 1)[-1] == "commands":
        return ("",)
    return next(allowed for prefix, allowed in RULES if within(name, prefix))


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_follow_the_plan(name: str) -> None:
    ours = [target for target in imports(name) if target.split(".")[0] in OURS]
    allowed = rule_for(name)
    wrong = [target for target in ours if not any(within(target, ok) for ok in allowed)]
    assert not wrong, f"{name} may import {allowed}, not {wrong}"


@pytest.mark.parametrize("name", sorted(MODULES))
def test_nothing_imports_the_composition_root(name: str) -> None:
    if name not in (*COMPOSITION, STARTS):
        roots = [target for target in imports(name) if target in COMPOSITION]
        assert not roots


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name in MODULES
        if any(within(name, package) for package in PURE_PACKAGES) and name not in IO_IN_PURE
    ),
)
def test_the_core_is_pure(name: str) -> None:
    frameworks = (*FRAMEWORKS, "structlog", "click")
    impure = [
        target
        for target in imports(name)
        if target.split(".")[0] in frameworks or target.split(".")[0] in IO_MODULES
    ]
    assert not impure, f"{name} is pure; it may not import {impure}"


@pytest.mark.parametrize("name", sorted(MODULES))
def test_frameworks_stay_in_their_rooms(name: str) -> None:
    targets = {target.split(".")[0] for target in imports(name)}
    if (within(name, "hotseat.db") and name != "hotseat.db.pool") or within(name, "hotseat.site"):
        assert not targets & set(TWISTED), f"{name}: no Twisted beside SQL, but for the pool"
    if targets & set(SQL):
        assert any(within(name, room) for room in SQL_ROOMS), (
            f"{name}: SQL lives in hotseat.db and its readers"
        )
    if within(name, "admin"):
        assert not targets & set(TWISTED), f"{name}: the admin is no part of the server's process"
    else:
        assert not targets & set(WEB), f"{name}: pages live in the admin"


@pytest.mark.parametrize("name", sorted(MODULES))
def test_nobody_takes_the_global_reactor(name: str) -> None:
    """Reactors are passed in, so that tests can pass a clock; serving passes the real one."""
    text = MODULES[name].read_text(encoding="utf-8")
    if name != "hotseat.serving":
        assert "from twisted.internet import reactor" not in text
        assert "internet.reactor" not in text


def test_the_rules_can_fail() -> None:
    assert not within("hotseat.asterisk.ami", "hotseat.calls")
    assert rule_for("hotseat.calls") == rule_for("hotseat.restart")
    assert not any(within("hotseat.asterisk.ami", ok) for ok in rule_for("hotseat.calls"))
    assert list(imports("hotseat.server"))
