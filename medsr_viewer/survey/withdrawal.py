"""A withdrawn consent: the observer is left out of every analysis, and where asked the values are erased."""

from __future__ import annotations

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.records import Kind, Record
from medsr_viewer.survey.store import Store

ERASED: tuple[Kind, ...] = ("session", "screen", "training", "rating", "pair", "break", "pause", "resume", "finished")
"""Kinds whose values are erased. That someone was enrolled, agreed and withdrew stays on record."""


def withdraw(store: Store, observer: str, *, erase: bool, session: str = "", site: str = "") -> list[Record]:
    """Withdraw an observer.

    Parameters
    ----------
    store : Store
    observer : str
    erase : bool
        Erase what the observer answered, too; it can be asked for after a withdrawal without it.
    session : str
        The sitting in which it is asked for; "" for none.
    site : str
        Where the observer rates; "" for the store's own site. Observers of other sites may have the same pseudonym.

    Returns
    -------
    list of Record
        What was recorded.

    Raises
    ------
    SurveyError
        If there is no such observer at this site, or the observer had withdrawn already.
    """
    if site not in {"", store.site}:
        raise SurveyError(
            f"The observer {observer} rates at another site", "Withdraw the observer there, and merge a new bundle."
        )
    own = _records_of(store, observer)
    if not any(record.kind == "observer" for record in own):
        raise SurveyError(
            f"There is no observer {observer} at this site", "See `medsr survey status` for who there is."
        )
    made = []
    if not any(record.kind == "withdrawn" for record in own):
        made.append(store.append("withdrawn", {"observer": observer, "erase": erase}, session=session, key=observer))
        own = _records_of(store, observer)  # a rating window may have recorded an answer meanwhile
    values = [record.sequence for record in own if record.kind in ERASED] if erase else []
    if not made and not values:
        raise SurveyError(f"The observer {observer} has withdrawn already", "Nothing is left to be done.")
    if values:
        made.append(store.erase(values, session=session))
    return made


def _records_of(store: Store, observer: str) -> list[Record]:
    return [
        record
        for record in store.records()
        if record.site == store.site and (record.payload or {}).get("observer") == observer
    ]
