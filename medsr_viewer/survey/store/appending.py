"""Adding records to the database's own chain, inside a transaction that alone writes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, select

from medsr_viewer.errors import AlreadyRecorded, SurveyClosed, SurveyError
from medsr_viewer.survey.chain import Entry, Head, link
from medsr_viewer.survey.records import Kind, Record
from medsr_viewer.survey.store.rows import chunks, insert_records, set_head
from medsr_viewer.survey.store.schema import RECORD

AFTER_CLOSING: frozenset[Kind] = frozenset({"withdrawn", "erased", "imported", "restored"})
"""Kinds that a closed survey still records."""

_VERIFY = "Check it with `medsr survey verify`. Nothing that was recorded is overwritten."


def extend(
    connection: Connection, site: str, heads: Mapping[str, Head], entries: Sequence[Entry], now: str
) -> list[Record]:
    """Add records after the site's last.

    Returns
    -------
    list of Record
        All that were added: "clock_back" before the others, where the clock was moved back.

    Raises
    ------
    AlreadyRecorded
        If one with the same kind and key is there.
    SurveyClosed
        If the survey is closed.
    SurveyError
        If the end of the chain was altered, or an entry is of an observer who has withdrawn.
    """
    head = heads.get(site)
    if head is None:
        raise SurveyError("the head of the chain is missing: the database was altered", _VERIFY)
    last_time = _last_time(connection, site, head)
    _refuse_closed(connection, site, entries)
    _refuse_withdrawn(connection, site, entries)
    _refuse_twice(connection, site, entries)
    records = link(site, head, last_time, entries, now)
    insert_records(connection, records)
    set_head(connection, site, Head(records[-1].sequence, records[-1].digest))
    return records


def digest_in(connection: Connection) -> Callable[[str, int], str | None]:
    """Return a function from site and sequence to the record's digest; None where there is none."""

    def digest_at(site: str, sequence: int) -> str | None:
        query = select(RECORD.c.digest).where(RECORD.c.site == site, RECORD.c.sequence == sequence)
        return connection.execute(query).scalar_one_or_none()

    return digest_at


def _last_time(connection: Connection, site: str, head: Head) -> str:
    if not head.count:
        return ""
    query = select(RECORD.c.time, RECORD.c.digest).where(RECORD.c.site == site, RECORD.c.sequence == head.count)
    last = connection.execute(query).one_or_none()
    if last is None or last.digest != head.digest:
        raise SurveyError("the last record is not the one that the head names: the database was altered", _VERIFY)
    return str(last.time)


def _refuse_closed(connection: Connection, site: str, entries: Sequence[Entry]) -> None:
    if {entry.kind for entry in entries} <= AFTER_CLOSING:
        return
    closed = select(RECORD.c.time).where(RECORD.c.site == site, RECORD.c.kind == "closed").limit(1)
    when = connection.execute(closed).scalar_one_or_none()
    if when is not None:
        raise SurveyClosed(f"the survey was closed at {when}")


def _refuse_withdrawn(connection: Connection, site: str, entries: Sequence[Entry]) -> None:
    """Refuse an answer that was on its way when its observer withdrew: nobody would erase it."""
    names = {str(entry.payload.get("observer", "")) for entry in entries if entry.kind not in AFTER_CLOSING} - {""}
    if names and _recorded(connection, site, "withdrawn", sorted(names)):
        raise SurveyError("This observer has withdrawn", "No more answers are taken from this observer.")


def _refuse_twice(connection: Connection, site: str, entries: Sequence[Entry]) -> None:
    keys: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        if entry.key:
            keys[entry.kind].append(entry.key)
    for kind, wanted in keys.items():
        twice = [key for key, count in Counter(wanted).items() if count > 1]
        for key in twice or _recorded(connection, site, kind, wanted):
            raise AlreadyRecorded(f"{kind} {key} was recorded already")


def _recorded(connection: Connection, site: str, kind: str, keys: Sequence[str]) -> list[str]:
    found: list[str] = []
    for some in chunks(keys):
        query = select(RECORD.c.key).where(RECORD.c.site == site, RECORD.c.kind == kind, RECORD.c.key.in_(some))
        found += connection.execute(query).scalars()
    return found
