"""Drafts of menus, step by step."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "menu_draft",
        sa.Column("menu", sa.String(length=32), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("menu", name=op.f("pk_menu_draft")),
    )
    op.create_table(
        "menu_draft_step",
        sa.Column("menu", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("menu", "step", name=op.f("pk_menu_draft_step")),
        sa.ForeignKeyConstraint(
            ["menu"], ["menu_draft.menu"], name=op.f("fk_menu_draft_step_menu")
        ),
    )
