"""Runs revisions with alembic. Imported only where a database is behind: it costs a tenth of a second."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from deploy.migrations.lineage import Lineage


def run(connection: Connection, lineage: Lineage, revision: str = "head") -> None:
    """Bring the database of a connection to a revision, inside the connection's transaction."""
    config = Config()
    config.set_main_option("script_location", str(lineage.folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["tables"] = lineage.tables()
    command.upgrade(config, revision)
