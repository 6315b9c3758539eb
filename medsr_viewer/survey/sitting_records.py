"""The records of one sitting: begun, appended to, and refused once another window or a withdrawal has ended it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from medsr_viewer.errors import AlreadyRecorded, SittingOvertaken, SurveyClosed, SurveyError
from medsr_viewer.survey.chain import Entry
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.enrolment import enrol, own_progress
from medsr_viewer.survey.progress import Progress
from medsr_viewer.survey.store import Store
from medsr_viewer.survey.withdrawal import withdraw

_OVERTAKEN = "A newer window of this observer takes the answers now"
_KEPT = "What it saved is kept; this one goes on after it."


def begin_sitting(
    store: Store, design: Design, observer: str, *, display: Mapping[str, Any], version: str
) -> SittingRecords:
    """Enrol an observer, or take up where the observer stopped, and record that a sitting begins.

    The store holds it open until it is closed: `medsr_viewer.survey.open_sitting` tells others.

    Parameters
    ----------
    store : Store
    design : Design
        Complete: of `medsr_viewer.survey.protocols.complete`.
    observer : str
        Pseudonym.
    display : mapping
        Facts of the screen, as JSON has them.
    version : str
        Of the program.

    Raises
    ------
    InputError
        If the pseudonym cannot be used.
    SurveyError
        If the observer has withdrawn, or rates at another site, the survey is closed, or its ratings
        are simulated.
    """
    _refuse_ended(store)
    progress = enrol(store, design, observer)
    if progress.withdrawn:
        raise _withdrawn()
    identifier = secrets.token_hex(8)
    payload = {"observer": observer, "display": dict(display), "version": version}
    store.hold(identifier)  # before anybody can read of it
    try:
        record = store.append("session", payload, session=identifier, key=f"{observer}/{len(progress.sittings)}")
    except AlreadyRecorded as exc:
        raise SittingOvertaken(_OVERTAKEN) from exc
    progress.take(record)
    return SittingRecords(store, design, progress)


class SittingRecords:
    """Records of the latest sitting of one observer; made by `begin_sitting`.

    Parameters
    ----------
    store : Store
    design : Design
    progress : Progress
        Of the observer, the beginning of the sitting included.

    Attributes
    ----------
    progress : Progress
        Where the observer stands by all that is on the disk; another one once `append` was refused.
    session : str
        The sitting's identifier.
    """

    def __init__(self, store: Store, design: Design, progress: Progress) -> None:
        self.progress = progress
        self.session = progress.sittings[-1]
        self._store = store
        self._design = design

    def append(self, entries: Sequence[Entry]) -> None:
        """Record something, all of it or nothing; it is on the disk when this returns.

        Raises
        ------
        SittingOvertaken
            If a newer sitting began.
        SurveyError
            If the observer was withdrawn, or another window answered the same.
        """
        self.check_latest()
        try:
            records = self._store.append_all(entries)
        except AlreadyRecorded as exc:
            # Another window answered between the two lines above: what it answered stands, and this one goes on there.
            self.progress = own_progress(self._store, self.progress.observer, self._design.sitting)
            raise SurveyError("Another window of this observer answered the same just before", _KEPT) from exc
        for record in records:
            self.progress.take(record)

    def check_latest(self) -> None:
        """Look whether this sitting still takes answers.

        Raises
        ------
        SittingOvertaken
            If a newer sitting began.
        SurveyError
            If another program withdrew the observer.
        """
        news = [
            record
            for record in self._store.records(kinds=("session", "withdrawn"))
            if record.site == self._store.site and (record.payload or {}).get("observer") == self.progress.observer
        ]
        if news[-1].kind == "withdrawn":
            self.progress.take(news[-1])
            raise _withdrawn()
        if news[-1].session != self.session:
            raise SittingOvertaken(_OVERTAKEN)

    def withdraw(self, *, erase: bool) -> None:
        """Withdraw the observer from the survey; see `medsr_viewer.survey.withdrawal`."""
        for record in withdraw(self._store, self.progress.observer, erase=erase, session=self.session):
            self.progress.take(record)


def _refuse_ended(store: Store) -> None:
    for record in store.records(kinds=("closed", "simulated")):
        if record.kind == "closed":
            raise SurveyClosed("The survey was closed: no more answers are taken")
        raise SurveyError("The ratings of this survey are simulated", "Set up a new survey for real observers.")


def _withdrawn() -> SurveyError:
    return SurveyError("This observer has withdrawn", "No more answers are taken from this observer.")
