"""What Alembic runs: our own connection, given by `hotseat.db.migrations.upgrade`."""

from __future__ import annotations

from alembic import context

from hotseat.db.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite alters a table only by copying it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
