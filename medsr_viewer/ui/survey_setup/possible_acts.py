"""What can be done with a survey as it stands, and why the rest cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medsr_viewer.ui.survey_setup.survey_works import SurveyLook

ACTS = ("rate", "audit", "verify", "withdraw", "restored", "copy", "export", "merge", "close", "report", "open")
"""Names of the buttons of the results window, but for the one that looks again."""

_WAIT = "Wait until what runs now has ended, or cancel it"
_NO_SURVEY = "Choose the folder of a survey first"
_CONTRADICTED = "First say what became of the records: Restored from a backup …"


def obstacles(look: SurveyLook | None, *, is_busy: bool, has_page: bool) -> Mapping[str, str]:
    """Return for each of `ACTS` why it cannot be done now; "" where it can.

    Parameters
    ----------
    look : SurveyLook or None
        How the survey stands; None: none is read.
    is_busy : bool
        Whether something runs.
    has_page : bool
        Whether there is a report that tells how the survey is now.
    """
    why = dict.fromkeys(ACTS, "")
    if look is None:
        why = dict.fromkeys(ACTS, _NO_SURVEY)
    elif is_busy:
        why = dict.fromkeys(ACTS, _WAIT)
    else:
        why |= _closed() if look.is_closed else {"report": "Close the survey first: a report tells the methods"}
        why |= _of_observers(look)
        if look.contradictions:
            # Nothing is appended to such records; what only reads them goes on.
            why |= {name: _CONTRADICTED for name in ("rate", "withdraw", "merge", "close") if not why[name]}
        else:
            why["restored"] = "Nothing to settle: the records are those that survey.head counts"
    why["open"] = "" if has_page else _why_no_report(look)
    return why


def _why_no_report(look: SurveyLook | None) -> str:
    if look is None or look.report is None:
        return "Write a report first"
    if look.report.standing == "missing":
        return f"The report is no longer where it was written: {look.report.page.parent}"
    became = "was altered" if look.report.standing == "altered" else "is out of date"
    return f"The report {became}: make it anew"


def _closed() -> dict[str, str]:
    return {
        "rate": "The survey is closed: nothing more is rated",
        "audit": "The survey is closed: who reads its folder knows the methods, there is nothing left to blind",
        "copy": "The survey is closed: what another site rated from now on would not count as blind",
        "close": "The survey is closed already",
    }


def _of_observers(look: SurveyLook) -> dict[str, str]:
    why: dict[str, str] = {}
    if look.is_simulated and not look.is_closed:
        why["rate"] = "Simulated observers rated this survey: it takes no people"
    if not look.observers:
        why["withdraw"] = "There is no observer yet"
    return why
