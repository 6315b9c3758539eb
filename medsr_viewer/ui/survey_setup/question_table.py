"""The questions: what the observers read, and on which scale they answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHeaderView, QPushButton, QTableWidget, QTableWidgetItem

from medsr_viewer.survey.design import Question
from medsr_viewer.survey.protocols import PROTOCOLS, ProtocolRules
from medsr_viewer.ui.survey_setup.answer_box import AnswerBox, Answers
from medsr_viewer.ui.survey_setup.tab_order import tab_through

_ROW = 30
_HEADINGS = ("What the observers read", "Key in the report", "Answers, the best first", "Own labels")
_COLUMNS = {"text": 0, "name": 1, "scale": 2, "labels": 3}


class QuestionTable(QTableWidget):
    """A row a question."""

    edited = Signal()
    labels_wanted = Signal(int)
    """The labels of the question in a row are to be typed."""

    def __init__(self) -> None:
        super().__init__(0, len(_HEADINGS))
        self._questions: list[Question] = []
        self._rules = PROTOCOLS["acr"]
        self._boxes: list[AnswerBox] = []
        self._buttons: list[QPushButton] = []
        self.setHorizontalHeaderLabels(list(_HEADINGS))
        self.setAccessibleName("Questions")
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.verticalHeader().setMinimumSectionSize(_ROW)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.setColumnWidth(1, 110)
        self.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.setColumnWidth(3, 90)
        self.horizontalHeader().setHighlightSections(False)
        self.itemChanged.connect(self._on_edited)

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions, in order."""
        return tuple(self._questions)

    def show_questions(self, questions: Sequence[Question], rules: ProtocolRules) -> None:
        """Replace all rows; each may have one of a protocol's scales, or labels of its own where that allows them."""
        if tuple(questions) == self.questions and rules == self._rules:
            return
        self._rules = rules
        self._questions = [
            question if question.labels or question.scale in rules.scales else replace(question, scale=self._usual)
            for question in questions
        ]
        self.blockSignals(True)
        self.setRowCount(len(self._questions))
        self._boxes = [self._answer_box(row) for row in range(len(self._questions))]
        self._buttons = [self._label_button(row) for row in range(len(self._questions))]
        for row, question in enumerate(self._questions):
            self.setItem(row, 0, QTableWidgetItem(question.text))
            self.setItem(row, 1, QTableWidgetItem(question.name))
            self.setCellWidget(row, 2, self._boxes[row])
            self.setCellWidget(row, 3, self._buttons[row])
        self.setColumnHidden(3, not rules.own_labels)
        self._offer_answers()
        tab_through(self, (field for fields in zip(self._boxes, self._buttons, strict=True) for field in fields))
        self.blockSignals(False)
        self.edited.emit()

    def set_labels(self, row: int, labels: tuple[str, ...]) -> None:
        """Give a question labels of its own, the best first; none: it has a scale of the protocol again."""
        question = self._questions[row]
        scale = "" if labels else question.scale or self._usual
        self._questions[row] = replace(question, scale=scale, labels=labels)
        self._offer_answers()
        self.edited.emit()

    def go_to(self, row: int, part: str) -> None:
        """Give the focus to a part of a question: "text", "name", "scale" or "labels"; the first one for others."""
        column = _COLUMNS.get(part, 0)
        if self.isColumnHidden(column):
            column = _COLUMNS["scale"]
        self.setCurrentCell(row, column)
        field = self.cellWidget(row, column)
        (self if field is None else field).setFocus(Qt.FocusReason.TabFocusReason)

    def remove_chosen(self) -> None:
        """Take the selected rows away, but for the last one."""
        chosen = {index.row() for index in self.selectionModel().selectedRows()}
        left = [question for row, question in enumerate(self._questions) if row not in chosen]
        if left:
            self.show_questions(left, self._rules)

    def selectionCommand(
        self, index: QModelIndex | QPersistentModelIndex, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        """Select the row that is led to: Ctrl, still held from Ctrl+Enter in a dialog, would take it out."""
        if event is None:
            return QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        return super().selectionCommand(index, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes the selected rows; F2 leads into the field of a cell."""
        field = self.cellWidget(self.currentRow(), self.currentColumn())
        if event.key() == Qt.Key.Key_Delete:
            self.remove_chosen()
        elif event.key() == Qt.Key.Key_F2 and isinstance(field, AnswerBox) and field.isEnabled():
            field.setFocus(Qt.FocusReason.TabFocusReason)
            field.showPopup()
        elif event.key() == Qt.Key.Key_F2 and isinstance(field, QPushButton):
            field.click()
        else:
            super().keyPressEvent(event)

    @property
    def _usual(self) -> str:
        return self._rules.scales[0] if self._rules.scales else ""

    def _offer_answers(self) -> None:
        """Offer each question the protocol's scales, and all labels that were typed: criteria often share theirs."""
        scales = [Answers(scale) for scale in self._rules.scales] or [Answers()]
        typed = list(dict.fromkeys(Answers.to(one) for one in self._questions if one.labels))
        for box, question in zip(self._boxes, self._questions, strict=True):
            now = Answers.to(question)
            own = typed if self._rules.own_labels else [now] if question.labels else []
            box.show_choices([*own, *scales], now)

    def _answer_box(self, row: int) -> AnswerBox:
        box = AnswerBox()
        box.setAccessibleName(f"Answers to {self._questions[row].name}")
        box.chosen.connect(lambda answers: self._set_answers(row, answers))
        return box

    def _label_button(self, row: int) -> QPushButton:
        button = QPushButton("Edit …")
        button.setAutoDefault(False)
        button.setAccessibleName(f"Labels of {self._questions[row].name}")
        button.setToolTip("A scale in your own words for this question")
        button.clicked.connect(lambda: self.labels_wanted.emit(row))
        return button

    def _set_answers(self, row: int, answers: Answers) -> None:
        self._questions[row] = replace(self._questions[row], scale=answers.scale, labels=answers.labels)
        self.edited.emit()

    @Slot(QTableWidgetItem)
    def _on_edited(self, item: QTableWidgetItem) -> None:
        question, typed = self._questions[item.row()], item.text().strip()
        is_text = item.column() == 0
        self._questions[item.row()] = replace(question, text=typed) if is_text else replace(question, name=typed)
        self.edited.emit()
