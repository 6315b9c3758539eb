"""Enrolment: an observer's pseudonym is given a slot of the plan, once."""

from __future__ import annotations

import re

from medsr_viewer.errors import AlreadyRecorded, InputError, SurveyError
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.progress import Progress, all_progress
from medsr_viewer.survey.store import Store

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
    """Give an observer the next slot; one who has one resumes it.

    More observers than sequences were prepared for see these once more, in turn.

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
        observers = all_progress(store.records(), design.sitting)
        if (store.site, observer) in observers:
            return observers[store.site, observer]
        if any(name == observer for _, name in observers):
            raise SurveyError(
                f"The observer {observer} rates at another site", "Take another pseudonym here, or rate there."
            )
        slot = 1 + max((known.slot for known in observers.values() if known.site == store.site), default=-1)
        # Who writes a slot has read all lower ones: neither a slot nor a name can be given twice, however many
        # workstations enrol at once.
        try:
            store.append("observer", {"observer": observer, "slot": slot}, key=str(slot))
        except AlreadyRecorded:
            continue
