"""Where a site's clock was moved back: the records keep their order, and their times are not to be relied on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from medsr_viewer.errors import SurveyError, SurveyUnreachable
from medsr_viewer.survey.records import Record
from medsr_viewer.survey.store import Store

LEAST_SECONDS = 1.0
"""What is less is a time server's correction, and is told nowhere."""
_ANSWERS = frozenset({"training", "rating", "pair"})


@dataclass(frozen=True)
class ClockChange:
    """One time that the clock went back.

    Parameters
    ----------
    site : str
        Whose clock.
    before, after : str
        What it showed last, and then; UTC, ISO-8601, `after` the earlier.
    sequence : int
        Of the record that says so, in the site's chain.
    answers : int
        How many of the site's answers, training included, have times that the clock ran through twice.
    """

    site: str
    before: str
    after: str
    sequence: int
    answers: int = 0

    @property
    def seconds(self) -> float:
        """By how much."""
        return (datetime.fromisoformat(self.before) - datetime.fromisoformat(self.after)).total_seconds()

    @property
    def amount(self) -> str:
        """By how much, in words."""
        for unit, seconds in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
            if self.seconds >= seconds:
                number = f"{self.seconds / seconds:.1f}".removesuffix(".0")
                return f"{number} {unit}{'' if number == '1' else 's'}"
        return f"{self.seconds:g} seconds"

    @property
    def sentence(self) -> str:
        """What happened, for the coordinator."""
        return (
            f"site {self.site}: the clock was moved back by {self.amount}, from {_moment(self.before)} to"
            f" {_moment(self.after)} (record {self.sequence}); times between them are not reliable: {self.answers}"
            f" answer{'' if self.answers == 1 else 's'}, whose order and values are kept"
        )


def clock_change_in(record: Record) -> ClockChange | None:
    """Return what a record of kind "clock_back" says; None for others, and for less than `LEAST_SECONDS`."""
    if record.kind != "clock_back" or not record.payload:
        return None
    try:
        change = ClockChange(record.site, str(record.payload["last"]), str(record.payload["now"]), record.sequence)
        return change if change.seconds >= LEAST_SECONDS else None
    except (KeyError, ValueError, TypeError):  # altered, which `verify` tells
        return None


def clock_changes(records: Iterable[Record]) -> tuple[ClockChange, ...]:
    """Return all of them, by site and in order.

    Parameters
    ----------
    records : iterable of Record
        Of all kinds, in order of site and sequence.
    """
    held = list(records)
    changes = [change for record in held if (change := clock_change_in(record))]
    return tuple(_counted(change, held) for change in changes)


def clock_changes_of(store: Store) -> tuple[ClockChange, ...]:
    """Return those of a survey; none where its records were altered so that they cannot be read: `verify` tells that.

    Raises
    ------
    SurveyUnreachable
        If the database cannot be looked at now.
    """
    try:
        return clock_changes(store.records())
    except SurveyUnreachable:
        raise
    except SurveyError:
        return ()


def _counted(change: ClockChange, records: Sequence[Record]) -> ClockChange:
    # The order of ISO-8601 texts of one form is that of the times.
    answers = sum(
        record.site == change.site and record.kind in _ANSWERS and change.after <= record.time <= change.before
        for record in records
    )
    return ClockChange(change.site, change.before, change.after, change.sequence, answers)


def _moment(time: str) -> str:
    return f"{time[:10]} {time[11:19]} UTC"
