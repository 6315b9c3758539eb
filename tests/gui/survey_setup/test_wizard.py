"""A survey made in the wizard, and what keeps one from being made."""

from __future__ import annotations

import json
import time
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.design import Question
from medsr_viewer.survey.design_file import read_design
from medsr_viewer.survey.folder import SurveyFolder, verify_folder
from medsr_viewer.ui.survey_setup.case_cells import COLUMNS
from medsr_viewer.ui.survey_setup.conditions_page import ConditionsPage
from medsr_viewer.ui.survey_setup.mistake_label import MistakeLabel
from medsr_viewer.ui.survey_setup.protocol_page import ProtocolPage
from medsr_viewer.ui.survey_setup.questions_page import QuestionsPage
from medsr_viewer.ui.survey_setup.wizard import SurveyWizard
from medsr_viewer.upscaling.catalogue import Catalogue

from .conftest import PATIENCE_MS, FillIn, add_cases, press


def shown_mistakes(wizard: SurveyWizard) -> list[str]:
    page = wizard.pages[wizard.index]
    return [line for label in page.findChildren(MistakeLabel) if label.isVisibleTo(page) for line in label.lines]


def test_a_whole_run_makes_a_survey_that_verifies(
    wizard: SurveyWizard, fill_in: FillIn, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "made" / "survey"
    fill_in(wizard, folder)
    summary = {what: label.text() for what, label in wizard.pages[6].values.items()}  # type: ignore[attr-defined]
    assert summary["Conditions"] == "3: bicubic, lanczos, reference (hidden)"
    assert summary["Protocol"] == "Single images (ACR); images: test, ×4"  # noqa: RUF001 - the multiplication sign
    assert summary["Stimuli"].startswith("9,")
    assert summary["Each observer"].startswith("9 trials")
    with qtbot.waitSignal(wizard.made, timeout=PATIENCE_MS) as made:
        press(qtbot, wizard.next_button)
    assert made.args == [folder]
    assert verify_folder(SurveyFolder(folder)) == []
    design = read_design(folder / "design.toml")
    assert [case.name for case in design.main_cases] == ["image-0", "image-1", "image-2"]
    assert len(json.loads((folder / "plan.json").read_text())["sequences"]) == 7
    assert len(list((folder / "stimuli").iterdir())) == 9
    assert wizard.made_page.commitment.text() == SurveyFolder(folder).created.commitment
    assert "correct horse" not in (folder / "design.toml").read_text()
    qtbot.waitUntil(lambda: wizard.focusWidget() is wizard.made_page.rate)


def test_the_size_on_disk_is_told_and_right(
    wizard: SurveyWizard, fill_in: FillIn, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "survey"
    fill_in(wizard, folder)
    label = wizard.pages[6].values["Disk space"]  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: label.text() == "about 0.111 MB for the stimuli", timeout=PATIENCE_MS)
    with qtbot.waitSignal(wizard.made, timeout=PATIENCE_MS):
        press(qtbot, wizard.next_button)
    pixels = sum(file.stat().st_size - 128 for file in (folder / "stimuli").iterdir())
    assert pixels == 9 * 64 * 48 * 4


def test_by_the_keyboard_alone(wizard: SurveyWizard, image_files: list[Path], tmp_path: Path, qtbot: QtBot) -> None:
    qtbot.keyClicks(wizard.focusWidget(), "Head study")
    qtbot.keyClick(wizard.focusWidget(), Qt.Key.Key_Return)
    assert wizard.index == 1
    add_cases(wizard, image_files, qtbot)
    qtbot.keyClick(wizard.cases.table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    for _ in range(4):
        qtbot.keyClick(wizard.focusWidget(), Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert wizard.index == 5
    wizard.folder_page.folder.path = tmp_path / "survey"
    wizard.folder_page.passphrase.setFocus()
    qtbot.keyClicks(wizard.folder_page.passphrase, "secret")
    qtbot.keyClick(wizard.folder_page.passphrase, Qt.Key.Key_Tab)
    qtbot.keyClicks(wizard.focusWidget(), "secret")
    qtbot.keyClick(wizard.focusWidget(), Qt.Key.Key_Return)
    assert wizard.index == 6
    assert wizard.design.title == "Head study"


def test_cancelling_leaves_nothing_behind(
    wizard: SurveyWizard, fill_in: FillIn, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from medsr_viewer.workflows import survey_new

    rendered = []

    def slow(*arguments: object, **keywords: object) -> object:
        rendered.append(1)
        while len(rendered) == 2 and not keywords["token"].is_cancelled:  # type: ignore[attr-defined]
            time.sleep(0.01)
        return real(*arguments, **keywords)  # type: ignore[arg-type]

    real = survey_new.render
    monkeypatch.setattr(survey_new, "render", slow)
    place = tmp_path / "surveys"
    place.mkdir()
    fill_in(wizard, place / "survey")
    press(qtbot, wizard.next_button)
    qtbot.waitUntil(lambda: len(rendered) == 2, timeout=PATIENCE_MS)
    press(qtbot, wizard.close_button)
    qtbot.waitUntil(lambda: not list(place.iterdir()), timeout=PATIENCE_MS)
    assert [notice.title for notice in wizard.notices.shown] == ["Cancelled"]
    assert wizard.isVisible(), "what was entered is not lost"
    assert wizard.index == 6


def test_a_failure_is_told_and_leaves_nothing(
    wizard: SurveyWizard, fill_in: FillIn, tmp_path: Path, qtbot: QtBot, image_files: list[Path]
) -> None:
    fill_in(wizard, tmp_path / "survey")
    image_files[1].write_bytes(b"no image any more")
    press(qtbot, wizard.next_button)
    qtbot.waitUntil(lambda: bool(wizard.notices.shown), timeout=PATIENCE_MS)
    assert "image-1" in wizard.notices.shown[0].text
    assert not (tmp_path / "survey").exists()
    assert wizard.next_button.isEnabled()


def test_mistakes_stand_beside_their_fields(wizard: SurveyWizard, image_files: list[Path], qtbot: QtBot) -> None:
    first = wizard.pages[0]
    assert isinstance(first, ProtocolPage)
    first.survey_title.setText("")
    wizard.next()
    assert wizard.index == 0
    assert shown_mistakes(wizard) == ["The survey needs a title: one line, up to 200 letters."]
    first.survey_title.setText("Bicubic or not")
    wizard.next()
    assert wizard.index == 0
    assert shown_mistakes(wizard) == [
        "The title has “bicubic”, which is the name of a condition or a method. Observers read this: take it out."
    ]
    first.survey_title.setText("A study")
    assert shown_mistakes(wizard) == []
    wizard.next()
    wizard.next()
    assert wizard.index == 1
    assert shown_mistakes(wizard)[0].startswith("There is no case to rate. Add images")
    add_cases(wizard, image_files, qtbot)
    assert shown_mistakes(wizard) == []
    model = wizard.cases.model
    model.setData(model.index(1, 4), "40 by 400")
    assert shown_mistakes(wizard) == [
        "Row 2, Window: “40 by 400” is no window. Two numbers make one: center, width, the width above 0. Leave it "
        "empty for the file's own."
    ]
    wizard.lead_to("cases[2].window")
    assert (wizard.cases.table.currentIndex().row(), wizard.cases.table.currentIndex().column()) == (1, 4)
    model.setData(model.index(1, 4), "40, 400")
    model.setData(model.index(0, 0), "image-1")
    assert shown_mistakes(wizard)[0].startswith("Row 2, Name: “image-1” is the name in row 1, too.")


def test_no_step_is_jumped_over_while_one_before_it_is_wrong(wizard: SurveyWizard, qtbot: QtBot) -> None:
    place = wizard.steps.visualItemRect(wizard.steps.item(5)).center()
    qtbot.mouseClick(wizard.steps.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: wizard.index == 1)
    assert wizard.steps.currentRow() == 1
    assert [item.text() for item in wizard.steps.selectedItems()] == ["2  Cases"]


def test_what_another_protocol_cannot_have_goes_without_a_word(
    wizard: SurveyWizard, image_files: list[Path], qtbot: QtBot
) -> None:
    first = wizard.pages[0]
    assert isinstance(first, ProtocolPage)
    first.buttons["vgc"].setChecked(True)
    wizard.next()
    add_cases(wizard, image_files, qtbot)
    wizard.next()
    page = wizard.pages[2]
    assert isinstance(page, ConditionsPage)
    page.reference.setChecked(True)
    wizard.next()
    assert [one.role for one in wizard.design.conditions] == ["test", "test", "reference"]
    wizard.go_to(0)
    first.buttons["dsis"].setChecked(True)
    wizard.go_to(4)
    assert wizard.index == 4
    assert [one.role for one in wizard.design.conditions] == ["test", "test"]


def test_passphrases_must_agree(wizard: SurveyWizard, fill_in: FillIn, tmp_path: Path) -> None:
    fill_in(wizard, tmp_path / "survey")
    wizard.back()
    wizard.folder_page.again.setText("another")
    wizard.next()
    assert wizard.index == 5
    assert shown_mistakes(wizard) == ["This is not the same passphrase. Type it again."]
    (tmp_path / "survey").mkdir()
    (tmp_path / "survey" / "notes.txt").write_text("mine")
    wizard.folder_page.again.setText("correct horse")
    wizard.next()
    assert shown_mistakes(wizard) == ["The folder holds something already. Choose a new or an empty one."]


def test_a_design_is_saved_and_loaded(wizard: SurveyWizard, fill_in: FillIn, tmp_path: Path) -> None:
    fill_in(wizard, tmp_path / "survey")
    model = wizard.cases.model
    model.setData(model.index(0, 3), "4 8 16 32")
    wizard.save(tmp_path / "design")
    saved = wizard.design
    assert tomllib.loads((tmp_path / "design.toml").read_text())["format"] == 1
    wizard.set_design(saved.__class__("Other", "pairs", 2, (), (), ()))
    assert wizard.pages[1].model.cases == ()  # type: ignore[attr-defined]
    wizard.load(tmp_path / "design.toml")
    assert wizard.design == saved
    wizard.go_to(6)
    assert wizard.design == saved
    (tmp_path / "bad.toml").write_text("format = 1\nprotocol = 3\n")
    wizard.load(tmp_path / "bad.toml")
    assert wizard.notices.shown[0].title == "This survey design is not valid"
    assert wizard.design == saved


def test_labels_of_a_criterion_are_there_again_and_led_to(
    wizard: SurveyWizard, image_files: list[Path], qtbot: QtBot
) -> None:
    asked = (Question("edges", "Sharp?", "criterion"), Question("noise", "Calm?", labels=("Calm", "Like bicubic")))
    wizard.set_design(replace(wizard.design, protocol="vgc", title="A study", questions=asked))
    wizard.next()
    add_cases(wizard, image_files, qtbot)
    wizard.go_to(3)
    wizard.back()
    wizard.next()
    assert wizard.design.questions == asked
    wizard.next()
    assert wizard.index == 3
    (line,) = shown_mistakes(wizard)
    assert line.startswith("Row 2, Own labels: A label has “bicubic”")
    questions = wizard.pages[3]
    assert isinstance(questions, QuestionsPage)
    assert questions.focusWidget() is questions.table.cellWidget(1, 3)
    questions.table.set_labels(1, ("Calm", "Noisy"))
    assert shown_mistakes(wizard) == []
    wizard.next()
    assert wizard.index == 4
    assert wizard.design.questions == (asked[0], replace(asked[1], labels=("Calm", "Noisy")))


def test_methods_that_the_scale_lacks_are_named(wizard: SurveyWizard, image_files: list[Path], qtbot: QtBot) -> None:
    wizard.next()
    add_cases(wizard, image_files, qtbot)
    wizard.next()
    page = wizard.pages[2]
    assert isinstance(page, ConditionsPage)
    item = page.methods.topLevelItem(0)
    assert item is not None
    item.setCheckState(0, Qt.CheckState.Checked)
    assert [one.name for one in page.table.conditions] == ["bicubic", "lanczos", "nearest"]
    item.setCheckState(0, Qt.CheckState.Unchecked)
    assert [one.name for one in page.table.conditions] == ["bicubic", "lanczos"]
    page.add_folder(image_files[0].parent / "gone")
    wizard.next()
    assert wizard.index == 2
    assert shown_mistakes(wizard)[0].startswith("Row 3, Images: the folder is not there: ")
    wizard.lead_to("scale_factor")
    assert wizard.index == 0
    first = wizard.pages[0]
    assert isinstance(first, ProtocolPage)
    assert wizard.focusWidget() is first.scale
    first.scale.setCurrentIndex(first.scale.findData(3))
    wizard.go_to(2)
    page.table.selectRow(2)
    page.table.remove_chosen()
    catalogue = page._catalogue
    page._catalogue = Catalogue(tuple(one for one in catalogue.methods if one.name != "lanczos"))
    wizard.next()
    assert shown_mistakes(wizard)[0].startswith("Row 2, Images: “lanczos” is not made for")


def test_a_design_that_is_not_whole_is_not_saved_and_the_step_is_led_to(
    wizard: SurveyWizard, tmp_path: Path, qtbot: QtBot
) -> None:
    wizard.save(tmp_path / "design.toml")
    assert not (tmp_path / "design.toml").exists()
    notice = wizard.notices.shown[0]
    assert notice.text.startswith("Step 2, Cases: There is no case to rate.")
    (button,) = (one for one in notice.findChildren(QPushButton) if one.text() == "Go to step 2")
    press(qtbot, button)
    assert wizard.index == 1
    assert shown_mistakes(wizard)[0].startswith("There is no case to rate.")


def test_a_link_beside_a_mistake_leads_to_the_other_step(
    wizard: SurveyWizard, image_files: list[Path], qtbot: QtBot
) -> None:
    first = wizard.pages[0]
    assert isinstance(first, ProtocolPage)
    first.buttons["roc"].setChecked(True)
    wizard.next()
    add_cases(wizard, image_files, qtbot)
    wizard.next()
    assert wizard.index == 1
    assert "choose present or absent" in shown_mistakes(wizard)[0]
    assert wizard.cases.table.currentIndex().column() == COLUMNS.index("finding")
    (label,) = (one for one in wizard.cases.findChildren(MistakeLabel) if one.lines)
    assert "Go to step 1, Protocol" in label.text()
    label.linkActivated.emit("protocol")
    assert wizard.index == 0
    assert wizard.focusWidget() is first.buttons["roc"]


def test_a_second_cancel_is_not_there(wizard: SurveyWizard) -> None:
    texts = [one.text() for one in wizard.findChildren(QPushButton)]
    assert texts.count("Cancel") == 1


def test_buttons_and_fields_stay_in_place_when_a_notice_comes(wizard: SurveyWizard, qtbot: QtBot) -> None:
    parts = [wizard.next_button, wizard.pages[0].survey_title]  # type: ignore[attr-defined]
    before = [(part.mapTo(wizard, QPoint()), part.size()) for part in parts]
    wizard.notices.tell("Done", "It was done.")
    qtbot.waitUntil(wizard.notices.shown[0].isVisible)
    wizard.pages[0].survey_title.setText("")  # type: ignore[attr-defined]
    wizard.next()
    assert shown_mistakes(wizard)
    QApplication.processEvents()
    assert [(part.mapTo(wizard, QPoint()), part.size()) for part in parts] == before


def test_a_line_beside_a_field_moves_no_other_field(
    wizard: SurveyWizard, fill_in: FillIn, tmp_path: Path, qtbot: QtBot
) -> None:
    fill_in(wizard, tmp_path / "survey")
    wizard.back()
    page = wizard.folder_page
    fields = [page.passphrase, page.again, page.shown]
    before = [field.mapTo(wizard, QPoint()) for field in fields]
    page.passphrase.clear()
    page.folder.path = tmp_path
    wizard.next()
    assert len(shown_mistakes(wizard)) == 2
    qtbot.wait(50)
    assert [field.mapTo(wizard, QPoint()) for field in fields] == before


def test_a_long_notice_leaves_the_fields_their_height(wizard: SurveyWizard, fill_in: FillIn, tmp_path: Path) -> None:
    fill_in(wizard, tmp_path / "survey")
    wizard.go_to(4)
    wizard.resize(1060, 660)
    QApplication.processEvents()
    field = wizard.pages[4].observers  # type: ignore[attr-defined]
    before = field.height()
    wizard.notices.tell("Not valid", "\n".join(f"line {number}" for number in range(20)))
    QApplication.processEvents()
    assert field.height() == before
    assert wizard.height() <= 700
    assert wizard.next_button.isVisible()


def test_leaving_is_asked_about_once_something_was_entered(wizard: SurveyWizard, qtbot: QtBot) -> None:
    wizard.pages[0].survey_title.setText("A study")  # type: ignore[attr-defined]
    wizard.close()
    assert wizard.isVisible()
    assert wizard.notices.shown[0].title == "Leave without making the survey?"
    focused = wizard.focusWidget()
    assert isinstance(focused, QPushButton)
    assert focused.text() == "Stay"
    qtbot.keyClick(focused, Qt.Key.Key_Return)
    assert wizard.isVisible()
    assert wizard.notices.shown == ()
    assert wizard.index == 0


def test_an_untouched_wizard_closes_at_once(wizard: SurveyWizard) -> None:
    wizard.close()
    assert not wizard.isVisible()


def test_the_key_of_the_folders_label_leads_to_it(wizard: SurveyWizard, qtbot: QtBot) -> None:
    page = wizard.folder_page
    wizard.show_page(5)
    assert page.passphrase.hasFocus()
    qtbot.keyClick(wizard, Qt.Key.Key_F, Qt.KeyboardModifier.AltModifier)
    assert page.folder.line.lineEdit() is page.focusWidget() or page.folder.line is page.focusWidget()
    qtbot.keyClick(wizard.focusWidget(), Qt.Key.Key_Tab)
    assert page.folder.button.hasFocus()


def test_the_focus_is_drawn_once_the_wizard_is_in_front(wizard: SurveyWizard, qtbot: QtBot) -> None:
    """Qt forgets with each activation to draw it."""
    drawn = Qt.WidgetAttribute.WA_KeyboardFocusChange
    qtbot.waitUntil(lambda: wizard.isActiveWindow() and wizard.testAttribute(drawn))
