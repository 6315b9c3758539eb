"""End the rating of a survey, and unblind it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from medsr_viewer.errors import SurveyClosed, SurveyError
from medsr_viewer.survey.clock_changes import ClockChange, clock_changes_of
from medsr_viewer.survey.folder import verify_folder
from medsr_viewer.survey.records import Record
from medsr_viewer.survey.sealing import unseal
from medsr_viewer.workflows.survey_files import OpenSurvey, open_survey


@dataclass(frozen=True)
class ClosedSurvey:
    """What was closed.

    Parameters
    ----------
    commitment : str
        SHA-256 of the allocation, as it was committed to when the survey was set up.
    problems : tuple of str
        What was altered in the survey; it stays in its report.
    closed_at : str
        UTC, ISO-8601.
    is_again : bool
        Whether it had been closed before.
    clock_changes : tuple of ClockChange
        Where a site's clock was moved back; no alteration, and the report tells it.
    """

    commitment: str
    problems: tuple[str, ...]
    closed_at: str
    is_again: bool
    clock_changes: tuple[ClockChange, ...] = ()


def close_survey(path: Path, passphrase: str) -> ClosedSurvey:
    """Close a survey: no more ratings, and the allocation may be read. A second time only writes the allocation again.

    Parameters
    ----------
    path : Path
        Its folder.
    passphrase : str
        That the allocation was sealed with.

    Raises
    ------
    WrongPassphrase
        Nothing was changed then.
    SurveyError
        If the sealed allocation was altered, or is not the one that was committed to.
    """
    with open_survey(path) as survey:
        folder = survey.folder
        allocation = unseal(folder.read_sealed(), passphrase)
        commitment = folder.read_sealed().commitment
        if commitment != folder.created.commitment:
            raise SurveyError(
                f"{folder.sealed_file}: it is not the allocation that was committed to",
                "Restore the survey's folder from a backup.",
            )
        problems = tuple(verify_folder(folder))
        try:
            closing, is_again = survey.store.close_survey(commitment), False
        except SurveyClosed:
            closing, is_again = _closing_of(survey), True
        folder.write_allocation(allocation)
        if is_again:  # a lost allocation was no alteration
            problems = tuple(verify_folder(folder))
        changes = clock_changes_of(survey.store)
    return ClosedSurvey(commitment, problems, closing.time, is_again, changes)


def _closing_of(survey: OpenSurvey) -> Record:
    return next(one for one in survey.store.records(kinds=("closed",)) if one.site == survey.store.site)
