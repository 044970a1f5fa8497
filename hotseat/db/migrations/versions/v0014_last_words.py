"""Where seats were rung last, and call-backs, found among millions of rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the indexes, of few rows each."""
    for name, columns, which in (
        ("journal_placed", ["seat", "id"], sa.text("kind = 'placed'")),
        ("journal_called_back", ["at"], sa.text("kind = 'called_back'")),
    ):
        op.create_index(name, "journal", columns, sqlite_where=which, postgresql_where=which)
