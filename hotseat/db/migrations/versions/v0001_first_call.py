"""The first tables: site, history, log-ins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
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
        sa.CheckConstraint(
            "outcome IN ('answered', 'abandoned', 'lost', 'menu', 'refused')",
            name=op.f("ck_call_outcome"),
        ),
        sa.CheckConstraint(
            "ended_by IN ('caller', 'seat', 'system', 'unknown')", name=op.f("ck_call_ended_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
    )
    op.create_index("call_by_arrival", "call", ["arrived_at"], unique=False)
    op.create_index(
        "call_open",
        "call",
        ["arrived_at"],
        unique=False,
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_table(
        "config_revision",
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("applied_at", sa.BigInteger(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_config_revision")),
    )
    op.create_table(
        "journal",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("call_id", sa.String(length=26), nullable=True),
        sa.Column("seat", sa.String(length=8), nullable=True),
        sa.Column("queue", sa.String(length=32), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    op.create_index("journal_by_call", "journal", ["call_id"], unique=False)
    op.create_index("journal_by_time", "journal", ["at"], unique=False)
    op.create_index(
        "journal_one_end",
        "journal",
        ["call_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'ended'"),
        postgresql_where=sa.text("kind = 'ended'"),
    )
    op.create_index(
        "journal_switch_up",
        "journal",
        ["id"],
        unique=False,
        sqlite_where=sa.text("kind = 'switch_up'"),
        postgresql_where=sa.text("kind = 'switch_up'"),
    )
    op.create_table(
        "menu_revision",
        sa.Column("menu", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("menu", "revision", name=op.f("pk_menu_revision")),
    )
    op.create_table(
        "phone",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_phone")),
    )
    op.create_table(
        "queue",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("ring_ms", sa.Integer(), nullable=False),
        sa.Column("wrap_up_ms", sa.Integer(), nullable=False),
        sa.Column("again_ms", sa.Integer(), nullable=False),
        sa.Column("music", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_queue")),
    )
    op.create_table(
        "seat",
        sa.Column("agent", sa.String(length=8), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("paused", sa.String(length=100), nullable=True),
        sa.Column("idle_since", sa.BigInteger(), nullable=False),
        sa.Column("wrap_up_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_seat")),
    )
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_site_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_table(
        "skill",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_skill")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("login", name=op.f("uq_user_login")),
    )
    op.create_table(
        "agent",
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_agent")),
        sa.UniqueConstraint("user_id", name=op.f("uq_agent_user_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_agent_user_id")),
    )
    op.create_table(
        "menu",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["name", "revision"],
            ["menu_revision.menu", "menu_revision.revision"],
            name=op.f("fk_menu_name_revision"),
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_menu")),
    )
    op.create_table(
        "queue_skill",
        sa.Column("queue", sa.String(length=32), nullable=False),
        sa.Column("skill", sa.String(length=32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 10", name=op.f("ck_queue_skill_level")),
        sa.ForeignKeyConstraint(["queue"], ["queue.name"], name=op.f("fk_queue_skill_queue")),
        sa.ForeignKeyConstraint(["skill"], ["skill.name"], name=op.f("fk_queue_skill_skill")),
        sa.PrimaryKeyConstraint("queue", "skill", name=op.f("pk_queue_skill")),
    )
    op.create_table(
        "agent_skill",
        sa.Column("agent", sa.String(length=8), nullable=False),
        sa.Column("skill", sa.String(length=32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 10", name=op.f("ck_agent_skill_level")),
        sa.ForeignKeyConstraint(["agent"], ["agent.number"], name=op.f("fk_agent_skill_agent")),
        sa.ForeignKeyConstraint(["skill"], ["skill.name"], name=op.f("fk_agent_skill_skill")),
        sa.PrimaryKeyConstraint("agent", "skill", name=op.f("pk_agent_skill")),
    )
    op.create_table(
        "number",
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("menu", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["menu"], ["menu.name"], name=op.f("fk_number_menu")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_number")),
    )
