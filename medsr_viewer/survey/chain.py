"""The chain: how a record is added to those before, and what shows that one was altered, removed or put in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from medsr_viewer.survey.records import BEGINNING, Kind, Record, digest_of, digest_of_payload, make_record

KEPT: frozenset[Kind] = frozenset(
    {"created", "site", "erased", "closed", "imported", "withdrawn", "clock_back", "restored"}
)
"""Kinds whose payload is never erased: they say what became of the others, and hold nothing that was rated."""


@dataclass(frozen=True)
class Head:
    """Where a site's chain ends.

    Parameters
    ----------
    count : int
        How many records there are.
    digest : str
        Of the last one; `BEGINNING` where there is none.
    """

    count: int = 0
    digest: str = BEGINNING


class Entry(NamedTuple):
    """What is to be recorded; see `Record`."""

    kind: Kind
    payload: Mapping[str, Any]
    session: str = ""
    key: str = ""


def link(site: str, head: Head, last_time: str, entries: Sequence[Entry], now: str) -> list[Record]:
    """Return the records that continue a site's chain.

    Parameters
    ----------
    site, head : str, Head
        Whose chain, and where it ends.
    last_time : str
        Of its last record; "" where there is none.
    entries : sequence of Entry
        What is recorded.
    now : str
        Wall clock, as `Record.time`. Where it is earlier than `last_time`, a record "clock_back" comes first.
    """
    if now < last_time:
        entries = [Entry("clock_back", {"last": last_time, "now": now}), *entries]
    made: list[Record] = []
    for sequence, entry in enumerate(entries, head.count + 1):
        previous = made[-1].digest if made else head.digest
        made.append(
            make_record(
                site,
                sequence,
                entry.kind,
                entry.payload,
                session=entry.session,
                key=entry.key,
                time=now,
                previous=previous,
            )
        )
    return made


def chain_problems(records: Sequence[Record], head: Head | None) -> list[str]:
    """Return in words what is wrong with one site's chain; nothing where it is whole.

    Parameters
    ----------
    records : sequence of Record
        Of one site, by sequence.
    head : Head or None
        What is known of the chain's end apart from the records; None: it is lost, which is a problem of its own.
    """
    erased = _erased(records)
    problems: list[str] = []
    previous, due = BEGINNING, 1
    for record in records:
        if record.sequence > due:
            problems.append(f"{_range(due, record.sequence - 1)} missing")
        elif record.sequence < due:
            problems.append(f"{_name(record)} is there twice")
        if digest_of(record) != record.digest:
            problems.append(f"{_name(record)} was altered")
        elif record.sequence == due and record.previous != previous:
            problems.append(f"{_name(record)} does not follow the one before it: one of them was exchanged or put in")
        problems += _payload_problems(record, record.sequence in erased)
        previous, due = record.digest, max(due, record.sequence + 1)
    return problems + _twice(records) + _head_problems(Head(due - 1, previous), head)


def _name(record: Record) -> str:
    return f"record {record.sequence} ({record.kind})"


def _range(first: int, last: int) -> str:
    return f"record {first} is" if first == last else f"records {first} to {last} are"


def _erased(records: Sequence[Record]) -> set[object]:
    found: set[object] = set()
    for record in records:
        if record.kind == "erased" and record.payload is not None:
            sequences = record.payload.get("sequences")
            if isinstance(sequences, list):
                found.update(one for one in sequences if isinstance(one, int))
    return found


def _payload_problems(record: Record, erased: bool) -> list[str]:
    if record.payload is None:
        if erased and record.kind not in KEPT:
            return []
        return [f"the values of {_name(record)} are missing, and no record says that they were erased"]
    try:
        whole = record.salt is not None and digest_of_payload(record.salt, record.payload) == record.payload_digest
    except ValueError:
        whole = False
    if not whole:
        return [f"the values of {_name(record)} were altered"]
    return [f"the values of {_name(record)} were to be erased, and are there"] if erased else []


def _twice(records: Sequence[Record]) -> list[str]:
    first: dict[tuple[str, str], Record] = {}
    problems = []
    for record in records:
        if record.key and first.setdefault((record.kind, record.key), record) is not record:
            earlier = first[record.kind, record.key].sequence
            problems.append(f"{_name(record)} stands for the same as record {earlier}: {record.key}")
    return problems


def _head_problems(end: Head, head: Head | None) -> list[str]:
    if head is None:
        return ["the head of the chain, which says how many records there are, is missing"]
    if head.count > end.count:
        return [f"{_range(end.count + 1, head.count)} missing at the end: the head counts {head.count}"]
    if head.count < end.count:
        return [f"{end.count} records are there, and the head counts {head.count}: records were put in at the end"]
    return [] if head.digest == end.digest else ["the head does not match the last record: one of them was altered"]
