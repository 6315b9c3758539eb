"""How a survey stands, told blind; closed; and reported."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.survey.new_folder import copy_for_site
from medsr_viewer.survey.statistics.sufficiency import caution_on_pilot
from medsr_viewer.survey.store import open_store
from medsr_viewer.survey.withdrawal import withdraw
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.survey.exposed import exposed_texts
from medsr_viewer.ui.survey_setup.close_dialog import CloseDialog
from medsr_viewer.ui.survey_setup.result_tables import head_figures, mos_rows, mos_table, next_rows
from medsr_viewer.ui.survey_setup.result_words import told_caution_on_next, told_interval
from medsr_viewer.ui.survey_setup.results_window import ResultsWindow
from medsr_viewer.workflows.survey_bundle import export_bundle, merge_bundle
from medsr_viewer.workflows.survey_close import close_survey
from medsr_viewer.workflows.survey_files import open_survey
from medsr_viewer.workflows.survey_simulate import simulate_survey

from .conftest import METHODS, PATIENCE_MS, MakeApplication, press


def settle(window: ResultsWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.is_busy, timeout=PATIENCE_MS)


def titles(window: ResultsWindow) -> list[str]:
    return [notice.title for notice in window.notices.shown]


def cells(table: object, column: int) -> list[str]:
    return [table.item(row, column).text() for row in range(table.rowCount())]  # type: ignore[attr-defined]


def test_an_open_survey_is_told_of_blind(window: ResultsWindow, qtbot: QtBot) -> None:
    assert window.title.text() == "A study"
    assert window.state.text().startswith("Open")
    assert cells(window.progress_rows, 2) == cells(window.progress_rows, 3) == ["9", "9", "9"]
    assert set(cells(window.progress_rows, 8)) == {"finished"}
    assert set(cells(window.progress_rows, 4)) == {"none"}, "simulated observers are not trained"
    assert not window.buttons["report"].isEnabled()
    assert not window.tables.isTabEnabled(1)
    press(qtbot, window.buttons["verify"])
    settle(window, qtbot)
    assert titles(window) == ["Nothing was altered"]
    press(qtbot, window.buttons["audit"])
    settle(window, qtbot)
    assert not [text for text in exposed_texts(window) if any(name in text for name in METHODS)]


def test_a_clock_that_was_moved_back_is_told(window: ResultsWindow, study: Path, qtbot: QtBot) -> None:
    assert "clock" not in window.state.text()
    later = datetime.now(UTC) + timedelta(days=5)
    file = SurveyFolder(study).database_file
    with open_store(f"sqlite:///{file}", clock=lambda: later.isoformat(timespec="microseconds")) as store:
        store.append("withdrawn", {"observer": "S001", "erase": False})
    with open_store(f"sqlite:///{file}") as store:
        store.append("withdrawn", {"observer": "S002", "erase": False})
    window.refresh()
    qtbot.waitUntil(lambda: "the clock was moved back by 5 days" in window.state.text(), timeout=PATIENCE_MS)
    settle(window, qtbot)


def test_a_missing_stimulus_is_named_by_the_check(window: ResultsWindow, study: Path, qtbot: QtBot) -> None:
    path = sorted(SurveyFolder(study).stimuli_folder.iterdir())[0]
    path.unlink()
    press(qtbot, window.buttons["audit"])
    settle(window, qtbot)
    assert f"stimuli/{path.name} is missing" in window.notices.shown[0].text


def test_what_was_altered_is_told(window: ResultsWindow, study: Path, qtbot: QtBot) -> None:
    plan = study / "plan.json"
    plan.write_text(plan.read_text() + " ")
    press(qtbot, window.buttons["verify"])
    settle(window, qtbot)
    assert titles(window) == ["Something was altered"]
    assert "plan.json was changed" in window.notices.shown[0].text


def test_closing_asks_for_the_passphrase_and_says_that_it_is_final(
    window: ResultsWindow, study: Path, qtbot: QtBot
) -> None:
    press(qtbot, window.buttons["close"])
    (dialog,) = window.findChildren(CloseDialog)
    assert any("cannot be undone" in text for text in exposed_texts(dialog))
    assert not dialog.close_button.isEnabled()
    dialog.passphrase.setText("wrong")
    press(qtbot, dialog.close_button)
    settle(window, qtbot)
    assert dialog.isVisible(), "what was entered is not lost"
    assert dialog.mistake.text().startswith("The passphrase is wrong. Type the passphrase")
    assert dialog.passphrase.text() == "wrong"
    assert titles(window) == []
    assert not (study / "allocation.json").exists()
    (study.parent / "passphrase.txt").write_text("correct horse\n")
    press(qtbot, window.buttons["close"])
    assert window.findChildren(CloseDialog) == [dialog], "the one that is open comes to the front"
    dialog.read(study.parent / "passphrase.txt")
    assert dialog.mistake.text() == ""
    press(qtbot, dialog.close_button)
    qtbot.waitUntil(lambda: window.look is not None and window.look.is_closed, timeout=PATIENCE_MS)
    settle(window, qtbot)
    assert (study / "allocation.json").exists()
    qtbot.waitUntil(lambda: window.findChildren(CloseDialog) == [], timeout=PATIENCE_MS)
    assert window.state.text().startswith("Closed")
    enabled = {name for name, button in window.buttons.items() if button.isEnabled()}
    assert enabled == {"refresh", "verify", "withdraw", "export", "merge", "report"}
    for name, button in window.buttons.items():
        if name not in enabled:
            assert "closed" in button.toolTip() or name in ("restored", "open"), name


def test_a_withdrawal_after_closing_is_warned_of(window: ResultsWindow, study: Path, qtbot: QtBot) -> None:
    close_survey(study, "correct horse")
    window.refresh()
    settle(window, qtbot)
    window.progress_rows.setCurrentCell(1, 0)
    press(qtbot, window.buttons["withdraw"])
    assert window.notices.shown[0].text.startswith("The survey is closed: ")
    assert "The report will say" in window.notices.shown[0].text


def test_a_database_put_back_is_asked_about_and_gone_on_with(
    window: ResultsWindow, study: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    assert not window.buttons["restored"].isEnabled()
    shutil.copy(study / "survey.sqlite", tmp_path / "backup.sqlite")
    observer = cells(window.progress_rows, 0)[0]
    with open_survey(study) as survey:
        withdraw(survey.store, observer, erase=False)
    for leftover in study.glob("survey.sqlite-*"):
        leftover.unlink()
    shutil.copy(tmp_path / "backup.sqlite", study / "survey.sqlite")
    window.refresh()
    settle(window, qtbot)
    assert titles(window) == ["Were these records put back from a backup?"]
    assert "survey.head counts" in window.notices.shown[0].text
    enabled = {name for name, button in window.buttons.items() if button.isEnabled()}
    assert enabled == {"refresh", "verify", "audit", "restored", "copy", "export"}
    assert "Restored from a backup" in window.buttons["close"].toolTip()
    window.notices.clear()
    press(qtbot, window.buttons["restored"])
    press(qtbot, answer(window, "Go on with these records"))
    qtbot.waitUntil(window.buttons["close"].isEnabled, timeout=PATIENCE_MS)
    with open_survey(study) as survey:
        assert any("went on with an older database" in problem for problem in survey.store.verify())


def test_buttons_stay_in_place_when_a_notice_comes(window: ResultsWindow, qtbot: QtBot) -> None:
    before = {name: button.mapTo(window, QPoint()) for name, button in window.buttons.items()}
    table = window.progress_rows.size()
    window.notices.tell("Done", "It was done.")
    qtbot.waitUntil(window.notices.shown[0].isVisible)
    QApplication.processEvents()
    assert {name: button.mapTo(window, QPoint()) for name, button in window.buttons.items()} == before
    assert window.progress_rows.size() == table


def test_a_score_without_an_interval_is_told_so() -> None:
    condition = {"name": "lanczos", "role": "test", "n": 5, "mos": 3.0, "ci95": [None, None], "caution": "One."}
    wanting = {"missing": "A plan needs a pilot of 3 observers and 3 cases or more; there are 1 and 5."}
    question = {"question": "quality", "figure": "mos", "conditions": [condition], "next_survey": wanting}
    figures = {"questions": [question], "estimand": "Mean rating.", "interval": "none: 1 observer says nothing."}
    assert mos_rows(figures) == [("quality", "lanczos", "test", "5", "3.00", "none")]
    assert told_interval(figures) == "Mean rating. Interval: none: 1 observer says nothing."
    assert told_interval({"estimand": "Place.", "interval": "400 resamples"}) == "Place. Interval: 400 resamples."
    assert next_rows(figures) == [("quality", "sizes", "", wanting["missing"])]


def test_an_interval_from_few_observers_is_told_to_be_unreliable() -> None:
    condition = {"name": "lanczos", "role": "test", "n": 8, "mos": 2.0, "ci95": [1.73, 2.32], "caution": "Rely not."}
    question = {"question": "quality", "figure": "mos", "conditions": [condition]}
    figures = {"questions": [question], "estimand": "Mean.", "interval": "t.", "caution": "Do not rely on it."}
    assert mos_rows(figures)[0][-1] == "1.73 to 2.32 (unreliable)"
    assert told_interval(figures) == "CAUTION: Do not rely on it. Mean. Interval: t."


@pytest.mark.parametrize(
    ("figure", "interval", "cell"), [("auc", "auc_ci95", "AUC 0.81"), ("scale_value", "ci95_scale", "scale 0.81")]
)
def test_what_is_no_mos_is_shown_by_its_name_with_its_own_interval(figure: str, interval: str, cell: str) -> None:
    first = {"name": "bicubic", "role": "test", "n": 5, "mos": 4.9, "ci95": [4.0, 5.0], figure: 0.3, interval: [0, 0.5]}
    second = first | {"name": "lanczos", "mos": 3.0, figure: 0.81, interval: [0.7, 0.9]}
    rows = mos_rows({"questions": [{"question": "finding", "figure": figure, "conditions": [first, second]}]})
    assert rows[0] == ("finding", "lanczos", "test", "5", cell, "0.70 to 0.90")


@pytest.mark.parametrize(("figures", "heading"), [(["mos", "mos"], "MOS"), (["mos", "scale_value"], "Figure")])
def test_the_table_of_conditions_is_headed_by_what_it_holds(qtbot: QtBot, figures: list[str], heading: str) -> None:
    table = mos_table()
    qtbot.addWidget(table)
    head_figures(table, {"questions": [{"figure": figure} for figure in figures]})
    assert [table.horizontalHeaderItem(column).text() for column in (3, 4, 5)] == ["Ratings", heading, "95 % interval"]


def test_how_uncertain_the_size_of_a_next_survey_is_stands_in_brackets() -> None:
    needed = {"cases": 20, "for_width": [None, 12], "for_difference": [5]}
    planned = {"half_widths": [0.2, 0.3], "differences": [0.5], "needed": [needed]}
    question = {"question": "quality", "next_survey": planned}
    older = [row[-1] for row in next_rows({"questions": [question]})]
    assert older == ["more cases", "12 observers", "5 observers"]
    needed |= {"width_ranges": [[40, None], [6, None]], "difference_ranges": [[5, 5]]}
    told = [row[-1] for row in next_rows({"questions": [question]})]
    assert told == ["more cases (40 to more cases)", "12 observers (6 to more cases)", "5 observers"]


def test_a_pilot_that_is_too_small_to_plan_from_is_told_in_the_words_of_the_report() -> None:
    caution = caution_on_pilot(3, 20)
    questions = [{"next_survey": {"caution": caution}}, {"next_survey": {"caution": caution}}, {"next_survey": None}]
    assert told_caution_on_next({"questions": questions}) == f"CAUTION: {caution}"
    assert told_caution_on_next({"questions": [{"next_survey": {"missing": "A pilot."}}, {"neighbours": []}]}) == ""


def test_what_a_next_survey_of_pairs_needs_is_told() -> None:
    def pair(better: str, worse: str, more: int | None) -> dict[str, object]:
        return {"better": better, "worse": worse, "compared": 12, "separation": {"more": more}}

    question = {"question": "preference", "neighbours": [pair("a", "b", 0), pair("b", "c", 1370), pair("c", "d", None)]}
    rows = next_rows({"questions": [question]})
    assert rows[0] == ("preference", "a from b (power 80 %)", "12 comparisons so far", "none: they are told apart")
    assert [row[3] for row in rows[1:]] == ["1,370 more", "too many to tell"]


def test_another_folder_forgets_the_one_before(window: ResultsWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.show_folder(tmp_path)
    settle(window, qtbot)
    assert titles(window) == ["This survey cannot be used so"]
    assert window.title.text() == ""
    assert window.progress_rows.rowCount() == 0
    assert not window.buttons["verify"].isEnabled()


def test_an_observer_is_withdrawn_after_asking(window: ResultsWindow, qtbot: QtBot) -> None:
    press(qtbot, window.buttons["withdraw"])
    assert titles(window) == ["Choose an observer"]
    window.progress_rows.setCurrentCell(1, 0)
    name = cells(window.progress_rows, 0)[1]
    press(qtbot, window.buttons["withdraw"])
    assert titles(window)[0] == f"Take {name} out of the analysis?"
    press(qtbot, answer(window, "Take out"))
    qtbot.waitUntil(lambda: "withdrawn" in cells(window.progress_rows, 8), timeout=PATIENCE_MS)
    assert cells(window.progress_rows, 8) == ["finished", "withdrawn", "finished"]
    settle(window, qtbot)


def test_an_observer_of_another_site_is_withdrawn_there_alone(window: ResultsWindow, study: Path, qtbot: QtBot) -> None:
    merge_other_site(study)
    window.refresh()
    qtbot.waitUntil(lambda: window.progress_rows.rowCount() == 6 and not window.is_busy, timeout=PATIENCE_MS)
    assert window.look is not None
    with open_survey(study) as survey:
        own = survey.store.site
    foreign = next(row for row, one in enumerate(window.look.observers) if one.site != own)
    window.progress_rows.setCurrentCell(foreign, 0)
    press(qtbot, window.buttons["withdraw"])
    press(qtbot, answer(window, "Take out"))
    settle(window, qtbot)
    assert set(cells(window.progress_rows, 8)) == {"finished"}
    assert "another site" in window.notices.shown[0].text
    with open_survey(study) as survey:
        assert survey.store.records(kinds=("withdrawn",)) == []


def test_a_survey_that_another_site_closed_can_still_be_closed_here(
    window: ResultsWindow, study: Path, qtbot: QtBot
) -> None:
    merge_other_site(study, "correct horse")
    window.refresh()
    qtbot.waitUntil(lambda: window.progress_rows.rowCount() == 6 and not window.is_busy, timeout=PATIENCE_MS)
    assert window.buttons["close"].isEnabled()
    assert not window.buttons["report"].isEnabled()


def merge_other_site(study: Path, passphrase: str = "") -> None:
    """Have three observers of the same names rate the survey elsewhere, and take their records in."""
    other = study.parent / "other"
    copy_for_site(SurveyFolder(study), other)
    simulate_survey(other, 3, 2)
    if passphrase:
        close_survey(other, passphrase)
    export_bundle(other, study.parent / "bundle.zip")
    merge_bundle(study, study.parent / "bundle.zip")


def test_the_folder_is_remembered_apart_from_the_images(
    window: ResultsWindow, study: Path, make_application: MakeApplication, opened: Application
) -> None:
    assert str(study) in {window.folder.line.itemText(row) for row in range(window.folder.line.count())} | {
        str(window.folder.path)
    }
    another = opened.window.surveying.show_rate()
    assert another.folder.path == study
    QApplication.processEvents()


def answer(window: ResultsWindow, text: str) -> QPushButton:
    (button,) = (one for one in window.notices.shown[0].findChildren(QPushButton) if one.text() == text)
    return button
