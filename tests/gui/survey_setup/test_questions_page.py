"""Questions, labels of their own and instructions as the wizard's fourth step takes them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.design import Question
from medsr_viewer.survey.design_file import read_design, write_design
from medsr_viewer.survey.protocols import PROTOCOLS, complete
from medsr_viewer.survey.scales import SCALES
from medsr_viewer.ui.survey_setup.labels_dialog import LabelsDialog
from medsr_viewer.ui.survey_setup.questions_page import QuestionsPage

from .conftest import PLAIN


def test_a_criterions_own_answers_stay_until_a_scale_is_chosen(qtbot: QtBot) -> None:
    page = QuestionsPage()
    qtbot.addWidget(page)
    own = Question("q", "Is it sharp?", labels=("yes", "partly", "no"))
    design = replace(PLAIN, protocol="vgc", questions=(own,))
    page.show_design(design)
    assert page.design_from(design) == design
    box = page.table.cellWidget(0, 2)
    assert isinstance(box, QComboBox)
    assert box.currentText() == "yes … no"
    box.setCurrentIndex(1)
    (question,) = page.design_from(design).questions
    assert question.labels == ()
    assert question.scale


TWO_CRITERIA = replace(
    PLAIN, protocol="vgc", questions=(Question("edges", "Sharp?", "criterion"), Question("noise", "Calm?", "criterion"))
)


def typed(page: QuestionsPage, row: int, lines: str, qtbot: QtBot) -> LabelsDialog:
    """Type labels into the dialog of a row, and leave it open."""
    button = page.table.cellWidget(row, 3)
    assert isinstance(button, QPushButton)
    button.click()
    (dialog,) = page.findChildren(LabelsDialog)
    dialog.lines.selectAll()
    qtbot.keyClicks(dialog.lines, lines)
    return dialog


def take(page: QuestionsPage, dialog: LabelsDialog, qtbot: QtBot) -> None:
    dialog.take.click()
    qtbot.waitUntil(lambda: not page.findChildren(LabelsDialog))


def test_a_criterion_gets_labels_of_its_own_which_others_may_take(qtbot: QtBot, tmp_path: Path) -> None:
    page = QuestionsPage()
    qtbot.addWidget(page)
    page.show_design(TWO_CRITERIA)
    dialog = typed(page, 0, "Yes\r\r  in  part\rNo\r", qtbot)
    assert dialog.values.text() == "Best: 3 Yes. Worst: 1 No."
    with qtbot.waitSignal(page.changed):
        take(page, dialog, qtbot)
    made = page.design_from(TWO_CRITERIA)
    own = Question("edges", "Sharp?", labels=("Yes", "in part", "No"))
    assert made.questions == (own, TWO_CRITERIA.questions[1])
    box = page.table.cellWidget(1, 2)
    assert isinstance(box, QComboBox)
    box.setCurrentText("Yes … No")
    made = page.design_from(TWO_CRITERIA)
    assert made.questions[1] == Question("noise", "Calm?", labels=own.labels)
    write_design(tmp_path / "design.toml", made)
    other = QuestionsPage()
    qtbot.addWidget(other)
    other.show_design(read_design(tmp_path / "design.toml"))
    assert other.design_from(TWO_CRITERIA) == made
    assert [other.table.cellWidget(row, 2).currentText() for row in (0, 1)] == ["Yes … No"] * 2  # type: ignore[attr-defined]


def test_labels_are_begun_with_those_in_force_and_none_are_the_protocols_own(qtbot: QtBot) -> None:
    page = QuestionsPage()
    qtbot.addWidget(page)
    page.show_design(TWO_CRITERIA)
    take(page, typed(page, 1, "Yes\rNo", qtbot), qtbot)
    page.table.labels_wanted.emit(1)
    (dialog,) = page.findChildren(LabelsDialog)
    assert dialog.labels == ("Yes", "No")
    dialog.lines.clear()
    assert dialog.lines.placeholderText().startswith("Certainly fulfilled\n")
    assert dialog.values.text() == "The protocol's own. Best: 5 Certainly fulfilled. Worst: 1 Certainly not fulfilled."
    take(page, dialog, qtbot)
    assert page.design_from(TWO_CRITERIA) == TWO_CRITERIA
    page.table.labels_wanted.emit(1)
    (dialog,) = page.findChildren(LabelsDialog)
    qtbot.keyClicks(dialog.lines, "Yes\rNo")
    dialog.cancelled.click()
    assert page.design_from(TWO_CRITERIA) == TWO_CRITERIA


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("Yes", "A scale of its own has 2 to 7 labels, not 1."),
        ("Yes\ryes", "“yes” is there twice. Each label is another one."),
        ("Yes\r" + "N" * 41, "is too long: one line of text, up to 40 letters."),
        ("Yes\rLike lanczos", "A label has “lanczos”,"),
    ],
)
def test_wrong_labels_are_told_and_kept_open_until_they_are_right(qtbot: QtBot, lines: str, told: str) -> None:
    page = QuestionsPage()
    qtbot.addWidget(page)
    page.show_design(TWO_CRITERIA)
    dialog = typed(page, 1, lines, qtbot)
    assert dialog.mistake.lines == (), "nobody is told off while they type"
    dialog.take.click()
    (line,) = dialog.mistake.lines
    assert told in line
    assert page.table.questions == TWO_CRITERIA.questions
    dialog.lines.selectAll()
    qtbot.keyClicks(dialog.lines, "Yes\rNo")
    assert dialog.mistake.lines == ()
    take(page, dialog, qtbot)
    assert page.table.questions[1].labels == ("Yes", "No")


def test_labels_are_reached_and_taken_by_keys(qtbot: QtBot) -> None:
    page = QuestionsPage()
    qtbot.addWidget(page)
    page.show_design(TWO_CRITERIA)
    page.show()
    page.table.setFocus()
    fields = [page.table.cellWidget(row, column) for row in (0, 1) for column in (2, 3)]
    for field in [*fields, page.more]:
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
        assert page.focusWidget() is field
    page.table.setFocus()
    page.table.setCurrentCell(1, 3)
    qtbot.keyClick(page.table, Qt.Key.Key_F2)
    (dialog,) = page.findChildren(LabelsDialog)
    assert dialog.focusWidget() is dialog.lines
    qtbot.keyClicks(dialog.lines, "Yes\rNo")
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog.lines, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert page.table.questions[1].labels == ("Yes", "No")
    assert page.focusWidget() is page.table.cellWidget(1, 3)
    assert [index.row() for index in page.table.selectionModel().selectedRows()] == [1]


def test_the_protocols_own_instructions_name_no_answer_that_is_not_there(qtbot: QtBot) -> None:
    page = QuestionsPage()
    qtbot.addWidget(page)
    page.show_design(TWO_CRITERIA)
    assert "5 Certainly fulfilled" in page.instructions.toPlainText()
    page.table.set_labels(0, ("Yes", "No"))
    made = page.design_from(TWO_CRITERIA)
    assert made.texts.instructions == "", "they are still the protocol's own"
    assert page.instructions.toPlainText() == complete(made).texts.instructions
    assert not re.search(r"[1-5]|Certainly", complete(made).texts.instructions)
    page.table.set_labels(0, ())
    assert "5 Certainly fulfilled" in page.instructions.toPlainText()
    page.instructions.setPlainText("Look well.")
    page.table.set_labels(0, ("Yes", "No"))
    assert page.instructions.toPlainText() == "Look well."


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_instructions_name_the_ends_of_no_other_scale(protocol: str) -> None:
    rules = PROTOCOLS[protocol]  # type: ignore[index]
    for scale in rules.scales:
        design = complete(replace(PLAIN, protocol=protocol, questions=(replace(rules.question, scale=scale),)))
        for other in rules.scales:
            if other != scale:
                assert f"5 {SCALES[other].word(5)}" not in design.texts.instructions


def test_only_protocols_that_allow_them_offer_labels(qtbot: QtBot) -> None:
    page = QuestionsPage()
    qtbot.addWidget(page)
    own = Question("q", "Is it sharp?", labels=("yes", "no"))
    for protocol, rules in PROTOCOLS.items():
        page.show_design(replace(PLAIN, protocol=protocol, questions=(own,)))
        assert page.table.isColumnHidden(3) != rules.own_labels
        box = page.table.cellWidget(0, 2)
        assert isinstance(box, QComboBox)
        assert box.isEnabled(), "there is a way out"
        box.setCurrentIndex(1)
        assert page.table.questions[0].labels == ()
        assert page.table.questions[0].scale in (rules.scales or ("",))


def test_the_protocols_own_texts_are_left_to_it(qtbot: QtBot) -> None:
    page = QuestionsPage()
    qtbot.addWidget(page)
    page.show_design(PLAIN)
    assert page.table.questions == (PROTOCOLS["acr"].question,)
    assert page.design_from(PLAIN) == PLAIN
    page.instructions.setPlainText("Look well.")
    assert page.design_from(PLAIN).texts.instructions == "Look well."
    assert page.design_from(PLAIN).texts.consent == ""


def test_criteria_are_added_up_to_what_the_protocol_takes(qtbot: QtBot) -> None:
    page = QuestionsPage()
    qtbot.addWidget(page)
    design = replace(PLAIN, protocol="vgc")
    page.show_design(design)
    page.more.click()
    made = page.design_from(design)
    assert [question.name for question in made.questions] == ["criterion", "criterion-2"]
    assert {question.scale for question in made.questions} == {"criterion"}
    page.show_design(replace(design, protocol="pairs", questions=()))
    assert not page.more.isEnabled()
    page.show_design(replace(PLAIN, questions=(Question("q", "How?", "quality"),)))
    assert page.design_from(PLAIN).questions == (Question("q", "How?", "quality"),)
