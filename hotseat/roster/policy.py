"""What a site allows: rests, notice, approval."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RosterPolicy:
    """The rules of the roster. Spans are minutes."""

    rest: int = 11 * 60
    """The least rest between two duties of an agent that do not touch."""
    swap_notice: int = 0
    """A swap has to be in force so long before the duty begins."""
    leave_notice: int = 24 * 60
    """The same for leave."""
    swap_approval: bool = True
    """Both have agreed: the lead still has to approve."""
    leave_approval: bool = True
    late_after: int = 1
    """Whoever logs on so long after the shift began is late, or leaves so long before its end."""
    holidays: str = ""
    """The country whose holidays are shown and kept by rotations of working days."""
    escalation: tuple[str, ...] = ()
    """Agents to be asked when nobody on duty takes a call, in this order."""
