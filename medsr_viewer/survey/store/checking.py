"""What is wrong with the records of a database, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.chain import Head, chain_problems
from medsr_viewer.survey.records import Record
from medsr_viewer.survey.store.database import Database
from medsr_viewer.survey.store.head_file import head_file_of, read_head_file
from medsr_viewer.survey.store.rows import select_heads, select_records


def problems_of(database: Database, site: str) -> list[str]:
    """Return what is wrong with the records; nothing where all are whole.

    Parameters
    ----------
    database : Database
        Where they are.
    site : str
        The database's own.
    """
    problems: list[str] = []
    noted: dict[str, Head] = {}
    if database.path:
        try:  # before the database is read: what is recorded meanwhile is no contradiction
            noted = read_head_file(head_file_of(database.path))
        except SurveyError as exc:
            problems.append(exc.reason)
    try:
        with database.reading() as connection:
            problems += _damage(connection)
            heads = select_heads(connection)
            chains: dict[str, list[Record]] = defaultdict(list)
            for record in select_records(connection):
                chains[record.site].append(record)
    except SurveyError as exc:
        return [*problems, exc.reason]
    for one in sorted({site, *heads, *chains}, key=lambda name: (name != site, name)):
        prefix = "" if one == site else f"site {one}: "
        found = chain_problems(chains[one], heads.get(one)) + _restored(chains[one])
        problems += [prefix + problem for problem in found]
    digests = {(record.site, record.sequence): record.digest for chain in chains.values() for record in chain}
    problems += contradictions(noted, heads, lambda *place: digests.get(place))
    return problems + _closing_problems(chains[site], digests) + _late_answers(site, chains)


def contradictions(
    noted: Mapping[str, Head], heads: Mapping[str, Head], digest_at: Callable[[str, int], str | None]
) -> list[str]:
    """Return where survey.head contradicts the database, which it may be behind, and never ahead of.

    Parameters
    ----------
    noted, heads : mapping of str to Head
        By site: as survey.head and as the database have them.
    digest_at : callable
        From site and sequence to the digest of the record in the database.
    """
    problems = []
    for site, head in noted.items():
        held = heads.get(site)
        if held is None:
            problems.append(f"survey.head belongs to another database: it names site {site}, which is not here")
        elif head.count > held.count:
            problems.append(
                f"survey.head counts {head.count} records of site {site}, and the database {held.count}:"
                " it was exchanged for an older one, or its last records were removed"
            )
        elif head != held and head.count and digest_at(site, head.count) != head.digest:
            problems.append(
                f"survey.head and the database have different records {head.count} of site {site}:"
                " the database was exchanged or rewritten"
            )
    return problems


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
