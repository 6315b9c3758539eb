"""The page on which a trial is looked at and answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from medsr_viewer.survey.design import Design
from medsr_viewer.survey.feedback import Feedback
from medsr_viewer.survey.scales import Scale, scale_of
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.survey.answer_sheet import AnswerSheet
from medsr_viewer.ui.survey.feedback_text import feedback_text
from medsr_viewer.ui.survey.image_wall import ImageWall, Shown
from medsr_viewer.ui.survey.keys import REPEATED, key_help, key_of, mouse_help
from medsr_viewer.ui.survey.posed_trial import Answer, PosedTrial
from medsr_viewer.ui.survey.side_panel import SidePanel
from medsr_viewer.ui.survey.trial_keys import act
from medsr_viewer.ui.survey.trial_log import TrialLog
from medsr_viewer.ui.survey.trial_texts import captions, next_text
from medsr_viewer.ui.survey.view_clock import ViewClock

State = Literal["blank", "open", "saving", "feedback"]
_SCROLLING = frozenset({Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})


class TrialPage(QWidget):
    """Images, scale and keys of one trial after the other.

    Parameters
    ----------
    design : Design
        Complete.
    parent : QWidget, optional
        The window.
    """

    answered = Signal(object)
    """Answer: to be saved."""
    went_on = Signal()
    """The feedback was read."""
    again_wanted = Signal()
    """The feedback was read, and the same trial is to be answered once more."""
    back_wanted = Signal()
    pause_wanted = Signal()
    appeared = Signal()
    """The trial's images are on the screen, and its time runs."""

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._design = design
        self.is_pair, self._is_set = design.protocol == "pairs", design.protocol == "queens"
        self._least_seconds = design.sitting.least_view_ms / 1000
        self._facts: dict[str, Any] = {}
        self.posed: PosedTrial | None = None
        self.state: State = "blank"
        self._may_repeat = False
        self.sheet = AnswerSheet(1, 1)
        self.clock = ViewClock()
        self.log = TrialLog(lambda: self.clock.seconds)
        self.wall = ImageWall(self)
        self.wall.view.is_fixed = not design.sitting.zoom
        self.wall.window_values.is_fixed = not design.sitting.window
        self.side = SidePanel(self)
        self.side.set_keys(key_help(design), mouse_help(design))
        self.side.set_questions([question.text for question in design.questions])
        if not self.is_pair:
            self.side.scale.reserve(max(scale_of(question).best for question in design.questions))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.wall, 1)
        row.addWidget(self.side)
        self._ripe = QTimer(self, singleShot=True)  # when the trial was looked at for long enough
        self._ripe.timeout.connect(self._on_ripe)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._connect()

    def show_trial(self, posed: PosedTrial, images: Sequence[Shown], facts: dict[str, Any]) -> None:
        """Put a trial on the screen; one that was hidden meanwhile keeps what was chosen, and its time.

        Parameters
        ----------
        posed : PosedTrial
        images : sequence of Shown
            The labelled one first, then the rated ones.
        facts : dict
            For the log.
        """
        if self.posed is None or self.posed.trial != posed.trial or self.posed.number != posed.number:
            self._begin(posed)
        self.posed, self._facts = posed, dict(facts)
        self.state = "open"
        self.wall.show_images(images, self._captions())
        self._facts["zoom_at_start"] = round(self.wall.view.zoom, 4)
        self.side.show_message("")
        self.setFocus()
        self._refresh()

    def blank(self) -> None:
        """Show mid-gray in place of the images; nothing can be answered."""
        self.clock.halt()
        self._ripe.stop()
        self.state = "blank"
        self.wall.blank()
        self.side.show_message("")
        self._refresh()

    @property
    def seconds_unsaved(self) -> float:
        """How long the trial that is to be answered was in view so far."""
        return self.clock.seconds if self.posed is not None else 0.0

    def forget(self) -> None:
        """Drop what was chosen: the answer is saved, or is to be given anew."""
        self.posed = None
        self.sheet = AnswerSheet(1, 1)

    def show_progress(self, posed: PosedTrial) -> None:
        """Say where the observer stands."""
        self.side.show_progress("Training" if posed.is_training else self._noun(), posed.number, posed.of)
        if posed.is_training:
            self.side.saved.setText("Training: answers do not count")
        else:
            self.show_saved(posed.saved)

    def in_words(self, trials: int) -> str:
        """Return a number of trials as it is counted beside the images, such as "12 images" or "12 sets of images"."""
        return f"{trials} {self._noun().lower()}{'' if trials == 1 else 's'}{' of images' * self._is_set}"

    def show_saved(self, saved: int) -> None:
        """Say how many answers are on the disk; it is on the screen when this returns."""
        noun = "answer" if saved == 1 else "answers"
        self.side.saved.setText(f"{saved} {noun} saved")
        self.side.saved.repaint()

    def show_feedback(self, feedback: Feedback) -> None:
        """Tell what the answer to a training trial was worth, its images still in view."""
        self.state, self._may_repeat = "feedback", feedback.may_repeat
        text = feedback_text(feedback, self._design)
        self.side.show_message(text, is_grave=feedback.turned, tells_scale=not feedback.expected)
        self._refresh()

    def show_failure(self, failure: Failure) -> None:
        """Tell that the answer was not saved; it stays chosen."""
        self.state = "open"
        self.clock.start()
        text = "<br>".join(part for part in (f"<b>Not saved. {failure.title}.</b>", failure.advice) if part)
        self.side.show_message(f"{text}<br>Your answer is still chosen: try again.", is_grave=True)
        self._refresh(next_is="Try again")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Act on the keys of the rating mode; a key that is held down counts once, but where it zooms or moves."""
        action = key_of(event)
        if action is None and event.key() in _SCROLLING:
            self.side.told.keyPressEvent(event)
        elif action is None:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat() or action.name in REPEATED:
            act(self, action)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go to the neighbouring image: nothing else takes the focus."""
        if not self.is_pair:
            self.move_image(1 if forward else -1)
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the side panel its share."""
        super().resizeEvent(event)
        self.side.fit_to(self.width(), self.height())

    def choose(self, value: int) -> None:
        """Answer the active question of the active image; a value that the scale lacks is told."""
        if self.state != "open":
            return
        if value not in self.side.scale.buttons:
            self.side.show_message(f"There is no {value} here: press 1 to {len(self.side.scale.buttons)}.")
            return
        self.sheet.rate(value)
        self.log.note_answer(self.sheet.image, self.sheet.question, value)
        self.side.show_message("")
        self._refresh()

    @Slot()
    def go_next(self) -> None:
        """Go to what is still open; where nothing is, hand the answer on."""
        if self.state == "feedback":
            self.went_on.emit()
        if self.state != "open" or self.posed is None:
            return
        if not self.sheet.is_complete:
            if not self.sheet.value:
                self.side.show_message("Choose an answer first.")
            self.sheet.go_to_open()
            self._refresh()
        elif self.clock.seconds < self._least_seconds:
            self.side.show_message("Please look a little longer.")
        else:
            self.clock.halt()
            self.state = "saving"
            log = self.log.payload(self._facts)
            self._refresh()
            self.answered.emit(Answer(self.posed, self.sheet.all_values(), round(self.clock.seconds, 3), log))

    @Slot()
    def answer_again(self) -> None:
        """Ask for the same training trial once more, where its feedback allows that."""
        if self.state == "feedback" and self._may_repeat:
            self.again_wanted.emit()

    def move_image(self, by: int) -> None:
        """Make a neighbouring image the one that keys rate."""
        if self.state == "open":
            self.sheet.move_image(by)
            self._refresh()

    def move_question(self, by: int) -> None:
        """Make a neighbouring question the one that keys answer."""
        if self.state == "open":
            self.sheet.move_question(by)
            self._refresh()

    def _begin(self, posed: PosedTrial) -> None:
        questions = self._design.questions
        self.sheet = AnswerSheet(1 if self.is_pair else len(posed.trial.rated), 1 if self.is_pair else len(questions))
        self.sheet.fill(posed.earlier)
        self.clock = ViewClock()
        self.log = TrialLog(lambda: self.clock.seconds)

    def _connect(self) -> None:
        self.wall.appeared.connect(self._on_appeared)
        self.wall.pressed.connect(self._on_image_pressed)
        self.wall.view.changed.connect(self._note_view)
        self.wall.window_values.changed.connect(self._note_window)
        self.side.value_chosen.connect(self.choose)
        self.side.question_chosen.connect(self._choose_question)
        self.side.next_wanted.connect(self.go_next)
        self.side.again_wanted.connect(self.answer_again)
        self.side.back_wanted.connect(self.back_wanted)
        self.side.pause_wanted.connect(self.pause_wanted)

    @Slot()
    def _on_appeared(self) -> None:
        if self.state != "open" or self.clock.runs:
            return
        self.clock.start()
        self._await_ripe()
        self.appeared.emit()

    def _await_ripe(self) -> None:
        left = self._least_seconds - self.clock.seconds
        self._ripe.start(max(0, round(left * 1000)) + 1)

    @Slot()
    def _on_ripe(self) -> None:
        if self.clock.runs and self.clock.seconds < self._least_seconds:
            self._await_ripe()  # Qt's timers come up to a twentieth early
        self._refresh()

    @Slot(int)
    def _on_image_pressed(self, port: int) -> None:
        image = port - self._first()
        if self.state == "open" and not self.is_pair and image >= 0:
            self.sheet.image = image
            self._refresh()

    @Slot(int)
    def _choose_question(self, question: int) -> None:
        if self.state == "open":
            self.sheet.question = question
            self._refresh()

    @Slot()
    def _note_view(self) -> None:
        if self.clock.runs:
            self.log.note_view(self.wall.view.zoom, self.wall.view.center)

    @Slot()
    def _note_window(self) -> None:
        if self.clock.runs:
            self.log.note_window(self.wall.window_values.shift, self.wall.window_values.factor)

    @Slot()
    def _refresh(self, next_is: str = "") -> None:
        design, sheet, is_open = self._design, self.sheet, self.state == "open"
        question = design.questions[sheet.question]
        if self.is_pair:
            self.side.scale.show_sides()
        else:
            self.side.scale.show_scale(self._scale())
        self.side.show_keys(key_help(design, question))
        self.side.again.setVisible(self.state == "feedback" and self._may_repeat)
        self.side.show_question(question.text, sheet.values(sheet.image), sheet.question)
        self.side.scale.mark(sheet.value if self._marks_scale() else 0)
        self.side.scale.setEnabled(is_open)
        self.side.next.setText(next_is or next_text(self.state, sheet))
        is_early = sheet.is_complete and self.clock.seconds < self._least_seconds
        self.side.next.setEnabled(self.state == "feedback" or (is_open and not is_early))
        self.side.back.setVisible(design.sitting.back)
        self.side.back.setEnabled(is_open and self.posed is not None and self.posed.can_go_back)
        self._refresh_wall()

    def _marks_scale(self) -> bool:
        """Whether the scale shows an answer: of several images, feedback is on all of them, and their captions tell."""
        has_several = self.posed is not None and not self.is_pair and len(self.posed.trial.rated) > 1
        return self.state != "blank" and not (self.state == "feedback" and has_several)

    def _refresh_wall(self) -> None:
        if self.posed is None or not self.wall.ports:
            return
        for index, text in enumerate(self._captions()):
            self.wall.set_caption(index, text)
        marked = -1
        if self.is_pair:
            marked = self.sheet.value - 1
        elif len(self.posed.trial.rated) > 1 and self.state != "feedback":
            marked = self.sheet.image + self._first()
        self.wall.mark(marked)

    def _captions(self) -> list[str]:
        assert self.posed is not None  # noqa: S101 - only asked while there is one
        return captions(self.posed.trial, self._design, self.sheet, with_expected=self.state == "feedback")

    def _noun(self) -> str:
        return "Pair" if self.is_pair else "Set" if self._is_set else "Image"

    def _first(self) -> int:
        return int(self.posed is not None and bool(self.posed.trial.labelled))

    def _scale(self) -> Scale:
        return scale_of(self._design.questions[self.sheet.question])
