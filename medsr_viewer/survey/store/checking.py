"""What is wrong with the records of a database, in words.

Looked at are every record, by its digests and its place in its chain; the text of its values, byte by byte; the ends
of the chains, in the table of heads and in survey.head; whose records these are; which sites were taken in, and how
far; the tables, indexes and triggers; and SQLite's own structures (``integrity_check``).

What passes. Bytes of SQLite's file that hold nothing (unused space of pages, counters of its header) may change: they
are no one's values, and SQLite itself rewrites them; what does hold something is under the digests, or is structure
that ``integrity_check`` follows. And who rewrites all records, heads and survey.head together makes another chain that
is whole in itself: against that helps what is known elsewhere, the bundles that were sent, and the digests that
``export`` prints.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, select

from medsr_viewer.errors import SurveyError, SurveyUnreachable
from medsr_viewer.survey.chain import Head, chain_problems
from medsr_viewer.survey.records import Record
from medsr_viewer.survey.store.database import Database
from medsr_viewer.survey.store.head_file import head_file_of, read_head_file
from medsr_viewer.survey.store.layout import layout_problems
from medsr_viewer.survey.store.rows import select_heads, select_records
from medsr_viewer.survey.store.schema import RECORD, SURVEY


def problems_of(database: Database, site: str) -> list[str]:
    """Return what is wrong with the records; nothing where all are whole.

    Parameters
    ----------
    database : Database
        Where they are.
    site : str
        The database's own.

    Raises
    ------
    SurveyUnreachable
        If it cannot be looked at now.
    """
    problems: list[str] = []
    noted: dict[str, Head] | None = None
    if database.path:
        try:  # before the database is read: what is recorded meanwhile is no contradiction
            noted = read_head_file(head_file_of(database.path))
        except SurveyError as exc:
            problems.append(exc.reason)
    try:
        with database.reading() as connection:
            problems += _damage(connection)
            problems += layout_problems(connection)
            whose = connection.execute(select(SURVEY)).all()
            heads = select_heads(connection)
            chains: dict[str, list[Record]] = defaultdict(list)
            for record in select_records(connection):
                chains[record.site].append(record)
            rewritten = _rewritten(connection, site)
    except SurveyUnreachable:
        raise
    except SurveyError as exc:
        return [*problems, exc.reason]
    for one in sorted({site, *heads, *chains}, key=lambda name: (name != site, name)):
        prefix = "" if one == site else f"site {one}: "
        found = chain_problems(chains[one], heads.get(one)) + _restored(chains[one])
        problems += [prefix + problem for problem in found]
    digests = {(record.site, record.sequence): record.digest for chain in chains.values() for record in chain}
    if noted is not None:
        problems += contradictions(noted, heads, site, lambda *place: digests.get(place))
        problems += _left_behind(noted, chains[site])
    problems += (
        rewritten
        + _whose(chains[site], {(row.survey_id, row.site) for row in whose}, site)
        + _imports(site, chains, heads)
    )
    problems += _closing_problems(chains[site], digests) + _late_answers(site, chains)
    return list(dict.fromkeys(problems))


def contradictions(
    noted: Mapping[str, Head], heads: Mapping[str, Head], own: str, digest_at: Callable[[str, int], str | None]
) -> list[str]:
    """Return where survey.head contradicts the database, which it may be behind, and never ahead of.

    Parameters
    ----------
    noted, heads : mapping of str to Head
        By site: as survey.head and as the database have them.
    own : str
        The database's own site: survey.head names it from the first moment.
    digest_at : callable
        From site and sequence to the digest of the record in the database.
    """
    problems = []
    if own not in noted and set(noted) <= set(heads):
        problems.append("survey.head was altered: it does not name this database's own site")
    for site, head in noted.items():
        held = heads.get(site)
        if held is None:
            problems.append(f"survey.head belongs to another database: it names site {site}, which is not here")
        elif head.count > held.count:
            problems.append(
                f"survey.head counts {head.count} records of site {site}, and the database {held.count}:"
                " it was exchanged for an older one, or its last records were removed"
            )
        elif head.count <= 0 and head != Head():
            problems.append(
                f"survey.head was altered: it counts {head.count} records of site {site}, and has a last one"
            )
        elif head != held and head.count and digest_at(site, head.count) != head.digest:
            problems.append(
                f"survey.head and the database have different records {head.count} of site {site}:"
                " the database was exchanged or rewritten"
            )
    return problems


def _left_behind(noted: Mapping[str, Head], records: Sequence[Record]) -> list[str]:
    """Tell a survey.head that is further behind than a kill leaves it: by one commit, whose records have one time."""
    if not records or (head := noted.get(records[0].site)) is None:
        return []
    later = [record for record in records if record.sequence > head.count]
    if len({record.time for record in later}) < 2:
        return []
    return [
        f"survey.head counts {head.count} records, and the database {len(records)}: it was exchanged for an older one,"
        " or could not be written (a full disk) since"
    ]


def _rewritten(connection: Connection, own: str) -> list[str]:
    """Name values whose text is not the recorded one, whatever JSON makes of it: a second key of one name, spaces."""
    columns = (RECORD.c.site, RECORD.c.sequence, RECORD.c.kind, RECORD.c.payload, RECORD.c.salt)
    query = select(*columns, RECORD.c.payload_digest).where(RECORD.c.payload.is_not(None))
    found = []
    for site, sequence, kind, payload, salt, digest in connection.execute(query):
        try:
            whole = hashlib.sha256(bytes.fromhex(salt) + payload.encode("utf-8")).hexdigest() == digest
        except (TypeError, ValueError, AttributeError):
            whole = False
        if not whole:
            prefix = "" if site == own else f"site {site}: "
            found.append(f"{prefix}the values of record {sequence} ({kind}) were altered")
    return found


def _whose(records: Sequence[Record], whose: set[tuple[str, str]], own: str) -> list[str]:
    created = next((record.payload for record in records if record.kind == "created" and record.payload), {})
    problems = []
    if any(created.get("survey_id", survey_id) != survey_id for survey_id, _site in whose):
        problems.append("table survey was altered: it names another survey than the record of the survey's beginning")
    if any(site != own for _survey_id, site in whose):
        problems.append("table survey was altered: it names another site than before")
    return problems


def _imports(own: str, chains: Mapping[str, Sequence[Record]], heads: Mapping[str, Head]) -> list[str]:
    """Compare what is here of other sites with what the own chain says was taken in."""
    taken: dict[str, object] = {}
    for record in chains[own]:
        if record.kind == "imported" and record.payload:
            sites, ends = record.payload.get("sites"), record.payload.get("heads")
            for site in sites if isinstance(sites, dict) else ():
                taken[site] = ends.get(site) if isinstance(ends, dict) else None
    problems = []
    for site in sorted((set(chains) | set(heads)) - {own}):
        if site not in taken:
            problems.append(f"site {site}: no record says that it was taken in; it was put into the database")
        elif (end := taken[site]) and (head := heads.get(site)) and end != vars(head):
            problems.append(f"site {site}: it does not end where it did when it was taken in")
    missing = sorted(set(taken) - set(chains))
    return problems + [f"site {site}: it was taken in, and none of its records is here" for site in missing]


def _restored(records: Sequence[Record]) -> list[str]:
    return [
        f"at record {record.sequence} (restored) the survey went on with an older database: "
        + "; ".join(map(str, problems))
        for record in records
        if record.kind == "restored" and record.payload and isinstance(problems := record.payload.get("problems"), list)
    ]


def _damage(connection: Connection) -> list[str]:
    if connection.dialect.name != "sqlite":
        return []
    lines = connection.exec_driver_sql("PRAGMA integrity_check(3)").scalars().all()
    return [] if lines == ["ok"] else [f"the database is damaged: {line}" for line in lines]


def _closing_problems(records: Sequence[Record], digests: Mapping[tuple[str, int], str]) -> list[str]:
    problems = []
    for record in records:
        if record.kind == "closed" and record.payload is not None:
            heads = record.payload.get("heads")
            for site, head in heads.items() if isinstance(heads, dict) else ():
                end = Head(**head) if isinstance(head, dict) and set(head) == {"count", "digest"} else Head(-1)
                if end.count and digests.get((site, end.count)) != end.digest:
                    problems.append(f"record {end.count} of site {site} is not the one that the survey closed with")
    return problems


def _late_answers(own: str, chains: Mapping[str, Sequence[Record]]) -> list[str]:
    """Name the sites that went on rating when the allocation was open here; their own chains know of no closing."""
    closed = min((record.time for record in chains[own] if record.kind == "closed"), default="")
    late = {
        site: sum(record.kind in {"rating", "pair"} and record.time > closed for record in chain)
        for site, chain in chains.items()
        if closed and site != own
    }
    return [
        f"site {site}: {count} answers were given after the survey was closed here, not blind"
        for site, count in sorted(late.items())
        if count
    ]
