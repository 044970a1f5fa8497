"""Opening hours, and what is said to those who wait."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "hours",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("weekly", sa.JSON(), nullable=False),
        sa.Column("holidays", sa.String(length=2), nullable=False),
        sa.Column("overrides", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_hours")),
    )
    op.create_table(
        "while_waiting",
        sa.Column("queue", sa.String(length=32), nullable=False),
        sa.Column("every_ms", sa.Integer(), nullable=False),
        sa.Column("position", sa.Boolean(), nullable=False),
        sa.Column("expected_wait", sa.Boolean(), nullable=False),
        sa.Column("comfort", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("queue", name=op.f("pk_while_waiting")),
        sa.ForeignKeyConstraint(["queue"], ["queue.name"], name=op.f("fk_while_waiting_queue")),
    )
