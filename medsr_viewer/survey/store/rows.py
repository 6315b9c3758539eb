"""Records as rows of the database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, insert, select, update

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.chain import Head
from medsr_viewer.survey.records import Kind, Payload, Record, canonical
from medsr_viewer.survey.store.schema import HEAD, RECORD

Item = TypeVar("Item")

_UNREADABLE: Payload = {"unreadable": True}  # no digest matches it


def insert_records(connection: Connection, records: Sequence[Record]) -> None:
    """Add rows."""
    rows = [
        vars(record) | {"payload": None if record.payload is None else canonical(record.payload).decode("ascii")}
        for record in records
    ]
    connection.execute(insert(RECORD), rows)


def select_records(
    connection: Connection, *, site: str = "", kinds: Sequence[str] = (), session: str = ""
) -> list[Record]:
    """Return records by site and sequence; one whose values cannot be read gets some that match no digest.

    Raises
    ------
    SurveyError
        If a sequence is no number.
    """
    query = select(RECORD).order_by(RECORD.c.site, RECORD.c.sequence)
    if site:
        query = query.where(RECORD.c.site == site)
    if kinds:
        query = query.where(RECORD.c.kind.in_(kinds))
    if session:
        query = query.where(RECORD.c.session == session)
    return [_record(row) for row in connection.execute(query)]


def readable(records: list[Record]) -> list[Record]:
    """Return the records as they are.

    Raises
    ------
    SurveyError
        If the values of one cannot be read.
    """
    for record in records:
        if record.payload is _UNREADABLE:
            raise SurveyError(
                f"record {record.sequence} ({record.kind}) was altered: its values cannot be read",
                "Check the survey with `medsr survey verify`, and restore its folder from a backup.",
            )
    return records


def select_heads(connection: Connection, *, locked: str = "") -> dict[str, Head]:
    """Return where each site's chain ends; the row of the site `locked` stays locked until the transaction ends.

    Raises
    ------
    SurveyError
        If a count is no number.
    """
    if locked:  # a statement of its own: SQLite has no such lock, and needs none
        connection.execute(select(HEAD.c.count).where(HEAD.c.site == locked).with_for_update())
    heads = {site: Head(count, digest) for site, count, digest in connection.execute(select(HEAD))}
    for head in heads.values():
        _check_number(head.count)
    return heads


def set_head(connection: Connection, site: str, head: Head) -> None:
    """Say where a site's chain ends."""
    values = vars(head)
    if not connection.execute(update(HEAD).where(HEAD.c.site == site).values(values)).rowcount:
        connection.execute(insert(HEAD).values(site=site, **values))


def erase_values(connection: Connection, site: str, sequences: Sequence[int]) -> None:
    """Remove payload and salt of records."""
    for some in chunks(sequences):
        rows = (RECORD.c.site == site) & RECORD.c.sequence.in_(some)
        connection.execute(update(RECORD).where(rows).values(payload=None, salt=None))


def chunks(items: Sequence[Item], size: int = 500) -> Iterator[list[Item]]:
    """Cut a sequence into lists that a statement can hold."""
    remaining = iter(items)
    while some := list(islice(remaining, size)):
        yield some


def _record(row: Sequence[Any]) -> Record:
    site, sequence, kind, session, key, time, payload, salt, *digests = row
    _check_number(sequence)
    # SQLite keeps bytes in a column of text where somebody put them there.
    site, kind, session, key, time, *digests = (
        value if isinstance(value, str) else repr(value) for value in (site, kind, session, key, time, *digests)
    )
    return Record(site, sequence, cast(Kind, kind), session, key, time, _payload(payload), salt, *digests)


def _check_number(value: object) -> None:
    if not isinstance(value, int):
        raise SurveyError(f"a record's number was altered: {value!r}", "Restore the survey's folder from a backup.")


def _payload(text: object) -> Payload | None:
    if text is None:
        return None
    try:
        payload = json.loads(text) if isinstance(text, str) else _UNREADABLE
    except (ValueError, RecursionError):
        return _UNREADABLE
    return payload if isinstance(payload, dict) else _UNREADABLE
