"""Who published a plan, what it goes back to, and whether those inside are being moved to it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plan_versions", sa.Column("published_by", sa.String(), nullable=False, server_default=""))
    op.add_column("plan_versions", sa.Column("restores", sa.Integer(), nullable=True))
    op.add_column("plan_versions", sa.Column("moving_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "plan_versions",
        sa.Column("is_uncounted", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
