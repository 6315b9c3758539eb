"""The questions: what the observers read, and on which scale they answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHeaderView, QTableWidget, QTableWidgetItem

from medsr_viewer.survey.design import Question
from medsr_viewer.survey.scales import SCALES

_ROW = 30


class QuestionTable(QTableWidget):
    """A row a question."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__(0, 3)
        self._questions: list[Question] = []
        self._scales: tuple[str, ...] = ()
        self.setHorizontalHeaderLabels(["What the observers read", "Key in the report", "Answers, the best first"])
        self.setAccessibleName("Questions")
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.setColumnWidth(1, 130)
        self.setColumnWidth(2, 260)
        self.horizontalHeader().setHighlightSections(False)
        self.itemChanged.connect(self._on_edited)

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions, in order."""
        return tuple(self._questions)

    def show_questions(self, questions: Sequence[Question], scales: tuple[str, ...]) -> None:
        """Replace all rows; each may have one of some scales."""
        if tuple(questions) == self.questions and scales == self._scales:
            return
        self._scales = scales
        usual = scales[0] if scales else ""
        self._questions = [
            question if question.labels or question.scale in scales else replace(question, scale=usual)
            for question in questions
        ]
        self.blockSignals(True)
        self.setRowCount(len(self._questions))
        for row, question in enumerate(self._questions):
            self.setItem(row, 0, QTableWidgetItem(question.text))
            self.setItem(row, 1, QTableWidgetItem(question.name))
            self.setCellWidget(row, 2, self._scale_box(row, question))
        self.blockSignals(False)
        self.edited.emit()

    def remove_chosen(self) -> None:
        """Take the selected rows away, but for the last one."""
        chosen = {index.row() for index in self.selectionModel().selectedRows()}
        left = [question for row, question in enumerate(self._questions) if row not in chosen]
        if left:
            self.show_questions(left, self._scales)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes the selected rows."""
        if event.key() == Qt.Key.Key_Delete:
            self.remove_chosen()
        else:
            super().keyPressEvent(event)

    def _scale_box(self, row: int, question: Question) -> QComboBox:
        box = QComboBox()
        if question.labels:  # of a design that was loaded
            box.addItem(f"{question.labels[0]} … {question.labels[-1]}", "")
            box.setItemData(0, " / ".join(question.labels), Qt.ItemDataRole.ToolTipRole)
        for name in self._scales:
            labels = SCALES[name].labels
            box.addItem(f"{labels[-1]} … {labels[0]}", name)
            box.setItemData(box.count() - 1, " / ".join(reversed(labels)), Qt.ItemDataRole.ToolTipRole)
        if not self._scales:
            box.addItem("an image is chosen", "")
        box.setEnabled(len(self._scales) > 1 or bool(question.labels))
        box.setCurrentIndex(max(box.findData(question.scale), 0))
        box.setAccessibleName(f"Answers to {question.name}")
        own = question.labels
        box.currentIndexChanged.connect(lambda _index: self._set_scale(row, str(box.currentData()), own))
        return box

    def _set_scale(self, row: int, scale: str, own: tuple[str, ...]) -> None:
        self._questions[row] = replace(self._questions[row], scale=scale, labels=() if scale else own)
        self.edited.emit()

    @Slot(QTableWidgetItem)
    def _on_edited(self, item: QTableWidgetItem) -> None:
        question, typed = self._questions[item.row()], item.text().strip()
        is_text = item.column() == 0
        self._questions[item.row()] = replace(question, text=typed) if is_text else replace(question, name=typed)
        self.edited.emit()
