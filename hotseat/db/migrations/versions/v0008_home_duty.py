"""Home duty: duty mobiles and PINs, own numbers, what may be dialled, requests for callbacks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

OUTCOMES = "outcome IN ('answered', 'abandoned', 'callback', 'lost', 'menu', 'refused')"


def upgrade() -> None:
    """Make the tables, and let calls come out as `callback`."""
    op.create_table(
        "duty_mobile",
        sa.Column("agent", sa.String(length=8), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_duty_mobile")),
        sa.ForeignKeyConstraint(["agent"], ["agent.number"], name=op.f("fk_duty_mobile_agent")),
    )
    op.create_table(
        "agent_pin",
        sa.Column("agent", sa.String(length=8), nullable=False),
        sa.Column("pin", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_agent_pin")),
        sa.ForeignKeyConstraint(
            ["agent"], ["agent.number"], name=op.f("fk_agent_pin_agent"), ondelete="CASCADE"
        ),
    )
    op.create_table(
        "queue_duty",
        sa.Column("queue", sa.String(length=32), nullable=False),
        sa.Column("ring_ms", sa.Integer(), nullable=False),
        sa.Column("together", sa.Integer(), nullable=False),
        sa.Column("after_hours", sa.String(length=16), nullable=False),
        sa.Column("announce", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("queue", name=op.f("pk_queue_duty")),
        sa.ForeignKeyConstraint(["queue"], ["queue.name"], name=op.f("fk_queue_duty_queue")),
    )
    op.create_table(
        "direct_number",
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("agent", sa.String(length=8), nullable=True),
        sa.Column("queue", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_direct_number")),
        sa.CheckConstraint(
            "(agent IS NULL) = (queue IS NULL)", name=op.f("ck_direct_number_agent_with_queue")
        ),
        sa.ForeignKeyConstraint(["agent"], ["agent.number"], name=op.f("fk_direct_number_agent")),
        sa.ForeignKeyConstraint(["queue"], ["queue.name"], name=op.f("fk_direct_number_queue")),
    )
    op.create_table(
        "outbound",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("allow", sa.JSON(), nullable=False),
        sa.Column("caller_id", sa.String(length=32), nullable=False),
        sa.Column("per_number_a_day", sa.Integer(), nullable=False),
        sa.Column("per_hour", sa.Integer(), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbound")),
        sa.CheckConstraint("id = 1", name=op.f("ck_outbound_one_row")),
    )
    op.create_table(
        "callback_request",
        sa.Column("call", sa.String(length=26), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("queue", sa.String(length=32), nullable=False),
        sa.Column("caller", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("recording", sa.String(length=100), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("call", name=op.f("pk_callback_request")),
    )
    op.create_index(
        "callback_request_open", "callback_request", ["done_at", "asked_at"], unique=False
    )
    if op.get_bind().dialect.name == "sqlite":
        _make_calls_anew()
    else:
        op.drop_constraint(op.f("ck_call_outcome"), "call", type_="check")
        op.create_check_constraint(op.f("ck_call_outcome"), "call", OUTCOMES)


def _make_calls_anew() -> None:
    """SQLite cannot change a constraint."""
    op.rename_table("call", "old_call")
    op.create_table(
        "call",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=True),
        sa.Column("caller", sa.String(length=32), nullable=True),
        sa.Column("caller_name", sa.String(length=200), nullable=True),
        sa.Column("came_from", sa.String(length=16), nullable=True),
        sa.Column("uniqueid", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("menu", sa.String(length=32), nullable=True),
        sa.Column("menu_revision", sa.Integer(), nullable=True),
        sa.Column("queue", sa.String(length=32), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=False),
        sa.Column("queued_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("talk_ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("seat", sa.String(length=8), nullable=True),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("ended_by", sa.String(length=16), nullable=True),
        sa.Column("wait_ms", sa.BigInteger(), nullable=True),
        sa.Column("talk_ms", sa.BigInteger(), nullable=True),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("in_time", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            OUTCOMES,
            name=op.f("ck_call_outcome"),
        ),
        sa.CheckConstraint(
            "ended_by IN ('caller', 'seat', 'system', 'unknown')", name=op.f("ck_call_ended_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
    )
    op.execute("INSERT INTO call SELECT * FROM old_call")
    op.drop_table("old_call")
    op.create_index("call_by_arrival", "call", ["arrived_at"], unique=False)
    op.create_index(
        "call_open",
        "call",
        ["arrived_at"],
        unique=False,
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_index("call_by_caller", "call", ["caller", "arrived_at"], unique=False)
