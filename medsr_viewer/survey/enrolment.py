"""Enrolment: an observer's pseudonym is given a slot of the plan, once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from medsr_viewer.errors import AlreadyRecorded, InputError, SurveyError
from medsr_viewer.survey.design import Design, Sitting
from medsr_viewer.survey.progress import Progress, all_progress
from medsr_viewer.survey.site_blocks import block_of

if TYPE_CHECKING:
    from medsr_viewer.survey.store import Store  # its library takes a second to load

_NAME = re.compile(r"[A-Za-z0-9._-]{1,32}")


def check_observer(observer: str) -> None:
    """Check a pseudonym.

    Raises
    ------
    InputError
        If it is not of 1 to 32 letters, digits, ".", "_", "-".
    """
    if not _NAME.fullmatch(observer):
        raise InputError(
            "This name of an observer cannot be used",
            'Use a pseudonym of 1 to 32 letters, digits, ".", "_" and "-"; never the observer\'s real name.',
        )


def enrol(store: Store, design: Design, observer: str) -> Progress:
    """Give an observer the next slot of the site; one who has one resumes it.

    More observers than sequences were prepared for see those of the site once more, in turn.

    Returns
    -------
    Progress
        Where the observer stands.

    Raises
    ------
    InputError
        If the pseudonym cannot be used.
    SurveyError
        If the observer rates at another site.
    """
    check_observer(observer)
    while True:
        found = store.records(kinds=("observer", "site"))
        enrolled = [record for record in found if record.kind == "observer"]
        given = [record for record in found if record.kind == "site"]
        names = {(record.site, str((record.payload or {}).get("observer"))) for record in enrolled}
        if (store.site, observer) in names:
            return own_progress(store, observer, design.sitting)
        if any(name == observer for _, name in names):
            raise SurveyError(
                f"The observer {observer} rates at another site", "Take another pseudonym here, or rate there."
            )
        number = sum(record.site == store.site for record in enrolled)
        slot = block_of(given, store.site, design.arrangement.observers).slot(number)
        # Who writes a number has read all lower ones: neither a slot nor a name can be given twice, however many
        # workstations enrol at once.
        try:
            store.append("observer", {"observer": observer, "slot": slot}, key=str(number))
        except AlreadyRecorded:
            continue


def own_progress(store: Store, observer: str, sitting: Sitting) -> Progress:
    """Return where an enrolled observer of this site stands; the answers of others are not read."""
    records = {
        record.sequence: record
        for record in store.records(kinds=("observer", "session", "withdrawn"))
        if record.site == store.site and (record.payload or {}).get("observer") == observer
    }
    for session in [record.session for record in records.values() if record.kind == "session"]:
        records |= {record.sequence: record for record in store.records(session=session) if record.site == store.site}
    ordered = [records[sequence] for sequence in sorted(records)]
    return all_progress(ordered, sitting)[store.site, observer]
