"""How Alembic reaches our database: over the connection that it is handed."""

from alembic import context
from sqlmodel import SQLModel

import paldies.store.tables  # noqa: F401  # declares every table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
