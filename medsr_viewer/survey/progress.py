"""Where each observer stands, folded from the records."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from medsr_viewer.survey.design import Sitting
from medsr_viewer.survey.records import Payload, Record


class Progress:
    """Where one observer stands.

    Parameters
    ----------
    observer : str
    slot : int
        Place in `Plan.sequences`.
    site : str
        Where the observer was enrolled, and rates.
    enrolled : int
        Sequence of that record.
    sitting : Sitting
        When breaks are due.

    Attributes
    ----------
    consented : bool
        What the observer said last.
    sittings : list of str
        Identifiers, the latest last.
    screens : set of str
        Sittings whose screen was found good enough.
    attempts : dict of str to int
        How often a training trial was answered.
    trained : set of str
        Training trials that are not put again.
    revisions : dict of str to int
        The latest answer's revision by main trial, in the order of the first answers.
    answered_at : dict of str to int
        Sequence of the first answer, by main trial.
    shown : dict of str to tuple of str
        The two stimuli, by pair.
    finished, withdrawn : bool
    active_seconds : float
        Of rating since the last break, or the last pause as long as one, however often the window was opened anew;
        pauses do not count.
    total_seconds : float
        Of rating.
    last_answer, last_seen : datetime or None
        UTC.
    """

    def __init__(self, observer: str, slot: int, site: str, enrolled: int, sitting: Sitting) -> None:
        self.observer = observer
        self.slot = slot
        self.site = site
        self.enrolled = enrolled
        self.consented = False
        self.sittings: list[str] = []
        self.screens: set[str] = set()
        self.attempts: dict[str, int] = {}
        self.trained: set[str] = set()
        self.revisions: dict[str, int] = {}
        self.answered_at: dict[str, int] = {}
        self.shown: dict[str, tuple[str, ...]] = {}
        self.finished = False
        self.withdrawn = False
        self.active_seconds = 0.0
        self.total_seconds = 0.0
        self.last_answer: datetime | None = None
        self.last_seen: datetime | None = None
        self._sitting = sitting
        self._rests_since: datetime | None = None

    @property
    def is_tired(self) -> bool:
        """Whether a break is due."""
        return 0 < self._sitting.minutes * 60 <= self.active_seconds

    def rest_left(self, now: datetime) -> float:
        """Return the seconds that a break which began with the last answer must still last."""
        due = self._sitting.break_minutes * 60
        if self.last_answer is None:
            return 0.0
        return max(due - (now - self.last_answer).total_seconds(), 0.0)

    def see_clock(self, now: datetime) -> None:
        """Count a break from now on where the clock was moved back behind its beginning: it must end some time."""
        if self.last_answer is not None and now < self.last_answer:
            self.last_answer = now

    def take(self, record: Record) -> None:
        """Take in a record of this observer, the next in order."""
        payload = record.payload or {}
        time = datetime.fromisoformat(record.time)
        self.last_seen = time
        match record.kind:
            case "consent":
                self.consented = bool(payload.get("agreed"))
            case "session" | "resume" | "pause":
                self._take_rest(record, time)
            case "screen":
                if payload.get("passed"):
                    self.screens.add(record.session)
            case "training" | "rating" | "pair":
                self._take_answer(record, payload, time)
            case "break":
                self.active_seconds = 0.0
            case "finished":
                self.finished = True
            case "withdrawn":
                self.withdrawn = True

    def _take_answer(self, record: Record, payload: Payload, time: datetime) -> None:
        if not payload:
            return  # erased
        trial, revision = str(payload["trial"]), int(payload["revision"])
        if record.kind == "training":
            self.attempts[trial] = revision + 1
            if not payload.get("again"):
                self.trained.add(trial)
        else:
            self.revisions[trial] = max(revision, self.revisions.get(trial, 0))
            self.answered_at.setdefault(trial, record.sequence)
            if record.kind == "pair":
                self.shown[trial] = tuple(payload["shown"])
        spent = float(payload["seconds"]) + self._sitting.delay_ms / 1000
        self._note_rest(time, spent)
        self.active_seconds += spent
        self.total_seconds += spent
        self.last_answer = time
        self._rest_from(time)

    def _take_rest(self, record: Record, time: datetime) -> None:
        if record.kind == "pause":
            self._rest_from(time)
        else:
            self._note_rest(time)
        if record.kind == "session":
            self.sittings.append(record.session)

    def _rest_from(self, time: datetime) -> None:
        # The latest that the clock ever showed: set right after it was moved back, it passes no rest.
        self._rests_since = max(time, self._rests_since or time)

    def _note_rest(self, time: datetime, spent: float = 0.0) -> None:
        """Begin to count anew where a time without rating was as long as a break; what was spent since is no rest."""
        if self._rests_since is None:
            return
        if (time - self._rests_since).total_seconds() - spent >= self._sitting.break_minutes * 60:
            self.active_seconds = 0.0


def all_progress(records: Iterable[Record], sitting: Sitting) -> dict[tuple[str, str], Progress]:
    """Return where all observers stand.

    Parameters
    ----------
    records : iterable of Record
        In order of site and sequence. Erased ones tell nothing.
    sitting : Sitting

    Returns
    -------
    dict of (site, observer) to Progress
        In the order in which they enrolled at each site.
    """
    observers: dict[tuple[str, str], Progress] = {}
    for record in records:
        payload = record.payload or {}
        observer = (record.site, str(payload.get("observer", "")))
        if record.kind == "observer" and payload and observer not in observers:
            observers[observer] = Progress(observer[1], int(payload["slot"]), record.site, record.sequence, sitting)
        if observer in observers:
            observers[observer].take(record)
    return observers
