"""Who belongs to which team."""

from __future__ import annotations

from collections.abc import Mapping

from admin.site_edit import section
from hotseat.rights import NOBODYS, Owned


def teams() -> Mapping[str, str]:
    """Team -> title."""
    return section("teams")


def owned_by(agent: str | None) -> Owned:
    """A thing of this agent, as rights see it."""
    entry = section("agents").get(agent or "")
    return NOBODYS if entry is None else Owned(agent, entry.get("team"))
