"""How an answer is written down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from medsr_viewer.survey.chain import Entry
from medsr_viewer.survey.plan import Trial
from medsr_viewer.survey.records import Kind, Payload


def answer_entry(
    kind: Kind,
    trial: Trial,
    answered: Mapping[str, Any],
    *,
    observer: str,
    slot: int,
    revision: int,
    seconds: float,
    answered_at: datetime,
    session: str,
) -> Entry:
    """Return the record of an answer of kind "training", "rating" or "pair".

    Parameters
    ----------
    kind : Kind
    trial : Trial
    answered : mapping
        Of `rated_payload` or `chosen_payload`.
    observer, slot : str, int
        Whose answer it is.
    revision : int
        From 0; the greatest counts.
    seconds : float
        From the trial's appearance to the answer.
    answered_at : datetime
        UTC.
    session : str
        The sitting.
    """
    payload = {
        "observer": observer,
        "slot": slot,
        "trial": trial.identifier,
        "revision": revision,
        "seconds": seconds,
        "shown_at": (answered_at - timedelta(seconds=seconds)).isoformat(timespec="milliseconds"),
        **answered,
    }
    # The key makes the database refuse a second answer to the same trial.
    return Entry(kind, payload, session, f"{observer}/{trial.identifier}/{revision}")


def rated_payload(answers: Mapping[tuple[str, str], int], log: Mapping[str, Any]) -> Payload:
    """Return what is written of values by (stimulus, question)."""
    values = [
        {"stimulus": stimulus, "question": question, "value": int(value)}
        for (stimulus, question), value in answers.items()
    ]
    return {"answers": values, "log": dict(log)}


def chosen_payload(trial: Trial, chosen: str, log: Mapping[str, Any]) -> Payload:
    """Return what is written of the choice between the two stimuli of a pair."""
    return {"shown": list(trial.rated), "chosen": chosen, "log": dict(log)}
