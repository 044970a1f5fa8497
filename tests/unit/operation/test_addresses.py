"""Where Asterisk's FastAGI connections come from, in a sandbox and on a real machine."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest

from hotseat.config import AsteriskSettings, Settings


@pytest.mark.parametrize(
    ("host", "door", "allowed"),
    [
        (None, None, ["127.9.8.1", "127.0.0.1"]),
        # Towards the carrier it has a real address; to our loopback door it comes as 127.0.0.1.
        ("192.0.2.10", None, ["192.0.2.10", "127.0.0.1"]),
        ("192.0.2.10", "192.0.2.11", ["192.0.2.10"]),
    ],
)
def test_only_our_asterisk_s_own_addresses(
    host: str | None, door: str | None, allowed: list[str]
) -> None:
    asterisk = AsteriskSettings(
        net=IPv4Network("127.9.8.0/24"),
        host=IPv4Address(host) if host else None,
        fastagi_host=IPv4Address(door) if door else None,
    )
    assert Settings(asterisk=asterisk).asterisk.fastagi_peers == allowed
