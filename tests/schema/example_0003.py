"""An example: the journal notes the channel a file came by."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade(store: str) -> None:
    if store == "warehouse":
        op.add_column("entries", sa.Column("channel", sa.Text), schema="journal")
        op.execute("UPDATE journal.entries SET channel = 'folder' WHERE event = 'received'")


def downgrade(store: str) -> None:
    if store == "warehouse":
        op.drop_column("entries", "channel", schema="journal")
