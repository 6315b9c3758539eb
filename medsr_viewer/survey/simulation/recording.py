"""What simulated observers leave in the records: what real ones would, training left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from medsr_viewer.survey.answer_entries import answer_entry, chosen_payload, rated_payload
from medsr_viewer.survey.chain import Entry
from medsr_viewer.survey.plan import Trial
from medsr_viewer.survey.simulation.readers import SimulatedAnswer


def simulated_entries(
    observer: str,
    slot: int,
    trials: Sequence[Trial],
    answers: Sequence[SimulatedAnswer],
    *,
    session: str,
    begun: datetime,
    version: str,
) -> list[Entry]:
    """Return the entries of one observer, from enrolment to the end.

    Parameters
    ----------
    observer, slot : str, int
        Pseudonym and place in the plan.
    trials, answers : sequence
        What was shown, and what was answered to each.
    session : str
        Identifier of the sitting, unlike any other.
    begun : datetime
        UTC; the answers follow by their seconds.
    version : str
        Of the program.
    """
    entries = [
        Entry("observer", {"observer": observer, "slot": slot}, "", str(slot)),
        Entry("session", {"observer": observer, "display": {}, "version": version}, session, f"{observer}/0"),
    ]
    time = begun
    for trial, answer in zip(trials, answers, strict=True):
        time += timedelta(seconds=answer.seconds)
        answered = chosen_payload(trial, answer.chosen, {}) if answer.chosen else rated_payload(answer.values, {})
        entries.append(
            answer_entry(
                "pair" if answer.chosen else "rating",
                trial,
                answered,
                observer=observer,
                slot=slot,
                revision=0,
                seconds=answer.seconds,
                answered_at=time,
                session=session,
            )
        )
    return [*entries, Entry("finished", {"observer": observer}, session, observer)]
