"""What agents write down of a call, and earlier calls found by the caller's number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table and the index."""
    op.create_table(
        "call_note",
        sa.Column("call", sa.String(length=26), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("call", name=op.f("pk_call_note")),
        sa.CheckConstraint(
            "category IN ('', 'platform', 'device', 'other')", name=op.f("ck_call_note_category")
        ),
    )
    op.create_index("call_by_caller", "call", ["caller", "arrived_at"], unique=False)
