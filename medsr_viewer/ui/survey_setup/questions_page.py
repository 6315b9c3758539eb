"""Fourth step: what is asked, and what the observers read before."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from medsr_viewer.survey.design import Design, Question, Texts
from medsr_viewer.survey.design_mistakes import Mistake
from medsr_viewer.survey.design_rules import mistakes_in
from medsr_viewer.survey.protocol_texts import CONSENT
from medsr_viewer.survey.protocols import PROTOCOLS, complete, own_instructions
from medsr_viewer.ui.survey_setup.answer_box import Answers
from medsr_viewer.ui.survey_setup.labels_dialog import LabelsDialog
from medsr_viewer.ui.survey_setup.question_table import QuestionTable
from medsr_viewer.ui.survey_setup.wizard_fields import entry_of
from medsr_viewer.ui.survey_setup.wizard_page import WizardPage

_TABLE_HEIGHT = 170


class QuestionsPage(WizardPage):
    """Questions, instructions and consent, filled with the protocol's own."""

    def __init__(self) -> None:
        super().__init__(
            "Questions and texts",
            "What the observers read, in your words. None of it may name a method.",
        )
        self._design = Design("", "acr", 4, (), (), ())
        self._row = 0  # whose labels are being typed
        self._own = ""  # instructions, for the questions as they are
        self.table = QuestionTable()
        self.table.setMaximumHeight(_TABLE_HEIGHT)
        self.more, self.fewer, self.own = (
            QPushButton("&Add a question"),
            QPushButton("Remove"),
            QPushButton("Reset all"),
        )
        self.own.setToolTip("The protocol's own questions, instructions and consent")
        row = QHBoxLayout()
        for button in (self.more, self.fewer):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.own)
        for button in (self.more, self.fewer, self.own):
            button.setAutoDefault(False)
        self.instructions, self.consent = QPlainTextEdit(), QPlainTextEdit()
        texts = QHBoxLayout()
        texts.addWidget(self._text("&Instructions", self.instructions, "texts.instructions"))
        texts.addWidget(self._text("&Consent", self.consent, "texts.consent"))
        self.column.addWidget(self.table)
        self.column.addLayout(row)
        self.column.addWidget(self.mistake_label("questions"))
        self.column.addLayout(texts, 1)
        self.more.clicked.connect(self._add)
        self.fewer.clicked.connect(self.table.remove_chosen)
        self.own.clicked.connect(self._reset)
        self.table.edited.connect(self._on_edited)
        self.table.labels_wanted.connect(self.ask_for_labels)
        self.instructions.textChanged.connect(self.changed)
        self.consent.textChanged.connect(self.changed)

    def show_design(self, design: Design) -> None:
        """Fill the fields; what the design leaves to its protocol is the protocol's."""
        self._design = design
        whole, rules = complete(design), PROTOCOLS[design.protocol]
        self.table.show_questions(whole.questions, rules)
        self.more.setEnabled(len(whole.questions) < rules.most_questions)
        for field, text in ((self.instructions, whole.texts.instructions), (self.consent, whole.texts.consent)):
            if field.toPlainText() != text:
                field.setPlainText(text)

    def design_from(self, design: Design) -> Design:
        """Return a design with the texts; those that are the protocol's own are left to it."""
        own = complete(replace(design, questions=())).questions
        questions = self.table.questions
        instructions, consent = self.instructions.toPlainText().strip(), self.consent.toPlainText().strip()
        return replace(
            design,
            questions=() if questions == own else questions,
            texts=Texts(
                "" if instructions == own_instructions(replace(design, questions=questions)) else instructions,
                "" if consent == CONSENT else consent,
            ),
        )

    def first_field(self) -> QWidget:
        """Return the questions."""
        return self.table

    def go_to_field(self, key: str) -> None:
        """Go to the cell of a key as ``questions[2].name``, or to a text."""
        if entry := entry_of(key):
            self.table.go_to(entry[0] - 1, entry[1])
        else:
            super().go_to_field(key)

    @Slot(int)
    def ask_for_labels(self, row: int) -> None:
        """Open the labels of the question in a row, from 0; they are taken over once they are right."""
        design, asked = self._design, list(self.table.questions)
        question, usual = asked[row], PROTOCOLS[design.protocol].scales[0]

        def judge(labels: tuple[str, ...]) -> list[Mistake]:
            asked[row] = replace(question, scale="", labels=labels)
            found = mistakes_in(replace(design, questions=tuple(asked)))
            return [one for one in found if one.key.startswith(f"questions[{row + 1}].labels")]

        self._row = row
        dialog = LabelsDialog(question, Answers(question.scale or usual).words, judge, self)
        dialog.taken.connect(self._take_labels)
        dialog.finished.connect(self._go_back_to_row)
        dialog.open()

    @Slot(tuple)
    def _take_labels(self, labels: tuple[str, ...]) -> None:
        self.table.set_labels(self._row, labels)

    @Slot()
    def _go_back_to_row(self) -> None:
        self.table.go_to(self._row, "labels")

    @Slot()
    def _on_edited(self) -> None:
        """Let the protocol's own instructions speak of the scales as they are now."""
        before, self._own = self._own, own_instructions(replace(self._design, questions=self.table.questions))
        if self.instructions.toPlainText().strip() == before:
            self.instructions.setPlainText(self._own)
        self.changed.emit()

    @Slot()
    def _add(self) -> None:
        rules, asked = PROTOCOLS[self._design.protocol], self.table.questions
        if len(asked) >= rules.most_questions:
            return
        names = {question.name for question in asked}
        number = next(number for number in range(2, len(asked) + 3) if f"{rules.question.name}-{number}" not in names)
        added = Question(f"{rules.question.name}-{number}", "", asked[-1].scale if asked else "")
        self.table.show_questions([*asked, added], rules)
        self.more.setEnabled(len(asked) + 1 < rules.most_questions)
        self.table.setCurrentCell(len(asked), 0)
        self.table.edit(self.table.currentIndex())

    @Slot()
    def _reset(self) -> None:
        self.show_design(replace(self._design, questions=(), texts=Texts()))

    def _text(self, name: str, field: QPlainTextEdit, key: str) -> QWidget:
        field.setTabChangesFocus(True)
        field.setAccessibleName(name.replace("&", ""))
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        label = QLabel(name)
        label.setBuddy(field)
        column.addWidget(label)
        column.addWidget(field, 1)
        column.addWidget(self.mistake_label(key))
        self._fields[key] = field
        return part
