"""What many processes have to share; on PostgreSQL also the task engine's own schema, and who wakes whom."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_WAKE = """
CREATE FUNCTION paldies_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('paldies', TG_ARGV[0]);
    RETURN NULL;
END $$;
CREATE TRIGGER paldies_events AFTER INSERT ON order_events
    FOR EACH STATEMENT EXECUTE FUNCTION paldies_wake('plan');
CREATE TRIGGER paldies_messages AFTER INSERT ON messages
    FOR EACH STATEMENT EXECUTE FUNCTION paldies_wake('dispatch');
"""
_URGENT = sa.text("status = 'scheduled' AND parked_at IS NULL AND purpose = 'service'")


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "processes",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("began_at", instant, nullable=False),
        sa.Column("seen_at", instant, nullable=False),
        sa.Column("died_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "hands",
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("message_ids", sa.JSON(), nullable=False),
        sa.Column("renewed_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("process", "channel"),
    )
    op.create_table(
        "buckets",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("filled_at", instant, nullable=False),
        sa.Column("is_awaited", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("channel"),
    )
    op.create_table(
        "alerts",
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("told_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("topic"),
    )
    op.add_column("instance", sa.Column("place", sa.String(), nullable=False, server_default=""))
    op.add_column("instance", sa.Column("moved_to", sa.String(), nullable=False, server_default=""))
    op.create_index(
        "messages_urgent",
        "messages",
        ["channel", "send_at"],
        sqlite_where=_URGENT,
        postgresql_where=_URGENT,
    )
    if op.get_bind().dialect.name == "postgresql":
        from paldies.store import task_engine  # half a second that only this needs

        op.execute(_WAKE)
        task_engine.install(op.get_bind())
