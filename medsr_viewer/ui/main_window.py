"""The window: puts the parts together and turns drops, dialogs and keys into intents."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLabel,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from medsr_viewer.ui.actions import Actions, build_actions, check
from medsr_viewer.ui.cine import Cine
from medsr_viewer.ui.cine_bar import CineBar
from medsr_viewer.ui.controller import Controller
from medsr_viewer.ui.display.theme import apply_theme
from medsr_viewer.ui.helping import Helping
from medsr_viewer.ui.long_runs import LongRun, LongRuns
from medsr_viewer.ui.menus import ActionSync, build_menus, context_menu
from medsr_viewer.ui.notices import Notices
from medsr_viewer.ui.preferences import Preferences
from medsr_viewer.ui.profile_dock import ProfileDock
from medsr_viewer.ui.progress import Progress
from medsr_viewer.ui.rescanning import Rescanning
from medsr_viewer.ui.saving import Saving
from medsr_viewer.ui.score_table import ScoreTable
from medsr_viewer.ui.series_dock import SeriesDock
from medsr_viewer.ui.start_page import StartPage
from medsr_viewer.ui.state import OpenImage
from medsr_viewer.ui.survey_setup.surveying import Surveying, SurveyRunners
from medsr_viewer.ui.toolbar import ToolBar
from medsr_viewer.ui.viewer_page import ViewerPage

_SIZE = QSize(1440, 860)
_MESSAGE_MS = 4000
_SERIES_WIDTH, _SCORES_HEIGHT, _PROFILE_HEIGHT = 250, 150, 200
_ROOM_FOR_SERIES = 1400
_DECORATION = QSize(10, 40)
_FILTER = "Images (*.dcm *.dicom *.ima *.png *.tif *.tiff *.jpg *.jpeg *.zip DICOMDIR);;All files (*)"


class MainWindow(QMainWindow):
    """The program's only window.

    Parameters
    ----------
    controller : Controller
        Takes the intents.
    page : ViewerPage
        The panels.
    series, scores, profile : SeriesDock, ScoreTable, ProfileDock
        The docks.
    progresses : sequence of Progress
        For the status bar.
    saving : Saving
        For the figure and the scores.
    cine : Cine
        Plays the images of a series.
    long_runs : LongRuns
        Whose questions are asked here.
    rescanning : Rescanning
        Looks for models.
    survey_runners : SurveyRunners
        For the windows of the Survey menu.
    preferences : Preferences
        What is remembered.
    """

    closing = Signal()

    def __init__(
        self,
        controller: Controller,
        page: ViewerPage,
        series: SeriesDock,
        scores: ScoreTable,
        profile: ProfileDock,
        progresses: tuple[Progress, ...],
        saving: Saving,
        cine: Cine,
        long_runs: LongRuns,
        rescanning: Rescanning,
        survey_runners: SurveyRunners,
        preferences: Preferences,
    ) -> None:
        super().__init__()
        self.setWindowTitle("MedSR Viewer")
        self.setAcceptDrops(True)
        self.resize(_SIZE)
        if _SIZE.boundedTo(self.screen().availableSize() - _DECORATION) != _SIZE:
            self.setWindowState(Qt.WindowState.WindowMaximized)
        self.controller, self.page, self._saving, self._preferences = controller, page, saving, preferences
        self._cine, self._long_runs = cine, long_runs
        self._helping = Helping(self, controller.state, rescanning)
        self.surveying = Surveying(self, controller.state, survey_runners, preferences)
        self.series, self.scores, self.profile = series, scores, profile
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, series)
        self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, scores)
        self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, profile)
        self.resizeDocks([series], [_SERIES_WIDTH], Qt.Orientation.Horizontal)
        self.resizeDocks([scores, profile], [_SCORES_HEIGHT, _PROFILE_HEIGHT], Qt.Orientation.Vertical)
        for dock in (series, scores, profile):
            dock.hide()
        handlers = {**controller.handlers(), **self._handlers()}
        self.actions_by_name: Actions = build_actions(self, controller.grid, handlers)
        self.tool_bar = ToolBar(controller.state, self.actions_by_name, self)
        self.addToolBar(self.tool_bar)
        self.menus = build_menus(self.menuBar(), self.actions_by_name)
        self._recent_menu = self.menus["File"].addMenu("Recent")
        self._sync = ActionSync(self.actions_by_name, controller, cine, self)
        self._fill(progresses)
        self._connect()
        self._restore()

    def open_paths(self, paths: list[Path]) -> None:
        """Open files and folders."""
        if paths:
            self.controller.opening.open_paths(paths)

    @Slot(object)
    def set_image_name(self, image: OpenImage) -> None:
        """Write the name of the image on the panels into the title."""
        self.setWindowTitle(f"{Path(image.instance.source).name} — MedSR Viewer")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take what has local files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        self.open_paths([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Show the reference while Space is held."""
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.controller.grid.set_flip(True)
            return
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Show the panels' own pictures again."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.controller.grid.set_flip(False)
        super().keyReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Let go of a held key when the window loses the focus: its release goes elsewhere."""
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.controller.grid.set_flip(False)
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the window's place, and end the work in the background."""
        self._preferences.geometry = self.saveGeometry()
        self.hide()  # at once: a network's tile may take seconds to end
        self.closing.emit()
        super().closeEvent(event)

    def _handlers(self) -> dict[str, Callable[..., object]]:
        return {
            "open-files": self._ask_for_files,
            "open-folder": self._ask_for_folder,
            "save-figure": self._ask_where_to_save,
            "copy-scores": self._saving.copy_scores,
            "copy-profile": self.profile.copy,
            "quit": self.close,
            "play": self._cine.set_playing,
            "faster": lambda: self._cine.step_rate(1),
            "slower": lambda: self._cine.step_rate(-1),
            "escape": self._escape,
            "scores": self.scores.setVisible,
            "series": self.series.setVisible,
            "light": self._set_light,
            "full-screen": lambda on: self.showFullScreen() if on else self.showNormal(),
            **self._helping.handlers(lambda: self.actions_by_name),
            **self.surveying.handlers(),
        }

    @Slot()
    def _focus_panel(self) -> None:
        grid = self.controller.grid
        grid.panels[grid.focused_panel].canvas.setFocus()

    def _escape(self) -> None:
        if self.controller.is_busy or not self.notices.dismiss_told():
            self.controller.escape()

    def _fill(self, progresses: tuple[Progress, ...]) -> None:
        self.notices = Notices(self)
        self.start = StartPage(self)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.start)
        self.pages.addWidget(self.page)
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notices)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(body)
        for progress in progresses:
            self.statusBar().addWidget(progress)
        actions = self.actions_by_name
        self.cine_bar = CineBar(
            self._cine, self.controller.state, actions["play"], (actions["faster"], actions["slower"]), self
        )
        self.statusBar().addPermanentWidget(self.cine_bar)
        self.statusBar().addPermanentWidget(QLabel("Research use only, not for diagnosis"))

    def _connect(self) -> None:
        opening, state = self.controller.opening, self.controller.state
        self.start.files_wanted.connect(self._ask_for_files)
        self.start.folder_wanted.connect(self._ask_for_folder)
        self.start.sample_wanted.connect(opening.open_sample)
        self.start.recent_chosen.connect(self._open_recent)
        self.tool_bar.chosen.connect(self.controller.choose)
        self.page.image_wanted.connect(opening.go_to)
        self.series.series_chosen.connect(lambda study, series: opening.show(study, series, 0))
        self.series.visibilityChanged.connect(self._on_dock)
        self.scores.visibilityChanged.connect(self._on_dock)
        self.profile.closed.connect(self.controller.clear_line)
        state.measuring_changed.connect(self._show_profile)
        self.controller.grid.drawn.changed.connect(self._show_profile)
        self.controller.grid.context_menu_requested.connect(self._show_context_menu)
        opening.opened.connect(self._on_opened)
        opening.failed.connect(self.notices.show_failure)
        opening.failed.connect(self.page.show_position)
        opening.failed.connect(self.series.mark_shown)
        state.image_changed.connect(self._on_image)
        self._saving.failed.connect(self.notices.show_failure)
        self._helping.failed.connect(self.notices.show_failure)
        self.surveying.failed.connect(self.notices.show_failure)
        self.surveying.told.connect(self.notices.tell)
        self._saving.saved.connect(lambda path: self.statusBar().showMessage(f"Saved {path}", _MESSAGE_MS))
        self._saving.copied.connect(lambda: self.statusBar().showMessage("Scores copied", _MESSAGE_MS))
        self.notices.focus_left.connect(self._focus_panel)
        self._long_runs.asked.connect(self._cine.pause)
        self._long_runs.asked.connect(self._ask_about_long_run)

    def _restore(self) -> None:
        check(self.actions_by_name["light"], self._preferences.theme == "light")
        if (geometry := self._preferences.geometry) is not None:
            self.restoreGeometry(geometry)
        self._list_recent()

    @Slot()
    def _ask_for_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Open files", self._folder(), _FILTER)
        self.open_paths([Path(name) for name in names])

    @Slot()
    def _ask_for_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Open folder", self._folder())
        self.open_paths([Path(name)] if name else [])

    @Slot()
    def _ask_where_to_save(self) -> None:
        if self.controller.state.image is None:
            return
        suggested = str(Path(self._folder()) / self._saving.suggested_name)
        name, _ = QFileDialog.getSaveFileName(self, "Save figure", suggested, "PNG (*.png)")
        if name:
            self._saving.save_figure(Path(name))

    def _open_recent(self, path: str, _checked: bool = False) -> None:
        self.open_paths([Path(path)])

    def _folder(self) -> str:
        recent = self._preferences.recent
        return str(Path(recent[0]).parent) if recent else str(Path.home())

    def _list_recent(self) -> None:
        self.start.set_recent(self._preferences.recent)
        self._recent_menu.clear()
        for path in self._preferences.recent:
            self._recent_menu.addAction(path.replace("&", "&&")).triggered.connect(partial(self._open_recent, path))
        self._recent_menu.setEnabled(bool(self._preferences.recent))

    @Slot(tuple)
    def _on_opened(self, paths: tuple[Path, ...]) -> None:
        self.notices.clear()
        collection = self.controller.state.collection
        unread = {one.path for one in collection.skipped}
        for path in reversed([path for path in paths if str(path) not in unread]):
            self._preferences.add_recent(str(path.absolute()))
        self._list_recent()
        several = sum(len(study.series) for study in collection.studies) > 1
        # On a narrow window the list would take the room of a panel: its button is there.
        self.series.setVisible(several and self.width() >= _ROOM_FOR_SERIES)

    @Slot()
    def _on_image(self) -> None:
        if self.controller.state.image is None:
            return
        if self.pages.currentWidget() is not self.page:
            self.pages.setCurrentWidget(self.page)
            self.controller.grid.panels[0].canvas.setFocus()

    @Slot(object)
    def _ask_about_long_run(self, run: LongRun) -> None:
        answers = [(label, partial(self._long_runs.answer, run.key, answer)) for label, answer in run.answers]
        self.notices.ask("This is a long run", run.text, answers)

    @Slot(bool)
    def _on_dock(self, _visible: bool) -> None:
        check(self.actions_by_name["series"], not self.series.isHidden())
        check(self.actions_by_name["scores"], not self.scores.isHidden())

    @Slot()
    def _show_profile(self) -> None:
        drawn = self.controller.grid.drawn
        self.profile.setVisible(drawn.drawing == "line" or drawn.line is not None)

    @Slot(int, QPoint)
    def _show_context_menu(self, _panel: int, place: QPoint) -> None:
        menu = context_menu(self.actions_by_name, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def _set_light(self, on: bool) -> None:
        self._preferences.theme = "light" if on else "dark"
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, self._preferences.theme)
            self.tool_bar.dress()
