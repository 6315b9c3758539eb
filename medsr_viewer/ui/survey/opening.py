"""What comes before a sitting, and goes on behind its first pages.

The survey is opened; an observer who rates in another window is asked whether to go on here; the window's own texts are
judged; then the images are checked, while the pages before the trials are read.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from medsr_viewer.ui.survey.at_hand import Material, Outcome, Standing
from medsr_viewer.ui.survey.desk import Desk
from medsr_viewer.ui.survey.files_check import FilesCheck
from medsr_viewer.ui.survey.own_texts import OwnTexts
from medsr_viewer.ui.survey.pages import Pages
from medsr_viewer.ui.survey.screen_facts import screen_facts
from medsr_viewer.ui.survey.window import RatingWindow


class Opening(QObject):
    """Opens a survey for an observer, and shows what stands in the way.

    Parameters
    ----------
    desk : Desk
        Opens it.
    pages : Pages
        Where it is told.
    window : RatingWindow
        Whose texts are judged.
    observer : str
        Pseudonym.
    parent : QObject, optional
        Owner.

    Attributes
    ----------
    material : Material or None
        Of the survey that was opened.
    files : FilesCheck
        Of its images.
    """

    begun = Signal(object, object)
    """Material and Standing: nothing stands in the way of the first page."""

    def __init__(
        self, desk: Desk, pages: Pages, window: RatingWindow, observer: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._pages, self._window, self._observer = desk, pages, window, observer
        self.material: Material | None = None
        self._standing: Standing | None = None
        self._own_texts = OwnTexts(window, self)
        self._own_texts.blind.connect(self._on_blind)
        self._own_texts.refused.connect(pages.show_problem)
        self.files = FilesCheck(self)
        self.files.refused.connect(pages.show_problem)
        desk.opened.connect(self._on_opened)

    @Slot()
    def begin(self) -> None:
        """Open the survey, or try again what failed."""
        self._open(takes_over=False)

    @Slot()
    def take_over(self) -> None:
        """Open it, and end the sitting that the observer has open in another window."""
        self._open(takes_over=True)

    def check_files(self) -> None:
        """Check the images, or check them again."""
        material, standing = self.material, self._standing
        assert material is not None  # noqa: S101 - only called when the survey is open
        assert standing is not None  # noqa: S101
        self.files.look(lambda between: material.check(standing.stimuli, between))

    def shutdown(self) -> None:
        """End all work."""
        self._own_texts.shutdown()
        self.files.shutdown()

    def _open(self, *, takes_over: bool) -> None:
        self._pages.show_opening()
        self._desk.open(screen_facts(self._window.screen()), takes_over=takes_over)

    @Slot(object, object)
    def _on_opened(self, material: Material | None, outcome: Outcome) -> None:
        if outcome.elsewhere is not None:
            self._pages.show_elsewhere(self._observer, outcome.elsewhere)
            return
        if material is None or outcome.standing is None:
            assert outcome.failure is not None  # noqa: S101 - one of the three is there
            self._pages.show_problem(outcome.failure)
            return
        self._window.name_study(f"{material.design.title}  \N{MIDDLE DOT}  observer {self._observer}")
        self._pages.use(material.design)
        self.material, self._standing = material, outcome.standing
        self._own_texts.judge(material.design, material.plan)

    @Slot()
    def _on_blind(self) -> None:
        self.begun.emit(self.material, self._standing)
        self.check_files()  # not before: a problem that names a file is no text that the window shows with an image
