"""A survey made in the wizard, and what keeps one from being made."""

from __future__ import annotations

import json
import time
import tomllib
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.design_file import read_design
from medsr_viewer.survey.folder import SurveyFolder, verify_folder
from medsr_viewer.ui.survey_setup.conditions_page import ConditionsPage
from medsr_viewer.ui.survey_setup.protocol_page import ProtocolPage
from medsr_viewer.ui.survey_setup.wizard import SurveyWizard
from medsr_viewer.ui.survey_setup.wizard_page import MistakeLabel

from .conftest import PATIENCE_MS, FillIn, add_cases, press


def shown_mistakes(wizard: SurveyWizard) -> list[str]:
    page = wizard.pages[wizard.index]
    return [label.text() for label in page.findChildren(MistakeLabel) if label.isVisibleTo(page) and label.text()]


def test_a_whole_run_makes_a_survey_that_verifies(
    wizard: SurveyWizard, fill_in: FillIn, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "made" / "survey"
    fill_in(wizard, folder)
    summary = {what: label.text() for what, label in wizard.pages[6].values.items()}  # type: ignore[attr-defined]
    assert summary["Conditions"] == "3: bicubic, lanczos, reference"
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
    assert shown_mistakes(wizard) == ['= ""; allowed: one line of text, up to 200 letters']
    first.survey_title.setText("Bicubic or not")
    wizard.next()
    assert wizard.index == 0
    assert shown_mistakes(wizard) == [
        'Contains "bicubic"; allowed: no name of a condition or method: observers read it'
    ]
    first.survey_title.setText("A study")
    assert shown_mistakes(wizard) == []
    wizard.next()
    wizard.next()
    assert wizard.index == 1
    assert "Has no case that is analysed" in shown_mistakes(wizard)[0]
    add_cases(wizard, image_files, qtbot)
    assert shown_mistakes(wizard) == []
    model = wizard.cases.model
    model.setData(model.index(1, 4), "40 by 400")
    assert shown_mistakes(wizard) == [
        'cases[2].window = "40 by 400"; allowed: center, width: two numbers; or nothing for the file\'s own'
    ]
    model.setData(model.index(1, 4), "40, 400")
    model.setData(model.index(0, 0), "image-1")
    assert shown_mistakes(wizard)[0].startswith('cases[2].name = "image-1"')


def test_no_step_is_jumped_over_while_one_before_it_is_wrong(wizard: SurveyWizard) -> None:
    wizard.steps.setCurrentRow(5)
    assert wizard.index == 1
    assert wizard.steps.currentRow() == 1


def test_passphrases_must_agree(wizard: SurveyWizard, fill_in: FillIn, tmp_path: Path) -> None:
    fill_in(wizard, tmp_path / "survey")
    wizard.back()
    wizard.folder_page.again.setText("another")
    wizard.next()
    assert wizard.index == 5
    assert shown_mistakes(wizard) == ["Is another one; allowed: the same passphrase, typed again"]
    (tmp_path / "survey").mkdir()
    (tmp_path / "survey" / "notes.txt").write_text("mine")
    wizard.folder_page.again.setText("correct horse")
    wizard.next()
    assert shown_mistakes(wizard) == ["Holds something already; allowed: a new or an empty folder"]


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
    assert shown_mistakes(wizard)[0].startswith("conditions[3].images = ")


def test_leaving_is_asked_about_once_something_was_entered(wizard: SurveyWizard, qtbot: QtBot) -> None:
    wizard.pages[0].survey_title.setText("A study")  # type: ignore[attr-defined]
    wizard.close()
    assert wizard.isVisible()
    assert wizard.notices.shown[0].title == "Leave without making the survey?"


def test_an_untouched_wizard_closes_at_once(wizard: SurveyWizard) -> None:
    wizard.close()
    assert not wizard.isVisible()
