"""Whether an observer has a sitting open in a rating window that runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medsr_viewer.survey.store import Store  # its library takes a second to load


@dataclass(frozen=True)
class OpenSitting:
    """A sitting that a running program holds open.

    Parameters
    ----------
    since : str
        When it began: UTC, ISO-8601.
    is_here : bool
        Whether on this workstation.
    """

    since: str
    is_here: bool


def open_sitting(store: Store, observer: str) -> OpenSitting | None:
    """Return the sitting that an observer has open; None where there is none, as after a crash.

    An older one that a newer sitting has ended does not count, though its window may still be there.

    Parameters
    ----------
    store : Store
    observer : str
        Pseudonym.
    """
    begun = [
        record
        for record in store.records(kinds=("session",))
        if record.site == store.site and (record.payload or {}).get("observer") == observer
    ]
    place = store.holder(begun[-1].session) if begun else ""
    return OpenSitting(begun[-1].time, place == "here") if place else None
