"""Survey, head and records."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables of format 1."""
    op.create_table(
        "survey",
        sa.Column("survey_id", sa.Text, primary_key=True),
        sa.Column("site", sa.Text, nullable=False),
    )
    op.create_table(
        "head",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_table(
        "record",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("session", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("time", sa.Text, nullable=False),
        sa.Column("payload", sa.Text),
        sa.Column("salt", sa.Text),
        sa.Column("payload_digest", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
    named = sa.text("key <> ''")
    op.create_index(
        "record_once", "record", ["site", "kind", "key"], unique=True, sqlite_where=named, postgresql_where=named
    )
    op.create_index("record_kind", "record", ["kind"])
    op.create_index("record_session", "record", ["session"])
