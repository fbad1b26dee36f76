"""Copies of the database are noticed, what was sent can be forgotten, and no tick reads a whole table."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kept, ended = sa.text("content IS NOT NULL"), sa.text("ended_at IS NOT NULL")
    op.add_column("instance", sa.Column("fence", sa.String(), nullable=False, server_default=""))
    op.add_column("instance", sa.Column("woke_at", sa.DateTime(timezone=True), nullable=True))
    # from here on the epoch is kept beside the database as well, and begins anew; a backup stays one
    op.execute(sa.text("UPDATE instance SET epoch = 0 WHERE epoch > 0"))
    op.add_column("order_events", sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))
    op.add_column("messages", sa.Column("released_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("messages_ended", "messages", ["ended_at"], sqlite_where=ended, postgresql_where=ended)
    waiting = sa.text("status = 'unconfirmed' OR status = 'held' OR parked_at IS NOT NULL")
    op.drop_index("messages_waiting", "messages")
    op.create_index(
        "messages_waiting",
        "messages",
        ["status", "send_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index("order_events_seen", "order_events", ["first_seen_at"])
    op.create_index("attempts_kept", "attempts", ["started_at"], sqlite_where=kept, postgresql_where=kept)
    op.create_index("delivery_events_received", "delivery_events", ["received_at"])
