"""What became of a message is asked for, calls have a price, and links are signed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    awaited, costly = sa.text("look_at IS NOT NULL"), sa.text("cost > 0")
    is_open = sa.text("done_at IS NULL")
    op.add_column("messages", sa.Column("look_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "messages_awaited",
        "messages",
        ["channel", "look_at"],
        sqlite_where=awaited,
        postgresql_where=awaited,
    )
    op.add_column("attempts", sa.Column("cost", sa.Numeric(12, 4), nullable=False, server_default="0"))
    op.create_index(
        "attempts_costly", "attempts", ["started_at"], sqlite_where=costly, postgresql_where=costly
    )
    op.create_index("staff_tasks_of_message", "staff_tasks", ["message_id", "kind"], unique=True)
    op.create_index(
        "staff_tasks_open", "staff_tasks", ["due_at"], sqlite_where=is_open, postgresql_where=is_open
    )
    op.add_column("instance", sa.Column("secret", sa.String(), nullable=False, server_default=""))
