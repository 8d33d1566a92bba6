"""Read by alembic when it runs the revisions beside it; the connection is the caller's, and so is the transaction."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["tables"],
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
