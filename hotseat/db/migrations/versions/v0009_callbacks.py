"""Call-backs are worked off: who has them, what was tried, what came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0011"

OLD = "old_callback_request"


def upgrade() -> None:
    """Requests of before are open, but for those that were done."""
    op.drop_index("callback_request_open", "callback_request")
    op.rename_table("callback_request", OLD)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {OLD} DROP CONSTRAINT pk_callback_request")
    op.create_table(
        "callback_request",
        sa.Column("call", sa.String(length=26), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("queue", sa.String(length=32), nullable=False),
        sa.Column("caller", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("recording", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("taken_by", sa.String(length=8), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=True),
        sa.Column("next_try_at", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'taken', 'done', 'gone')", name=op.f("ck_callback_request_state")
        ),
        sa.CheckConstraint(
            "result IN ('', 'reached', 'no answer', 'busy', 'declined', 'unreachable', 'refused',"
            " 'wrong number')",
            name=op.f("ck_callback_request_result"),
        ),
        sa.PrimaryKeyConstraint("call", name=op.f("pk_callback_request")),
    )
    op.execute(
        "INSERT INTO callback_request (call, asked_at, queue, caller, language, recording, state,"
        " tries, result, note, done_at)"
        " SELECT call, asked_at, queue, caller, language, recording,"
        " CASE WHEN done_at IS NULL THEN 'open' ELSE 'done' END, 0, '', '', done_at"
        f" FROM {OLD}"
    )
    op.drop_table(OLD)
    op.create_index("callback_request_by_state", "callback_request", ["state", "asked_at"])
