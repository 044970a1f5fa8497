"""Wrap-up after each call, and pauses found as quickly as log-ons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0008"

PRESENCE = sa.text(
    "kind = 'logged_on' OR kind = 'logged_off' OR kind = 'paused' OR kind = 'pause_over'"
)


def upgrade() -> None:
    """Calls that are over already stay without a wrap-up."""
    with op.batch_alter_table("call") as call:
        call.add_column(sa.Column("wrap_up_ended_at", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("seat") as seat:
        seat.add_column(sa.Column("rests_after", sa.String(length=26), nullable=True))
    op.drop_index("journal_log_ons", "journal")
    op.create_index(
        "journal_presence",
        "journal",
        ["kind", "at", "seat"],
        sqlite_where=PRESENCE,
        postgresql_where=PRESENCE,
    )
