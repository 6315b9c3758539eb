"""Cases, conditions and questions as the wizard's pages change them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from medsr_viewer.imaging.frame import Window
from medsr_viewer.imaging.read import sample_path
from medsr_viewer.survey.audit import Finding
from medsr_viewer.survey.design import REFERENCE, Case, Condition, Design, Question
from medsr_viewer.survey.design_file import read_design, write_design
from medsr_viewer.survey.protocols import PROTOCOLS, complete
from medsr_viewer.survey.scales import SCALES
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.survey_setup.case_cells import COLUMNS, with_cell
from medsr_viewer.ui.survey_setup.case_model import CaseModel
from medsr_viewer.ui.survey_setup.case_table import CaseTable
from medsr_viewer.ui.survey_setup.condition_names import condition_of_folder, condition_of_method
from medsr_viewer.ui.survey_setup.conditions_page import ConditionsPage
from medsr_viewer.ui.survey_setup.labels_dialog import LabelsDialog
from medsr_viewer.ui.survey_setup.made_page import MadePage
from medsr_viewer.ui.survey_setup.mistake_words import told
from medsr_viewer.ui.survey_setup.open_images import cases_of_open, evenly, open_inputs
from medsr_viewer.ui.survey_setup.questions_page import QuestionsPage
from medsr_viewer.ui.survey_setup.wizard import SurveyWizard
from medsr_viewer.workflows.survey_new import NewSurvey

from .conftest import INTERPOLATION, PATIENCE_MS, add_cases

CASE = Case("a", Path("/a.png"))
PLAIN = Design("A study", "acr", 4, (CASE,), (Condition("bicubic", "bicubic"), Condition("b", "lanczos")), ())


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("region", "1, 2, 30, 40", (1, 2, 30, 40)),
        ("region", "[1 2 30 40]", (1, 2, 30, 40)),
        ("region", "", ()),
        ("window", "40; 400", (40.0, 400.0)),
        ("window", "-600 1.5e3", (-600.0, 1500.0)),
        ("frame", " 7 ", 7),
        ("finding", "absent", "absent"),
        ("name", " new ", "new"),
    ],
)
def test_cells_are_read(column: str, text: str, value: object) -> None:
    case = with_cell(CASE, column, text)
    assert case == replace(CASE, **{column: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("column", "text"),
    [("region", "1, 2, 3"), ("region", "1.5 2 3 4"), ("window", "40"), ("window", "nan 1"), ("frame", "")],
)
def test_cells_that_are_no_values_are_refused(column: str, text: str) -> None:
    assert with_cell(CASE, column, text) is None


@pytest.fixture
def table(qtbot: QtBot) -> CaseTable:
    model = CaseModel()
    model.add([Case(name, Path(f"/{name}.png")) for name in "abcd"])
    made = CaseTable(model)
    qtbot.addWidget(made)
    made.resize(800, 300)
    made.show()
    return made


def order(table: CaseTable) -> str:
    model = table.model()
    return "".join(str(model.index(row, 0).data()) for row in range(model.rowCount()))


def test_rows_are_moved_and_removed_by_keys(table: CaseTable, qtbot: QtBot) -> None:
    table.select(1, 2)
    qtbot.keyClick(table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert order(table) == "bcad"
    qtbot.keyClick(table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert order(table) == "bcad"
    for _ in range(3):
        qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert order(table) == "adbc"
    assert table.chosen == [2, 3]
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert order(table) == "ad"


def test_rows_are_dragged_into_order(table: CaseTable, monkeypatch: pytest.MonkeyPatch) -> None:
    def drop(row: int, share: float) -> None:
        place = table.visualRect(table.model().index(row, 0))
        point = QPointF(place.center().x(), place.top() + share * place.height())
        action, button, none = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        event = QDropEvent(point, action, QMimeData(), button, none)
        monkeypatch.setattr(event, "source", lambda: table, raising=False)
        table.dropEvent(event)

    table.select(3, 1)
    drop(0, 0.2)
    assert order(table) == "dabc"
    drop(2, 0.9)
    assert order(table) == "abdc"


def test_files_are_dropped_into_the_table(wizard: SurveyWizard, image_files: list[Path], qtbot: QtBot) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(image_files[0].parent))])
    action, button, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    wizard.cases.table.dropEvent(QDropEvent(QPointF(5, 5), action, mime, button, none))
    qtbot.waitUntil(lambda: len(wizard.cases.model.cases) == 3, timeout=PATIENCE_MS)
    assert [case.path for case in wizard.cases.model.cases] == image_files


def test_the_sample_stays_ticked_for_when_no_case_is_for_training_any_more(
    wizard: SurveyWizard, image_files: list[Path], qtbot: QtBot
) -> None:
    page, model = wizard.cases, wizard.cases.model
    wizard.next()
    add_cases(wizard, image_files, qtbot)
    training = model.index(2, COLUMNS.index("training"))
    model.setData(training, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    wizard.next()
    wizard.back()
    assert [case.training for case in wizard.design.cases] == [False, False, True]
    assert not page.sample.isEnabled()
    assert page.sample.text().startswith("The observers are trained on the cases ticked for training")
    model.setData(training, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert page.sample.isEnabled()
    assert page.sample.isChecked()
    wizard.next()
    assert [case.training for case in wizard.design.cases] == [False, False, False, True]


def test_a_sample_among_the_cases_is_said_not_to_train_and_trains_again_without(
    wizard: SurveyWizard, image_files: list[Path], qtbot: QtBot
) -> None:
    page = wizard.cases
    wizard.next()
    add_cases(wizard, [image_files[0], sample_path()], qtbot)
    assert page.sample.text().startswith("The sample that ships is one of the cases")
    assert not page.sample.isEnabled()
    wizard.next()
    wizard.back()
    assert [case.training for case in wizard.design.cases] == [False, False]
    page.model.remove([1])
    assert page.sample.isChecked()
    wizard.next()
    assert [case.training for case in wizard.design.cases] == [False, True]


def test_unreadable_files_are_told_of_and_the_rest_stays(wizard: SurveyWizard, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "text.png").write_text("no image")
    wizard.cases.add_paths([tmp_path / "text.png"])
    qtbot.waitUntil(lambda: bool(wizard.notices.shown), timeout=PATIENCE_MS)
    assert "text.png" in wizard.notices.shown[0].text
    assert wizard.notices.shown[0].title == "No case was added"
    assert wizard.cases.model.cases == ()


def test_what_can_be_read_is_added_and_the_rest_is_counted(
    wizard: SurveyWizard, image_files: list[Path], qtbot: QtBot
) -> None:
    torn = [image_files[0].with_name(f"torn-{number}.png") for number in range(5)]
    for path in torn:
        path.write_text("no image")
    wizard.cases.add_paths([*image_files, *torn])
    qtbot.waitUntil(lambda: bool(wizard.notices.shown), timeout=PATIENCE_MS)
    assert [case.path for case in wizard.cases.model.cases] == image_files
    (notice,) = wizard.notices.shown
    assert notice.title == "Some files cannot be cases"
    assert notice.text.startswith("3 images added. ")
    assert notice.text.count("torn-") == 3
    assert "; and 2 more" in notice.text


def test_notes_on_many_cases_name_the_first_and_count_the_rest(qtbot: QtBot) -> None:
    page = MadePage()
    qtbot.addWidget(page)
    notes = tuple(f"case-{number:02}: Padding was found." for number in range(1, 21))
    page.show_made(NewSurvey(Path("/s"), Path("/s.toml"), "id", "0a", 20, 20, notes, ()))
    names = ", ".join(f"case-{number:02}" for number in range(1, 7))
    assert page.notes.toPlainText() == f"{names} and 14 more: Padding was found."


def test_the_end_names_the_file_of_sources_and_lets_nobody_rate_what_is_not_blind(qtbot: QtBot) -> None:
    page = MadePage()
    qtbot.addWidget(page)
    for severity, blind in (("warning", True), ("refuse", False)):
        leak = Finding("order", "it tells", "plan.json", "Do it again.", severity)  # type: ignore[arg-type]
        page.show_made(NewSurvey(Path("/s"), Path("/s.sources.toml"), "id", "0a", 1, 1, (), (leak,)))
        assert "\n1 stimulus, 1 trial an observer.\ns.sources.toml, beside the folder, says" in page.place.text()
        assert page.rate.isEnabled() == blind
        assert ("not blind" in page.heading.text()) != blind


def test_the_open_images_become_cases_with_the_window_that_was_chosen(opened: Application) -> None:
    state = opened.state
    assert len(open_inputs(state, "image")) == 1
    every = cases_of_open(state, open_inputs(state, "each"))
    assert [case.name for case in every.cases] == ["image-0", "image-1", "image-2"]
    assert {case.window for case in every.cases} == {()}
    state.update_view(voi=Window(90.0, 120.0), is_own_voi=False)
    (case,) = cases_of_open(state, open_inputs(state, "image"), every.cases).cases
    assert case.window == (90.0, 120.0)
    assert case.name == "image-0_2"
    chosen = cases_of_open(state, open_inputs(state, "each")).cases
    assert [case.window for case in chosen].count((90.0, 120.0)) == 1


def test_images_are_taken_evenly(opened: Application) -> None:
    many = open_inputs(opened.state, "each") * 4
    assert [many.index(one) for one in evenly(many[:10], 3)] == [1, 2, 2]
    assert len(evenly(many, 5)) == 5
    assert evenly(many[:2], 5) == many[:2]


def test_conditions_are_named_for_what_they_are() -> None:
    first = condition_of_method("fmen-blend 40 %")
    assert (first.name, first.method) == ("fmen-blend-40", "fmen-blend 40 %")
    second = condition_of_folder(Path("/results/FMEN blend 40"), [Condition("fmen-blend-40")])
    assert (second.name, second.images) == ("FMEN-blend-40-2", Path("/results/FMEN blend 40"))


def test_cases_that_nobody_enhanced_elsewhere_are_named_before_anything_is_computed(
    qtbot: QtBot, tmp_path: Path
) -> None:
    page = ConditionsPage(INTERPOLATION)
    qtbot.addWidget(page)
    sample = Case("training-sample", sample_path(), training=True)
    cases = (CASE, Case("b", Path("/knee.png")), Case("c", Path("/c.dcm")), sample)
    elsewhere = Condition("vendor", images=tmp_path)
    design = replace(PLAIN, cases=cases, conditions=(PLAIN.conditions[0], elsewhere))
    page.show_design(design)

    def said() -> str:
        (mistake,) = page.own_mistakes(design)
        return told(mistake).text

    assert said().startswith("Row 2, Images: the folder lacks a and 3 more. Each case needs one image there")
    for name in ("a.tif", "knee.png", "c"):
        (tmp_path / name).touch()
    assert "nobody has enhanced the sample" in said()
    (tmp_path / "training-sample.png").touch()
    assert page.own_mistakes(design) == []


@pytest.mark.parametrize("protocol", ["acr", "vgc"])
def test_the_hidden_reference_is_kept_or_left_out(qtbot: QtBot, protocol: str) -> None:
    page = ConditionsPage(INTERPOLATION)
    qtbot.addWidget(page)
    design = replace(PLAIN, protocol=protocol)  # type: ignore[arg-type]
    page.show_design(design)
    assert page.reference.isChecked() == PROTOCOLS[design.protocol].hidden_reference
    for wanted in (True, False):
        page.reference.setChecked(wanted)
        made = page.design_from(design)
        page.show_design(made)
        assert page.reference.isChecked() == wanted
        assert (REFERENCE in [one.name for one in complete(made).conditions]) == wanted
    page.show_design(replace(design, mode="enhance"))
    assert not page.reference.isEnabled()
    assert not page.reference.isChecked()


def test_roles_and_names_come_back(qtbot: QtBot) -> None:
    page = ConditionsPage(INTERPOLATION)
    qtbot.addWidget(page)
    anchored = replace(PLAIN, conditions=(*PLAIN.conditions, Condition("low", "nearest", role="anchor")))
    page.show_design(anchored)
    assert page.design_from(anchored) == anchored
    name = page.table.item(1, 0)
    assert name is not None
    name.setText("renamed")
    box = page.table.cellWidget(0, 3)
    box.setCurrentIndex(1)  # type: ignore[union-attr]
    made = page.design_from(anchored)
    assert [(one.name, one.role) for one in made.conditions] == [
        ("bicubic", "anchor"),
        ("renamed", "test"),
        ("low", "anchor"),
    ]


def test_tab_goes_through_the_fields_of_the_conditions_before_it_leaves_them(qtbot: QtBot) -> None:
    page = ConditionsPage(INTERPOLATION)
    qtbot.addWidget(page)
    page.show_design(PLAIN)
    page.show()
    page.table.setFocus()
    for row, column in ((0, 2), (0, 3), (1, 2), (1, 3)):
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
        assert page.focusWidget() is page.table.cellWidget(row, column)
    qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
    assert isinstance(page.focusWidget(), QPushButton)


def test_a_method_may_have_a_scale_of_its_own(qtbot: QtBot) -> None:
    page = ConditionsPage(INTERPOLATION)
    qtbot.addWidget(page)
    page.show_design(PLAIN)
    box = page.table.cellWidget(1, 2)
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData(2))
    made = page.design_from(PLAIN)
    assert [one.scale_factor for one in made.conditions] == [None, 2]
    page.show_design(made)
    assert page.design_from(made) == made
    page.show_design(replace(made, mode="enhance"))
    assert [one.scale_factor for one in page.design_from(replace(made, mode="enhance")).conditions] == [None, None]
    box = page.table.cellWidget(1, 2)
    assert isinstance(box, QComboBox)
    assert not box.isEnabled()


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
