"""The service level: how long a queue may let callers wait, and whether a call was in time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"


def upgrade() -> None:
    """Give every queue 20 seconds; calls that are over already stay without a verdict."""
    with op.batch_alter_table("queue") as queue:
        queue.add_column(
            sa.Column("answer_within_ms", sa.Integer(), nullable=False, server_default="20000")
        )
    with op.batch_alter_table("queue") as queue:
        queue.alter_column("answer_within_ms", server_default=None)
    with op.batch_alter_table("call") as call:
        call.add_column(sa.Column("in_time", sa.Boolean(), nullable=True))
