"""Stimuli that are missing, or are not the files that were stored: an image may be marked, or another one's."""

from __future__ import annotations

from collections.abc import Iterator

from medsr_viewer.survey.audit.finding import Finding
from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.survey.plan import Plan
from medsr_viewer.survey.stimuli_check import absent_stimuli, changed_stimuli

_MEND = "Restore it from a backup of the survey's folder, or copy it again from where the survey was set up."


def check_checksums(folder: SurveyFolder, plan: Plan) -> Iterator[Finding]:
    """Find each stimulus that is missing, cut off, or changed since the survey was set up; its file is named."""
    absent = list(absent_stimuli(folder, plan.stimuli))
    told = {fault.partition(" ")[0] for fault in absent}
    changed = (fault for fault in changed_stimuli(folder, plan.stimuli) if fault.partition(" ")[0] not in told)
    for fault in (*absent, *changed):
        yield Finding("checksums", fault, "stimuli", _MEND)
