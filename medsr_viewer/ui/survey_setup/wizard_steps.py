"""The steps of a design: gone through in order, back at any time, none jumped over while one before it is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from medsr_viewer.survey.design import Design
from medsr_viewer.survey.design_mistakes import Mistake
from medsr_viewer.survey.design_rules import mistakes_in
from medsr_viewer.ui.runner import Runner
from medsr_viewer.ui.survey_setup.wizard_fields import step_of
from medsr_viewer.ui.survey_setup.wizard_frame import WizardFrame
from medsr_viewer.ui.survey_setup.wizard_page import WizardPage


class WizardSteps(WizardFrame):
    """Takes a design from page to page, with the mistakes of those that were tried.

    Parameters
    ----------
    design : Design
        To begin with.
    pages : sequence of WizardPage
        A page a step.
    end : QWidget
        What follows the last one.
    runner, parent : see `WizardFrame`
    """

    all_taken = Signal()
    """The user goes on from the last step."""

    def __init__(
        self,
        design: Design,
        pages: Sequence[WizardPage],
        end: QWidget,
        runner: Runner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__([page.title for page in pages], [*pages, end], runner, parent)
        self.design, self.pages = design, tuple(pages)
        self.was_edited = False
        self._tried: set[int] = set()
        for page in pages:
            page.changed.connect(self._on_changed)
            page.led.connect(self.lead_to)
        # Queued: within the mouse's press the list selects the row that was pressed after it made it the current one.
        self.steps.currentRowChanged.connect(self._on_step_chosen, Qt.ConnectionType.QueuedConnection)
        self.next_button.clicked.connect(self.next)
        self.back_button.clicked.connect(self.back)
        QShortcut(QKeySequence("Ctrl+PgDown"), self, lambda: self.go_to(min(self.index + 1, len(self.pages) - 1)))
        QShortcut(QKeySequence("Ctrl+PgUp"), self, self.back)
        self.pages[0].show_design(design)
        self.was_edited = False
        self.show_page(0)

    @property
    def index(self) -> int:
        """Of the step on screen, from 0."""
        return self.stack.currentIndex()

    def set_design(self, design: Design) -> None:
        """Go on from another design, at the first step."""
        self.design = design
        self._tried.clear()
        self.show_page(0)

    def go_to(self, index: int) -> None:
        """Go to a step, or to the first one before it that has mistakes."""
        self.take()
        if index > self.index:
            # What a step cannot have any more goes, as if it was visited.
            for page in self.pages[self.index + 1 : index]:
                page.show_design(self.design)
                self.design = page.design_from(self.design)
            self._tried.update(range(index))
            index = next((place for place in range(index) if self.mistakes_on(place)), index)
        self.show_page(index)

    @Slot()
    def next(self) -> None:
        """Go to the next step; say so at the last."""
        if self.index == len(self.pages) - 1:
            self.all_taken.emit()
        else:
            self.go_to(self.index + 1)

    @Slot()
    def back(self) -> None:
        """Go to the step before."""
        self.go_to(max(self.index - 1, 0))

    @Slot(str)
    def lead_to(self, key: str) -> None:
        """Go to the field of a part of the design, on whichever step it is."""
        self.go_to(step_of(key)[0] - 1)
        self.pages[self.index].go_to_field(key)

    def take(self) -> None:
        """Take what the page on screen holds."""
        self.design = self.pages[self.index].design_from(self.design)

    def mistakes_on(self, index: int) -> list[Mistake]:
        """Return what is wrong with a step."""
        page = self.pages[index]
        return [
            *(mistake for mistake in mistakes_in(self.design) if page.is_about(mistake)),
            *page.own_mistakes(self.design),
        ]

    def try_step(self, index: int) -> None:
        """Let the mistakes of a step be shown, whenever it is."""
        self._tried.add(index)

    def show_page(self, index: int) -> None:
        """Show a step, and lead to its first mistake or field."""
        page = self.pages[index]
        page.show_design(self.design)
        mistakes = self.mistakes_on(index) if index in self._tried else []
        page.show_mistakes(mistakes)
        self.show_step(index)
        if mistakes:
            page.go_to_field(mistakes[0].key)
        elif (field := page.first_field()) is not None:
            field.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.next_button.setFocus()
        self.show_focus()

    @Slot()
    def _on_changed(self) -> None:
        self.was_edited = True
        if self.index in self._tried:
            self.take()
            self.pages[self.index].show_mistakes(self.mistakes_on(self.index))

    @Slot(int)
    def _on_step_chosen(self, row: int) -> None:
        if row == self.steps.currentRow() and 0 <= row != self.index:
            self.go_to(row)
