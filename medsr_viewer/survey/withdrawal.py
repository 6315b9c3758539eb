"""A withdrawn consent: the observer is left out of every analysis, and where asked the values are erased."""

from __future__ import annotations

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.records import Kind, Record
from medsr_viewer.survey.store import Store

ERASED: tuple[Kind, ...] = ("session", "screen", "training", "rating", "pair", "break", "pause", "resume", "finished")
"""Kinds whose values are erased. That someone was enrolled, agreed and withdrew stays on record."""


def withdraw(store: Store, observer: str, *, erase: bool, session: str = "") -> list[Record]:
    """Withdraw an observer.

    Parameters
    ----------
    store : Store
    observer : str
    erase : bool
        Erase what the observer answered, too; it can be asked for after a withdrawal without it.
    session : str
        The sitting in which it is asked for; "" for none.

    Returns
    -------
    list of Record
        What was recorded.

    Raises
    ------
    SurveyError
        If there is no such observer at this site, or the observer had withdrawn already.
    """
    own = [
        record
        for record in store.records()
        if record.site == store.site and (record.payload or {}).get("observer") == observer
    ]
    if not any(record.kind == "observer" for record in own):
        raise SurveyError(
            f"There is no observer {observer} at this site", "See `medsr survey status` for who there is."
        )
    withdrawn = [record for record in own if record.kind == "withdrawn"]
    values = [record.sequence for record in own if record.kind in ERASED] if erase else []
    if withdrawn and not values:
        raise SurveyError(f"The observer {observer} has withdrawn already", "Nothing is left to be done.")
    made = []
    if not withdrawn:
        made.append(store.append("withdrawn", {"observer": observer, "erase": erase}, session=session, key=observer))
    if values:
        made.append(store.erase(values, session=session))
    return made
