"""The roster: teams, shifts, covers, published duties, drafts, leave and swaps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables. A site that is there already gets the standard cover."""
    _site()
    _published()
    _requests()
    with op.batch_alter_table("queue") as queue:
        queue.add_column(
            sa.Column("volunteers", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("queue") as queue:
        queue.alter_column("volunteers", server_default=None)
    op.create_index(
        "journal_log_ons",
        "journal",
        ["at"],
        sqlite_where=sa.text("kind = 'logged_on' OR kind = 'logged_off'"),
        postgresql_where=sa.text("kind = 'logged_on' OR kind = 'logged_off'"),
    )
    _standard_cover()


def _site() -> None:
    op.create_table(
        "team",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_team")),
    )
    op.create_table(
        "team_member",
        sa.Column("agent", sa.String(length=8), nullable=False),
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_team_member")),
        sa.ForeignKeyConstraint(["agent"], ["agent.number"], name=op.f("fk_team_member_agent")),
        sa.ForeignKeyConstraint(["team"], ["team.name"], name=op.f("fk_team_member_team")),
    )
    op.create_table(
        "shift",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=16), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_shift")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name=op.f("ck_shift_minutes")),
    )
    op.create_table(
        "cover",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("weekly", sa.JSON(), nullable=False),
        sa.Column("holidays", sa.String(length=2), nullable=False),
        sa.Column("overrides", sa.JSON(), nullable=False),
        sa.Column("skill", sa.String(length=32), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cover")),
        sa.ForeignKeyConstraint(["skill"], ["skill.name"], name=op.f("fk_cover_skill")),
    )
    op.create_table(
        "roster_rules",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rest", sa.Integer(), nullable=False),
        sa.Column("swap_notice", sa.Integer(), nullable=False),
        sa.Column("leave_notice", sa.Integer(), nullable=False),
        sa.Column("swap_approval", sa.Boolean(), nullable=False),
        sa.Column("leave_approval", sa.Boolean(), nullable=False),
        sa.Column("late_after", sa.Integer(), nullable=False),
        sa.Column("holidays", sa.String(length=2), nullable=False),
        sa.Column("escalation", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_rules")),
        sa.CheckConstraint("id = 1", name=op.f("ck_roster_rules_one_row")),
    )


def _published() -> None:
    op.create_table(
        "roster_version",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_day", sa.String(length=10), nullable=False),
        sa.Column("last_day", sa.String(length=10), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("published_by", sa.String(length=64), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("shortcomings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_roster_version")),
    )
    op.create_index("roster_version_by_day", "roster_version", ["last_day", "first_day"])
    op.create_table(
        "roster_duty",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("shift", sa.String(length=16), nullable=False),
        sa.Column("agent", sa.String(length=8), nullable=False),
        sa.Column("place", sa.String(length=16), nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", "day", "shift", "agent", name=op.f("pk_roster_duty")),
        sa.ForeignKeyConstraint(
            ["version"], ["roster_version.version"], name=op.f("fk_roster_duty_version")
        ),
    )
    op.create_index("roster_duty_by_agent", "roster_duty", ["agent", "day"])
    op.create_table(
        "roster_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.String(length=10), nullable=False),
        sa.Column("last_day", sa.String(length=10), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_draft")),
    )
    op.create_table(
        "draft_assignment",
        sa.Column("draft", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("shift", sa.String(length=16), nullable=False),
        sa.Column("agent", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("draft", "day", "shift", "agent", name=op.f("pk_draft_assignment")),
        sa.ForeignKeyConstraint(
            ["draft"], ["roster_draft.id"], name=op.f("fk_draft_assignment_draft")
        ),
    )


def _requests() -> None:
    op.create_table(
        "roster_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("asker", sa.String(length=8), nullable=False),
        sa.Column("other", sa.String(length=8), nullable=False),
        sa.Column("first_day", sa.String(length=10), nullable=False),
        sa.Column("last_day", sa.String(length=10), nullable=False),
        sa.Column("gives_day", sa.String(length=10), nullable=True),
        sa.Column("gives_shift", sa.String(length=16), nullable=True),
        sa.Column("takes_day", sa.String(length=10), nullable=True),
        sa.Column("takes_shift", sa.String(length=16), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_request")),
    )
    op.create_index("roster_request_by_state", "roster_request", ["state", "last_day"])
    op.create_table(
        "roster_word",
        sa.Column("request", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("given_by", sa.String(length=64), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("request", "place", name=op.f("pk_roster_word")),
        sa.ForeignKeyConstraint(
            ["request"], ["roster_request.id"], name=op.f("fk_roster_word_request")
        ),
    )


def _standard_cover() -> None:
    """A site file that says nothing asks for it; one of an older version had no place to say."""
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT count(*) FROM site")) == 0:
        return
    week = {day: ["09:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    op.bulk_insert(
        sa.table(
            "cover",
            sa.column("name", sa.String),
            sa.column("weekly", sa.JSON),
            sa.column("holidays", sa.String),
            sa.column("overrides", sa.JSON),
            sa.column("level", sa.Integer),
            sa.column("heads", sa.Integer),
        ),
        [
            {
                "name": "hotline",
                "weekly": week,
                "holidays": "",
                "overrides": {},
                "level": 1,
                "heads": 1,
            }
        ],
    )
