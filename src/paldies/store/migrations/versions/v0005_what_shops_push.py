"""What shops send us unasked, kept for 30 days."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant, big = sa.DateTime(timezone=True), sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    refused = sa.text("problem <> ''")
    op.create_table(
        "hooks",
        sa.Column("id", big, primary_key=True),
        sa.Column("shop", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("received_at", instant, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("settings", sa.String(), nullable=False),
    )
    op.create_index("hooks_order", "hooks", ["shop", "order_id"])
    op.create_index("hooks_refused", "hooks", ["shop", "id"], sqlite_where=refused, postgresql_where=refused)
    op.create_index("ix_hooks_received_at", "hooks", ["received_at"])
    op.create_table(
        "hook_keys",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("received_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_hook_keys_received_at", "hook_keys", ["received_at"])
    op.create_table(
        "hook_topics",
        sa.Column("shop", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("good_at", instant, nullable=True),
        sa.Column("bad_at", instant, nullable=True),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "topic"),
    )
