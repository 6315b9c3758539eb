"""Rating as a program of its own: opens only the rating window."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QApplication

from medsr_viewer import __version__
from medsr_viewer.survey.audit import audit, refuse_leaks
from medsr_viewer.survey.design_file import read_design
from medsr_viewer.survey.enrolment import check_observer
from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.survey.pair_trials import ChoosePair
from medsr_viewer.survey.plan_file import read_plan
from medsr_viewer.survey.protocols import complete
from medsr_viewer.survey.stimuli_check import refuse_absent, refuse_changed
from medsr_viewer.ui.display.theme import apply_theme
from medsr_viewer.ui.log_file import log_to_file
from medsr_viewer.ui.survey.at_hand import Material, SurveyAtHand
from medsr_viewer.ui.survey.conducting import Conducting
from medsr_viewer.ui.survey.exit_status import TOLD

_WINDOWED = (1280, 720)
_TURN_SECONDS = 0.001  # an event takes several turns, and the usual 5 ms for each of them are too long together


def read_material(path: Path, observer: str) -> Material:
    """Open a survey's folder for an observer.

    Parameters
    ----------
    path : Path
        The survey's folder.
    observer : str
        Pseudonym.

    Raises
    ------
    MedsrError
        If the pseudonym cannot be used, the survey not be opened, a stimulus is missing or cut off, or the auditor
        finds that it is not blind.
    """
    check_observer(observer)
    with _garbage_left():
        return _read(SurveyFolder(path))


def _read(folder: SurveyFolder) -> Material:
    store = folder.open()
    try:
        folder.set_dates()
        design, plan = complete(read_design(folder.design_file)), read_plan(folder.plan_file)
        refuse_absent(folder, plan)
        # Pixels were looked at when the survey was set up; their checksums are compared while the first pages are read.
        refuse_leaks(audit(folder, look_at_pixels=False))
        check = partial(refuse_changed, folder)
        return Material(design, plan, store, folder.load_stimulus, check, _chooser() if plan.groups else None)
    except BaseException:
        store.close()
        raise


def rate(path: Path, observer: str, *, windowed: bool = False) -> int:
    """Show the rating window and return when it is closed.

    Parameters
    ----------
    path : Path
        The survey's folder.
    observer : str
        Pseudonym.
    windowed : bool
        Not full-screen.

    Returns
    -------
    int
        Exit status: `TOLD` where the window was closed on what stops the study, which is on standard error too.
    """
    log_to_file()
    application = QApplication(["medsr-viewer"])
    application.setApplicationName("MedSR Viewer")
    application.setApplicationVersion(__version__)
    apply_theme(application, "dark")  # light around an image changes how its grays are judged
    favour_window()
    conducting = open_rating_window(path, observer, windowed=windowed)
    sys.excepthook = conducting.report_unexpected
    application.aboutToQuit.connect(conducting.shutdown)
    status = application.exec()
    if conducting.refusal:
        print(f"medsr-viewer: {conducting.refusal}", file=sys.stderr)
    return status or (TOLD if conducting.refusal else 0)


def favour_window() -> None:
    """Let the window's thread have its turn soon, whatever Python works at behind it: for this whole process."""
    sys.setswitchinterval(_TURN_SECONDS)
    gc.freeze()  # what was imported stays: looking through it for garbage would stop the window for 90 ms


def open_rating_window(path: Path, observer: str, *, windowed: bool = False) -> Conducting:
    """Show the rating window and begin; see `rate`. The caller keeps what is returned, and shuts it down."""
    conducting = Conducting(SurveyAtHand(lambda: read_material(path, observer), observer), observer)
    if windowed:
        conducting.window.resize(*_WINDOWED)
        conducting.window.show()
    else:
        conducting.window.showFullScreen()
    conducting.start()
    return conducting


@contextmanager
def _garbage_left() -> Iterator[None]:
    """Look for no garbage while much is made that stays, nor through that later: each look would stop the window."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _chooser() -> ChoosePair:
    from medsr_viewer.survey.statistics.pair_choice import next_pair  # loads scipy, which takes a second

    return next_pair
