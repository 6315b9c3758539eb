"""A survey's folder as the workflows use it: opened once, with everything that all of them need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from medsr_viewer.survey.design import Design
from medsr_viewer.survey.design_file import read_design
from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.survey.plan import Plan
from medsr_viewer.survey.plan_file import read_plan
from medsr_viewer.survey.protocols import complete
from medsr_viewer.survey.store import Store


@dataclass(frozen=True, eq=False)
class OpenSurvey:
    """A survey and its records.

    Parameters
    ----------
    folder : SurveyFolder
    design : Design
        Complete.
    plan : Plan
    store : Store
        Open.
    """

    folder: SurveyFolder
    design: Design
    plan: Plan
    store: Store


@contextmanager
def open_survey(path: Path) -> Iterator[OpenSurvey]:
    """Open a survey's folder, and close its records at the end.

    Raises
    ------
    SurveyError, InvalidDesign
        If it is no survey's folder, or cannot be read.
    """
    folder = SurveyFolder(path)
    with folder.open() as store:
        yield OpenSurvey(folder, complete(read_design(folder.design_file)), read_plan(folder.plan_file), store)
