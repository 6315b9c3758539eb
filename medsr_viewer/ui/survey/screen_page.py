"""The check of the screen: large enough, able to show dark and bright grays, and how bright the room is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QRadioButton, QWidget

from medsr_viewer.survey.design import Screen
from medsr_viewer.ui.survey.focus_frame import draw_focus_frame
from medsr_viewer.ui.survey.gray_patches import GrayPatches
from medsr_viewer.ui.survey.page import Page
from medsr_viewer.ui.survey.screen_facts import in_words, is_large_enough

_UNSEEN = (
    "Then please turn the screen's brightness up or the room's light down, and look again. Where that does not help, "
    "go on: your answer is noted."
)
_ASKED = "Please answer both questions first."
_ARROWS = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down})


class ScreenPage(Page):
    """Facts of the screen, patches of gray, and two questions.

    Parameters
    ----------
    least : Screen
        What the design asks for.
    parent : QWidget, optional
        The window.
    """

    checked = Signal(bool, dict)
    """Whether the screen is good enough, and all that was found."""
    recheck_wanted = Signal()

    def __init__(self, least: Screen, parent: QWidget | None = None) -> None:
        super().__init__("Your screen", parent)
        self._least = least
        self._facts: dict[str, Any] = {}
        self.patches = GrayPatches(self)
        self._asked = QWidget(self)
        rows = QHBoxLayout(self._asked)
        rows.setContentsMargins(0, 0, 0, 0)
        self.squares = _Choice("Can you see both inner squares?", ("Yes", "No"), self._asked)
        self.light = _Choice("How bright is the room?", ("Dark", "Dim", "Bright"), self._asked)
        rows.addWidget(self.squares)
        rows.addStretch(1)
        rows.addWidget(self.light)
        self.hint = QLabel(self)
        self.hint.setWordWrap(True)
        for widget in (self.patches, self._asked, self.hint):
            self.add(widget)
        self.add_leave_button("Close")
        self.recheck = self.add_button("Check again")
        self.go_on = self.add_button("Go on", is_default=True)
        self.recheck.clicked.connect(self.recheck_wanted)
        self.go_on.clicked.connect(self._report)
        for choice in (self.squares, self.light):
            choice.changed.connect(self._refresh)

    @property
    def is_refused(self) -> bool:
        """Whether the screen is too small."""
        return bool(self._facts) and not is_large_enough(self._facts, self._least)

    def show_facts(self, facts: dict[str, Any]) -> None:
        """Show what is known of the screen; a screen that is too small is refused."""
        self._facts = facts
        least = f"{self._least.width} \N{MULTIPLICATION SIGN} {self._least.height}"
        if self.is_refused:
            self.text.setText(
                f"This screen is too small for this study: it has {in_words(facts)}, and {least} pixels are needed. On "
                "a smaller screen the differences between the images cannot be seen.\n\nMove this window to a larger "
                "screen, or choose a higher resolution in the system's settings, then check again. Otherwise close "
                "the window and tell the coordinator."
            )
        else:
            self.text.setText(
                f"Found: {in_words(facts)}. That is enough (at least {least}).\n\nThe bar below goes from black to "
                "white in eleven steps. Under it, on black and on white, there is an inner square each that is only "
                "just brighter or darker. Sit as you will while rating."
            )
        for widget in (self.patches, self._asked):
            widget.setHidden(self.is_refused)
        self.go_on.setHidden(self.is_refused)
        self.recheck.setVisible(self.is_refused)
        self._refresh()
        if self.isVisible():
            self.take_focus()

    def first_focus(self) -> QWidget:
        """Return the first answer, or the chosen one, or what a screen that is too small leaves to do."""
        return self.recheck if self.is_refused else self.squares.buttons[self.squares.answer or "yes"]

    @Slot()
    def _refresh(self) -> None:
        self.hint.setText(_UNSEEN if self.squares.answer == "no" and not self.is_refused else "")

    @Slot()
    def _report(self) -> None:
        for choice in (self.squares, self.light):
            if not choice.answer:
                self.hint.setText(_ASKED)
                next(iter(choice.buttons.values())).setFocus()
                return
        found = {"sees_patches": self.squares.answer == "yes", "ambient_light": self.light.answer}
        self.checked.emit(True, {**self._facts, **found})


class _Answer(QRadioButton):
    """An answer, with room for the frame that its choice draws around it."""

    focus_changed = Signal()

    def sizeHint(self) -> QSize:
        """Return room for the frame too."""
        return super().sizeHint() + QSize(8, 8)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose what an arrow leads to: Qt does so only once something is chosen."""
        super().keyPressEvent(event)
        reached = self.window().focusWidget()
        if event.key() in _ARROWS and isinstance(reached, _Answer):
            reached.setChecked(True)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit()


class _Choice(QWidget):
    """A question with a few answers side by side."""

    changed = Signal()

    def __init__(self, question: str, answers: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(QLabel(question, self))
        row.addSpacing(4)  # the frame around an answer needs it
        self._group = QButtonGroup(self)
        self.buttons = {answer.lower(): _Answer(answer, self) for answer in answers}
        for button in self.buttons.values():
            row.addWidget(button)
            self._group.addButton(button)
            button.focus_changed.connect(self.update)
        self._group.buttonToggled.connect(self.changed)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Frame the answer that has the focus."""
        for button in self.buttons.values():
            if button.hasFocus():
                draw_focus_frame(self, button.geometry().adjusted(-5, 1, -2, -1))

    @property
    def answer(self) -> str:
        """What was chosen, in small letters; "" for nothing yet."""
        return next((name for name, button in self.buttons.items() if button.isChecked()), "")
