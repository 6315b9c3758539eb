"""A whole sitting in the real window, on a real survey folder."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.design import Sitting
from medsr_viewer.survey.folder import SurveyFolder, verify_folder
from medsr_viewer.survey.plan_file import read_plan
from medsr_viewer.survey.records import Record
from medsr_viewer.ui.survey.at_hand import Material
from medsr_viewer.ui.survey.conducting import Conducting

from .conftest import Open
from .rating_study import QUICK, make_study, study_design, three_questions
from .sitting_driver import AutoRater


def records(folder: SurveyFolder, *kinds: Any) -> list[Record]:
    with folder.open() as store:
        return store.records(kinds=kinds)


def payloads(folder: SurveyFolder, *kinds: Any) -> list[dict[str, Any]]:
    return [dict(record.payload or {}) for record in records(folder, *kinds)]


def until_trial(conducting: Conducting, qtbot: QtBot, *, kind: str = "main") -> None:
    """Wait until a trial of a phase is open, going through everything before."""
    rater = AutoRater(conducting)

    def is_open() -> bool:
        if not hasattr(conducting.pages, "trial"):
            return False
        posed = conducting.pages.trial.posed
        is_due = posed is not None and posed.is_training == (kind == "training")
        if is_due:
            rater.stop()
        return is_due and conducting.pages.trial.state == "open" and conducting.pages.trial.clock.runs

    qtbot.waitUntil(is_open, timeout=20_000)


def press(conducting: Conducting, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(conducting.pages.trial, key)


def wait_ripe(conducting: Conducting, qtbot: QtBot) -> None:
    qtbot.waitUntil(conducting.pages.trial.side.next.isEnabled, timeout=5000)


@pytest.mark.parametrize("protocol", ["acr", "dsis", "queens", "vgc", "roc", "pairs"])
def test_a_whole_sitting_is_saved(tmp_path: Path, open_rating: Open, qtbot: QtBot, protocol: str) -> None:
    changes: dict[str, Any] = {"protocol": protocol}
    if protocol == "vgc":
        changes["questions"] = three_questions()
    if protocol == "roc":
        cases = study_design().cases
        changes["cases"] = tuple(replace(case, finding="present" if i else "absent") for i, case in enumerate(cases))
    folder = make_study(tmp_path / "study", **changes)
    conducting = open_rating(folder)
    AutoRater(conducting)
    qtbot.waitUntil(
        lambda: conducting.standing is not None and conducting.standing.step.kind == "finished", timeout=60_000
    )
    qtbot.waitUntil(lambda: conducting.pages.is_on(conducting.pages.end))
    rated = payloads(folder, "rating", "pair")
    if protocol == "pairs":
        assert len(rated) == 6
        assert {one["chosen"] == one["shown"][0] for one in rated} <= {True, False}
    else:
        sequence = read_plan(folder.plan_file).sequences[0]
        assert [one["trial"] for one in rated] == [trial.identifier for trial in sequence]
    assert f"All your {len(rated)} answers are saved" in conducting.pages.end.text.text()
    log = rated[0]["log"]
    assert log["gray_ms"] >= QUICK.delay_ms
    assert log["ambient_light"] == "dim"
    assert log["display"]["width"] > 0
    assert [payload["agreed"] for payload in payloads(folder, "consent")] == [True]
    assert payloads(folder, "screen")[0]["sees_patches"] is True
    assert verify_folder(folder) == []


def test_the_next_window_goes_on_at_the_very_trial(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study")
    first = open_rating(folder)
    until_trial(first, qtbot)
    wait_ripe_and_rate(first, qtbot, Qt.Key.Key_4)
    qtbot.waitUntil(lambda: first.standing is not None and first.standing.saved == 1)
    first.leave()
    second = open_rating(folder)
    until_trial(second, qtbot)
    sequence = read_plan(folder.plan_file).sequences[0]
    assert second.pages.trial.posed is not None
    assert second.pages.trial.posed.trial == sequence[1]
    assert second.pages.trial.side.saved.text() == "1 answer saved"
    assert len(records(folder, "session")) == 2


def wait_ripe_and_rate(conducting: Conducting, qtbot: QtBot, key: Qt.Key) -> None:
    press(conducting, key)
    wait_ripe(conducting, qtbot)
    press(conducting, Qt.Key.Key_Return)


def test_nothing_of_the_next_trial_shows_before_the_answer_is_saved(
    tmp_path: Path, open_rating: Open, qtbot: QtBot
) -> None:
    folder = make_study(tmp_path / "study")
    gate = threading.Event()
    gate.set()

    def gated(material: Material) -> Material:
        append = material.store.append_all

        def waiting(entries: Any) -> Any:
            assert gate.wait(10)
            return append(entries)

        material.store.append_all = waiting  # type: ignore[method-assign]
        return material

    conducting = open_rating(folder, adapt=gated)
    until_trial(conducting, qtbot)
    page = conducting.pages.trial
    pictures = [port.item.picture for port in page.wall.ports]
    gate.clear()
    wait_ripe_and_rate(conducting, qtbot, Qt.Key.Key_2)
    qtbot.wait(5 * QUICK.delay_ms)
    assert page.state == "saving"
    assert [port.item.picture for port in page.wall.ports] == pictures
    assert page.side.saved.text() == "0 answers saved"
    press(conducting, Qt.Key.Key_5, Qt.Key.Key_Return)  # typed ahead: counts for nothing
    gate.set()
    qtbot.waitUntil(lambda: page.state == "open" and page.side.saved.text() == "1 answer saved")
    assert page.sheet.value == 0
    assert [answer["value"] for answer in payloads(folder, "rating")[0]["answers"]] == [2]


def test_a_failure_to_save_keeps_the_answer_and_is_tried_again(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study")
    failures = [0]

    def failing(material: Material) -> Material:
        append = material.store.append_all

        def refuse(entries: Any) -> Any:
            if failures[0] > 0:
                failures[0] -= 1
                raise SurveyError("the disk is full", "Make room on the disk.")
            return append(entries)

        material.store.append_all = refuse  # type: ignore[method-assign]
        return material

    conducting = open_rating(folder, adapt=failing)
    until_trial(conducting, qtbot)
    page = conducting.pages.trial
    shown = page.posed
    failures[0] = 2
    wait_ripe_and_rate(conducting, qtbot, Qt.Key.Key_3)
    for _ in range(2):
        qtbot.waitUntil(lambda: page.side.next.text() == "Try again")
        assert "Make room on the disk." in page.side.message.text()
        assert (page.posed, page.sheet.value) == (shown, 3)
        assert page.side.saved.text() == "0 answers saved"
        QTest.mouseClick(page.side.next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.side.saved.text() == "1 answer saved")
    assert [answer["value"] for answer in payloads(folder, "rating")[0]["answers"]] == [3]


def test_an_answer_counts_only_after_a_look(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study", sitting=replace(QUICK, least_view_ms=600))
    conducting = open_rating(folder)
    until_trial(conducting, qtbot)
    page = conducting.pages.trial
    press(conducting, Qt.Key.Key_4, Qt.Key.Key_Return)
    assert page.state == "open"
    assert not page.side.next.isEnabled()
    assert "look a little longer" in page.side.message.text()
    wait_ripe(conducting, qtbot)
    press(conducting, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.side.saved.text() == "1 answer saved")
    assert payloads(folder, "rating")[0]["seconds"] >= 0.6


def test_pausing_hides_the_image_and_keeps_what_was_chosen(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study")
    conducting = open_rating(folder)
    until_trial(conducting, qtbot)
    pages = conducting.pages
    press(conducting, Qt.Key.Key_4, Qt.Key.Key_Escape)
    assert pages.is_on(pages.pause)
    assert pages.trial.wall.ports == ()
    seconds = pages.trial.clock.seconds
    qtbot.wait(200)
    assert pages.trial.clock.seconds == seconds
    QTest.keyClick(pages.pause, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: pages.is_on(pages.trial) and pages.trial.state == "open")
    assert pages.trial.sheet.value == 4
    assert [record.kind for record in records(folder, "pause", "resume")] == ["pause", "resume"]


def test_closing_asks_and_loses_nothing(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study")
    conducting = open_rating(folder)
    until_trial(conducting, qtbot)
    assert not conducting.window.close()
    assert conducting.pages.is_on(conducting.pages.pause)
    assert conducting.pages.pause.title.text() == "Pause and leave?"
    qtbot.waitUntil(lambda: not conducting.desk.is_busy)
    assert conducting.window.close()
    assert len(records(folder, "pause")) == 1


def test_a_break_is_due_and_counts_down(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    sitting = Sitting(minutes=1, break_minutes=1, delay_ms=20, least_view_ms=0)
    folder = make_study(tmp_path / "study", sitting=sitting)
    conducting = open_rating(folder)
    until_trial(conducting, qtbot)
    conducting.pages.trial.clock._before = 61.0  # as if the trial had been looked at for so long
    wait_ripe_and_rate(conducting, qtbot, Qt.Key.Key_4)
    rest = conducting.pages.rest
    qtbot.waitUntil(lambda: conducting.pages.is_on(rest))
    assert not rest.go_on.isEnabled()
    assert rest.left.text() in {"1:00", "0:59"}


def test_who_takes_1_for_the_best_is_told(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study")
    conducting = open_rating(folder)
    until_trial(conducting, qtbot, kind="training")
    page = conducting.pages.trial
    told = ""
    for _ in range(6):
        assert page.posed is not None
        due = max(page.posed.trial.expected, default=0)
        wait_ripe_and_rate(conducting, qtbot, Qt.Key.Key_1 if due != 1 else Qt.Key.Key_5)
        qtbot.waitUntil(lambda: page.state == "feedback")
        if due:
            told = page.side.message.text()
            break
        press(conducting, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: page.state == "open" and page.sheet.value == 0)
    assert "5 is the best, 1 is the worst" in told
    assert "shown once more" in told
    number = page.posed.number if page.posed else 0
    press(conducting, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.state == "open" and page.sheet.value == 0)
    assert page.posed is not None
    assert page.posed.number == number


def test_back_changes_the_last_answer_where_allowed(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study", sitting=replace(QUICK, back=True))
    conducting = open_rating(folder)
    until_trial(conducting, qtbot)
    page = conducting.pages.trial
    wait_ripe_and_rate(conducting, qtbot, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: page.state == "open" and page.posed is not None and page.posed.number == 2)
    press(conducting, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: page.state == "open" and page.posed is not None and page.posed.number == 1)
    assert page.sheet.value == 2
    wait_ripe_and_rate(conducting, qtbot, Qt.Key.Key_5)
    qtbot.waitUntil(lambda: len(payloads(folder, "rating")) == 2)
    assert [one["revision"] for one in payloads(folder, "rating")] == [0, 1]
    qtbot.waitUntil(lambda: page.posed is not None and page.posed.number == 2)
    assert page.side.saved.text() == "1 answer saved"


def test_without_leave_there_is_no_way_back(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study")
    conducting = open_rating(folder)
    until_trial(conducting, qtbot)
    page = conducting.pages.trial
    wait_ripe_and_rate(conducting, qtbot, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: page.state == "open" and page.posed is not None and page.posed.number == 2)
    press(conducting, Qt.Key.Key_Backspace)
    qtbot.wait(100)
    assert page.posed is not None
    assert page.posed.number == 2
    assert not page.side.back.isVisible()


def test_withdrawing_with_erasure(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study")
    conducting = open_rating(folder)
    until_trial(conducting, qtbot)
    wait_ripe_and_rate(conducting, qtbot, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: conducting.standing is not None and conducting.standing.saved == 1)
    press(conducting, Qt.Key.Key_Escape)
    conducting.pages.pause.withdraw_wanted.emit()
    QTest.mouseClick(conducting.pages.withdrawal.erase, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: conducting.pages.is_on(conducting.pages.end))
    assert conducting.pages.end.title.text() == "You have withdrawn"
    assert payloads(folder, "rating") == [{}]
    assert verify_folder(folder) == []


def test_enter_presses_the_button_that_has_the_focus(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study")
    conducting = open_rating(folder)
    until_trial(conducting, qtbot)
    press(conducting, Qt.Key.Key_Escape)
    conducting.pages.show_withdrawal()
    conducting.pages.withdrawal.keep.setFocus()
    QTest.keyClick(conducting.pages.withdrawal.keep, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: conducting.pages.is_on(conducting.pages.end))
    assert conducting.pages.end.title.text() == "You have withdrawn"


def test_shutting_down_twice_is_once(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    conducting = open_rating(make_study(tmp_path / "study"))
    until_trial(conducting, qtbot)
    conducting.leave()
    conducting.shutdown()  # as at the end of the program: the warning of a second one would be an error
    assert not conducting.desk.is_busy


def test_a_copy_of_the_folder_gets_its_dates_back(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study")
    for number, path in enumerate(folder.stimuli_folder.iterdir()):
        os.utime(path, (1_000_000_000 + number, 1_000_000_000 + number))
    until_trial(open_rating(folder), qtbot, kind="training")
    assert {path.stat().st_mtime for path in folder.stimuli_folder.iterdir()} == {946684800}
