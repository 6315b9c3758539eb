"""Builds the window and everything behind it, and runs it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, QThread, QTimer, Slot
from PySide6.QtWidgets import QApplication

from medsr_viewer import __version__, settings
from medsr_viewer.imaging.collect import collect
from medsr_viewer.imaging.read import read_frame
from medsr_viewer.ui.cine import Cine
from medsr_viewer.ui.comparing import Comparing
from medsr_viewer.ui.comparison_job import Compare
from medsr_viewer.ui.controller import Controller
from medsr_viewer.ui.display.panel_grid import PanelGrid
from medsr_viewer.ui.display.theme import apply_theme
from medsr_viewer.ui.failure import describe
from medsr_viewer.ui.lane import Lane
from medsr_viewer.ui.log_file import log_to_file
from medsr_viewer.ui.long_runs import Estimator, LongRuns
from medsr_viewer.ui.main_window import MainWindow
from medsr_viewer.ui.mapping import Mapping
from medsr_viewer.ui.opening import Collect, Opening, ReadFrame
from medsr_viewer.ui.preferences import Preferences, keep_no_visited_folders
from medsr_viewer.ui.preloading import load_devices
from medsr_viewer.ui.presenter import Presenter
from medsr_viewer.ui.profile_dock import ProfileDock
from medsr_viewer.ui.profiling import Profiling
from medsr_viewer.ui.progress import Progress
from medsr_viewer.ui.remembering import remember, remembered_choices, remembered_sharpness, remembered_view
from medsr_viewer.ui.rescanning import Rescan, Rescanning
from medsr_viewer.ui.results import Results
from medsr_viewer.ui.runner import Runner
from medsr_viewer.ui.saving import Saving
from medsr_viewer.ui.score_table import ScoreTable
from medsr_viewer.ui.scoring import Scoring
from medsr_viewer.ui.series_dock import SeriesDock
from medsr_viewer.ui.state import State
from medsr_viewer.ui.survey_setup.surveying import SurveyRunners
from medsr_viewer.ui.thumbnails import Thumbnails
from medsr_viewer.ui.viewer_page import ViewerPage
from medsr_viewer.upscaling.catalogue import Catalogue, catalogue, rescan
from medsr_viewer.workflows.compare import compare
from medsr_viewer.workflows.estimate import estimate

_PRELOAD_DELAY_MS = 400
_RUNNERS = (
    "opening",
    "reading",
    "interpolating",
    "upscaling",
    "scoring",
    "mapping",
    "profiling",
    "thumbnails",
    "saving",
    "rescanning",
    "preloading",
    "survey-loading",
    "survey-wizard",
    "survey-quick",
    "survey-results",
    "survey-example",
)


@dataclass(frozen=True)
class Services:
    """What the window does its work with; tests put others in their place."""

    catalogue: Catalogue
    compare: Compare = compare
    collect: Collect = collect
    read_frame: ReadFrame = read_frame
    estimator: Estimator | None = estimate
    rescan: Rescan = rescan
    preloads: bool = True


class Application(QObject):
    """All objects of the window, wired.

    Parameters
    ----------
    services : Services
        What does the work.
    preferences : Preferences
        What is remembered.
    """

    def __init__(self, services: Services, preferences: Preferences) -> None:
        super().__init__()
        self.runners = {name: Runner(name, self) for name in _RUNNERS}
        runners = self.runners
        choices, wishes = remembered_choices(preferences, services.catalogue)
        self.state = State(services.catalogue, choices, remembered_view(preferences), self)
        self.state.wishes = wishes
        self.state.sharpness = remembered_sharpness(preferences)
        self.results = Results(parent=self)
        self.long_runs = LongRuns(services.estimator, self)
        self.opening = Opening(
            self.state, runners["opening"], runners["reading"], services.collect, services.read_frame, self
        )
        quick, slow = (Lane(self.results, runners[name], self) for name in ("interpolating", "upscaling"))
        self.lanes = (quick, slow)
        self.comparing = Comparing(self.state, self.results, quick, slow, services.compare, self.long_runs, self)
        self.scoring = Scoring(self.state, self.results, runners["scoring"], parent=self)
        self.mapping = Mapping(self.state, self.results, runners["mapping"], self)
        self.thumbnails = Thumbnails(self.state, runners["thumbnails"], services.read_frame, self)
        self.rescanning = Rescanning(self.state, runners["rescanning"], services.rescan, self)
        self.window = self._build_window(preferences)
        self._services, self._preferences = services, preferences
        self._connect()

    def start(self, paths: Sequence[Path] = (), *, sample: bool = False) -> None:
        """Show the window, then open what was asked for and load torch in the background."""
        self.window.show()
        if sample:
            self.opening.open_sample()
        elif paths:
            self.opening.open_paths(paths)
        if self._services.preloads:
            QTimer.singleShot(_PRELOAD_DELAY_MS, self._preload)

    @Slot()
    def shutdown(self) -> None:
        """Remember the choices, end all work in the background, and wait for it."""
        remember(self._preferences, self.state)
        self.window.surveying.rating.let_go()
        for runner in self.runners.values():
            runner.cancel()
        for runner in self.runners.values():
            runner.shutdown()

    def report_unexpected(
        self, _kind: type[BaseException], exc: BaseException, _traceback: TracebackType | None
    ) -> None:
        """Log and show an exception that nobody caught; for `sys.excepthook`."""
        failure = describe(exc)
        if QThread.currentThread() is self.thread():
            self.window.notices.show_failure(failure)

    def _build_window(self, preferences: Preferences) -> MainWindow:
        runners = self.runners
        grid = PanelGrid()
        stoppable = (runners["upscaling"], runners["interpolating"], runners["opening"])
        controller = Controller(self.state, grid, self.opening, self.comparing, self.scoring, stoppable, self)
        self.presenter = Presenter(grid, self.state, self.results, self.comparing, self)
        self.cine = Cine(self.state, self.opening, self.presenter, self)
        self.profiling = Profiling(self.state, self.results, grid.drawn, runners["profiling"], parent=self)
        self.search_progress = Progress(runners["opening"], "Looking for images …")
        self.progress_of = {
            name: Progress(runners[name], text)
            for name, text in (("interpolating", "Interpolating …"), ("upscaling", "Upscaling …"))
        }
        return MainWindow(
            controller,
            ViewerPage(grid, self.state, self.results),
            SeriesDock(self.state, self.thumbnails),
            ScoreTable(self.state, self.results),
            ProfileDock(self.state, self.profiling),
            (self.search_progress, *self.progress_of.values()),
            Saving(self.state, self.results, grid, runners["saving"], self),
            self.cine,
            self.long_runs,
            self.rescanning,
            SurveyRunners(
                *(runners[f"survey-{name}"] for name in ("loading", "wizard", "quick", "results", "example"))
            ),
            preferences,
        )

    def _connect(self) -> None:
        self.opening.searched.connect(self._on_searched)
        self.window.controller.error_limit_stepped.connect(self.mapping.step_error_limit)
        self.window.controller.grid.error_limit_dragged.connect(self.mapping.set_error_limit)
        self.presenter.named.connect(self.window.set_image_name)
        self.presenter.named.connect(self.window.page.set_named)
        for lane, progress in zip(self.lanes, self.progress_of.values(), strict=True):
            lane.progressed.connect(progress.report_tiles)
            lane.failed.connect(self.window.notices.show_failure)
            lane.failed.connect(self.cine.pause)
        self.scoring.failed.connect(self.window.notices.show_failure)
        self.profiling.failed.connect(self.window.notices.show_failure)
        for name in self.progress_of:
            self.runners[name].started.connect(self.presenter.refresh)
            self.runners[name].finished.connect(self.presenter.refresh)
        self.rescanning.found.connect(self.window.controller.use_catalogue)
        self.rescanning.told.connect(self.window.notices.tell)
        self.rescanning.failed.connect(self.window.notices.show_failure)
        self.runners["preloading"].succeeded.connect(self.window.tool_bar.set_devices)
        self.window.closing.connect(self.shutdown)

    @Slot(int, int)
    def _on_searched(self, done: int, total: int) -> None:
        self.search_progress.report(f"Looking for images: {done} of {total} files", done, total)

    @Slot()
    def _preload(self) -> None:
        self.runners["preloading"].submit(load_devices)


def run(paths: Sequence[Path], *, sample: bool) -> int:
    """Show the window and return when it is closed.

    Parameters
    ----------
    paths : sequence of Path
        To be opened.
    sample : bool
        Open the sample instead.

    Returns
    -------
    int
        Exit status.
    """
    log_to_file()
    keep_no_visited_folders()
    application = QApplication(["medsr-viewer"])
    application.setApplicationName("MedSR Viewer")
    application.setApplicationVersion(__version__)
    preferences = Preferences(settings.settings_file())
    apply_theme(application, preferences.theme)
    main = Application(Services(catalogue()), preferences)
    sys.excepthook = main.report_unexpected
    application.aboutToQuit.connect(main.shutdown)  # the end of a session closes no window
    main.start(paths, sample=sample)
    return application.exec()
