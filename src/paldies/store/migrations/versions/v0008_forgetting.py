"""What is left of somebody who was forgotten, cases that escalate, links that outlive their key, counts."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant, big = sa.DateTime(timezone=True), sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "forgotten_orders",
        sa.Column("shop", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("forgotten_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("shop", "external_id"),
    )
    op.create_table(
        "forgotten_marks",
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("forgotten_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("mark"),
    )
    op.create_index("ix_forgotten_marks_person", "forgotten_marks", ["person"])
    op.create_table(
        "message_counts",
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("messages", big, nullable=False),
        sa.PrimaryKeyConstraint("campaign", "channel", "outcome", "reason"),
    )
    op.add_column("instance", sa.Column("salt", sa.String(), nullable=False, server_default=""))
    op.add_column("instance", sa.Column("retired_secrets", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("instance", sa.Column("counted_until", instant, nullable=True))
    op.add_column("customers", sa.Column("forgotten_at", instant, nullable=True))
    op.add_column("suppressions", sa.Column("campaign", sa.String(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("person", sa.String(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("answer_by", instant, nullable=True))
    op.add_column("cases", sa.Column("taken_at", instant, nullable=True))
    op.add_column("cases", sa.Column("taken_by", sa.String(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("times_told", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("cases", sa.Column("tell_at", instant, nullable=True))
    telling, is_open = sa.text("tell_at IS NOT NULL"), sa.text("closed_at IS NULL")
    op.create_index("cases_to_tell", "cases", ["tell_at"], sqlite_where=telling, postgresql_where=telling)
    op.create_index("cases_open", "cases", ["opened_at"], sqlite_where=is_open, postgresql_where=is_open)
