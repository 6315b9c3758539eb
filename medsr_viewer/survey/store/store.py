"""The store: records that are durable once they are acknowledged, append-only, in SQLite or PostgreSQL."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection

from medsr_viewer.errors import CannotWrite, SurveyError
from medsr_viewer.survey.chain import KEPT, Entry, Head
from medsr_viewer.survey.records import Kind, Record
from medsr_viewer.survey.store.adopting import adopt
from medsr_viewer.survey.store.appending import digest_in, extend
from medsr_viewer.survey.store.checking import contradictions, problems_of
from medsr_viewer.survey.store.database import Database
from medsr_viewer.survey.store.head_file import head_file_of, read_head_file, write_head_file
from medsr_viewer.survey.store.holding import Hold, Place, hold, holder
from medsr_viewer.survey.store.migrating import backups
from medsr_viewer.survey.store.rows import erase_values, readable, select_heads, select_records

_LOG = logging.getLogger(__name__)
_PUT_BACK = (
    "Restore survey.sqlite and survey.head from the same backup. Where there is no newer one, the window Survey status"
    " and results, or `medsr survey restored`, goes on with what there is."
)


class Store:
    """Append-only records; made by `create_store` and `open_store`, closed as a context manager.

    It may be used by several threads, and a database by several processes: each append is one transaction.

    Parameters
    ----------
    database : Database
        Where the records are.
    survey_id : str
        Whose they are.
    site : str
        16 hexadecimal digits, made with the database.
    clock : callable or None
        Returns the time, as `Record.time`; None: this machine's, or PostgreSQL's, which workstations share.

    Attributes
    ----------
    last_clock_back : Record or None
        The latest "clock_back" that this very object recorded.
    """

    def __init__(self, database: Database, survey_id: str, site: str, clock: Callable[[], str] | None) -> None:
        self.survey_id = survey_id
        self.site = site
        self._database = database
        self._clock = clock
        self.last_clock_back: Record | None = None
        self._holds: list[Hold] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; nothing is lost without."""
        while self._holds:
            self._holds.pop().release()
        self._database.close()

    def hold(self, session: str) -> None:
        """Hold a sitting open until this store is closed, or its process ends in whatever way."""
        held = hold(self._database, session)
        if held is not None:
            self._holds.append(held)

    def holder(self, session: str) -> Place:
        """Return where a running process holds a sitting open; "" for nowhere."""
        return holder(self._database, session)

    def append(self, kind: Kind, payload: Mapping[str, Any], *, session: str = "", key: str = "") -> Record:
        """Record one thing. When this returns, it is on the disk.

        Raises
        ------
        AlreadyRecorded
            If there is a record of this kind and key; nothing was added.
        SurveyClosed
            If the survey is closed.
        SurveyError
            If it could not be recorded: disk full, locked, altered … What was recorded before stays.
        ValueError, TypeError
            If JSON cannot hold the payload.
        """
        return self.append_all([Entry(kind, payload, session, key)])[0]

    def append_all(self, entries: Iterable[tuple[Kind, Mapping[str, Any], str, str]]) -> list[Record]:
        """Record several things (kind, payload, session, key), all or none; errors as of `append`.

        Returns
        -------
        list of Record
            One an entry; a "clock_back" that came before them is left out.
        """
        wanted = [Entry(*entry) for entry in entries]
        if not wanted:
            return []

        def work(connection: Connection, heads: dict[str, Head]) -> list[Record]:
            return extend(connection, self.site, heads, wanted, self._now(connection))

        return self._write(work)[-len(wanted) :]

    def erase(self, sequences: Iterable[int], *, session: str = "") -> Record:
        """Erase the values of this site's records for good, and record that; the chain still verifies.

        Copies that were made of the database before its schema changed are removed, since they hold the values too.

        Raises
        ------
        SurveyError
            If there is no such record, or the database refuses.
        ValueError
            If a record is of a kind that is kept (`chain.KEPT`).
        """
        chosen = sorted(set(sequences))

        def work(connection: Connection, heads: dict[str, Head]) -> list[Record]:
            kinds = {record.sequence: record.kind for record in select_records(connection, site=self.site)}
            for sequence in chosen:
                if sequence not in kinds:
                    raise SurveyError(f"there is no record {sequence}", "Nothing was erased.")
                if kinds[sequence] in KEPT:
                    raise ValueError(f"record {sequence} ({kinds[sequence]}) is kept")
            entry = Entry("erased", {"sequences": chosen}, session)
            added = extend(connection, self.site, heads, [entry], self._now(connection))
            erase_values(connection, self.site, chosen)
            return added

        record = self._write(work)[-1]
        self._forget()
        return record

    def close_survey(self, allocation_digest: str) -> Record:
        """Record that the survey is closed, and where every site's chain ends: nothing is rated from here on.

        Raises
        ------
        SurveyClosed
            If it is closed already.
        SurveyError
            If the database refuses.
        """

        def work(connection: Connection, heads: dict[str, Head]) -> list[Record]:
            payload = {
                "allocation_digest": allocation_digest,
                "heads": {site: asdict(head) for site, head in heads.items()},
            }
            return extend(connection, self.site, heads, [Entry("closed", payload)], self._now(connection))

        return self._write(work)[-1]

    def adopt(
        self,
        records: Sequence[Record],
        payload: Mapping[str, Any] | None = None,
        *,
        heads: Mapping[str, Head] | None = None,
    ) -> Record | None:
        """Take in what is new of other sites' chains, and record that as "imported"; all or nothing.

        Parameters
        ----------
        records : sequence of Record
            Whole chains, of any sites, as `records` returns them.
        payload : mapping, optional
            What is to be kept about the import; "sites" (records added or erased, by site) and "heads" (where their
            chains end since, which `verify` compares) are put in.

        heads : mapping of str to Head, optional
            Where each chain ended when it was handed over, so that a missing end shows; left out: at its last record.

        Returns
        -------
        Record or None
            The record of the import; None where all was here already.

        Raises
        ------
        SurveyError
            If a chain is altered, of another survey, or contradicts what is here.
        """
        imported: list[Record] = []

        def work(connection: Connection, here: dict[str, Head]) -> list[Record]:
            changes = adopt(connection, self.site, records, heads)
            if changes:
                ends = {site: asdict(head) for site, head in select_heads(connection).items() if site in changes}
                entry = Entry("imported", {**(payload or {}), "sites": changes, "heads": ends})
                imported.extend(extend(connection, self.site, here, [entry], self._now(connection)))
            return imported

        self._write(work)
        if imported:
            self._forget()
        return imported[-1] if imported else None

    def accept_restored(self) -> Record | None:
        """Go on with a database that survey.head contradicts, for one that was put back from an older copy.

        What is missing then stays on record as "restored", and `verify` names it ever after.

        Returns
        -------
        Record or None
            None where nothing contradicts.

        Raises
        ------
        SurveyError
            If the end of the chain was altered, or the database refuses.
        """
        with self._database.writing() as connection:
            heads = select_heads(connection, locked=self.site)
            problems = self._exchanged(connection, heads)
            if not problems:
                return None
            entry = Entry("restored", {"problems": problems})
            record = extend(connection, self.site, heads, [entry], self._now(connection))[-1]
            heads = select_heads(connection)
        self._note(heads)
        return record

    def records(self, *, kinds: Sequence[Kind] = (), session: str = "") -> list[Record]:
        """Return records in order of site and sequence; of all kinds and sittings, or of those given.

        Raises
        ------
        SurveyError
            If the database cannot be read, or a record's values cannot.
        """
        with self._database.reading() as connection:
            return readable(select_records(connection, kinds=kinds, session=session))

    def heads(self) -> dict[str, Head]:
        """Return where each site's chain ends."""
        with self._database.reading() as connection:
            return select_heads(connection)

    def verify(self) -> list[str]:
        """Return in words what is wrong with the records; nothing where all are whole."""
        return problems_of(self._database, self.site)

    def contradictions(self) -> list[str]:
        """Return in words where survey.head contradicts the database; nothing is recorded then (`accept_restored`)."""
        if not self._database.path:
            return []
        try:  # before the database is read: what is recorded meanwhile is no contradiction
            noted = read_head_file(head_file_of(self._database.path))
        except SurveyError as exc:
            return [exc.reason]
        with self._database.reading() as connection:
            return contradictions(noted, select_heads(connection), self.site, digest_in(connection))

    def _write(self, work: Callable[[Connection, dict[str, Head]], list[Record]]) -> list[Record]:
        with self._database.writing() as connection:
            heads = select_heads(connection, locked=self.site)
            for problem in self._exchanged(connection, heads):
                # What is appended rewrites survey.head: the trace of an exchange would be gone.
                raise SurveyError(problem, _PUT_BACK)
            records = work(connection, heads)
            heads = select_heads(connection)
        self._note(heads)
        if records and records[0].kind == "clock_back":
            self.last_clock_back = records[0]
        return records

    def _exchanged(self, connection: Connection, heads: Mapping[str, Head]) -> list[str]:
        if not self._database.path:
            return []
        try:
            noted = read_head_file(head_file_of(self._database.path))
        except SurveyError as exc:
            return [exc.reason]
        return contradictions(noted, heads, self.site, digest_in(connection))

    def _note(self, heads: Mapping[str, Head]) -> None:
        if self._database.path:
            try:
                write_head_file(head_file_of(self._database.path), heads)
            except CannotWrite as exc:  # the records are safe, and the file may be behind them
                _LOG.warning("survey.head was not brought up to date: %s", exc)

    def _forget(self) -> None:
        self._database.forget()
        if self._database.path:
            for copy in backups(self._database.path):
                copy.unlink(missing_ok=True)

    def _now(self, connection: Connection) -> str:
        return self._clock() if self._clock else self._database.now(connection)
