"""The tables, as the newest migration leaves them."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text, text

METADATA = MetaData()

SURVEY = Table(
    "survey",
    METADATA,
    Column("survey_id", Text, primary_key=True),
    Column("site", Text, nullable=False),
)
"""One row: whose records these are."""

HEAD = Table(
    "head",
    METADATA,
    Column("site", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("digest", Text, nullable=False),
)
"""Where each site's chain ends. The row of the own site is locked while records are added."""

RECORD = Table(
    "record",
    METADATA,
    Column("site", Text, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("session", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("time", Text, nullable=False),
    Column("payload", Text),
    Column("salt", Text),
    Column("payload_digest", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
)
"""`medsr_viewer.survey.records.Record`, the payload as canonical JSON."""

Index(
    "record_once",
    RECORD.c.site,
    RECORD.c.kind,
    RECORD.c.key,
    unique=True,
    sqlite_where=text("key <> ''"),
    postgresql_where=text("key <> ''"),
)
Index("record_kind", RECORD.c.kind)
Index("record_session", RECORD.c.session)
