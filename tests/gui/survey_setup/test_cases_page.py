"""Cases as the wizard's second step takes, moves and removes them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from medsr_viewer.imaging.frame import Window
from medsr_viewer.imaging.read import sample_path
from medsr_viewer.survey.design import Case
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.survey_setup.case_cells import COLUMNS, with_cell
from medsr_viewer.ui.survey_setup.case_model import CaseModel
from medsr_viewer.ui.survey_setup.case_table import CaseTable
from medsr_viewer.ui.survey_setup.open_images import cases_of_open, evenly, open_inputs
from medsr_viewer.ui.survey_setup.wizard import SurveyWizard

from .conftest import CASE, PATIENCE_MS, add_cases


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
