"""The report of a closed survey in the results window: there the next time, too, and never shown when it is old."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.survey.latest_report import note_report, survey_state
from medsr_viewer.ui.survey_setup.results_window import ResultsWindow
from medsr_viewer.workflows.survey_close import close_survey
from medsr_viewer.workflows.survey_files import open_survey

from .conftest import PATIENCE_MS, MakeApplication, press
from .test_results_window import answer, cells, settle, titles


def shown(window: ResultsWindow) -> list[list[str]]:
    """Return all cells of the tables that an analysis fills."""
    tables = (window.mos_rows, window.next_rows)
    assert window.tables.isTabEnabled(1)
    return [cells(table, column) for table in tables for column in range(table.columnCount())]


@pytest.mark.slow
def test_a_closed_survey_is_reported_and_its_report_is_there_the_next_time(
    window: ResultsWindow,
    study: Path,
    make_application: MakeApplication,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: pages.append(url.toLocalFile()) or True)
    close_survey(study, "correct horse")
    window.refresh()
    settle(window, qtbot)
    out = study.parent / "report"
    window.report_into(out)
    qtbot.waitUntil(lambda: bool(pages), timeout=PATIENCE_MS)
    assert Path(pages[0]).parent == out
    assert pages[0].endswith(".html")
    assert window.tables.currentIndex() == 1
    assert sorted(cells(window.mos_rows, 1)) == ["lanczos", "nearest", "reference"]
    scores = [float(text) for text in cells(window.mos_rows, 4)]
    assert scores == sorted(scores, reverse=True)
    (figures,) = (json.loads(path.read_text()) for path in out.glob("*.json"))
    assert {one["name"]: f"{one['mos']:.2f}" for one in figures["conditions"]} == dict(
        zip(cells(window.mos_rows, 1), cells(window.mos_rows, 4), strict=True)
    )
    assert window.tables.isTabEnabled(2)
    assert "a difference of 0.5 (power 80 %)" in cells(window.next_rows, 1)
    needed = [text.split(" (")[0] for text in cells(window.next_rows, 3)]
    assert all(text == "more cases" or text.endswith(("observer", "observers")) for text in needed)
    assert ".." not in window.interval.text()
    (planned,) = (question["next_survey"] for question in figures["questions"])
    assert planned["caution"]
    assert window.caution_on_next.text() == f"CAUTION: {planned['caution']}", "three observers and three cases"
    before = (shown(window), window.interval.text())
    window.refresh()
    settle(window, qtbot)
    assert (shown(window), window.interval.text()) == before
    another = make_application().window.surveying.show_results(study)
    qtbot.waitUntil(lambda: another.look is not None and not another.is_busy, timeout=PATIENCE_MS)
    assert (shown(another), another.interval.text()) == before, "the same as when it was written"
    assert titles(another) == []
    press(qtbot, another.buttons["open"])
    assert pages == [str(out / "report.html")] * 2


@pytest.fixture
def reported(study: Path) -> Path:
    """The folder of a report of the survey, closed, that nobody had to wait for."""
    close_survey(study, "correct horse")
    condition = {"name": "lanczos", "role": "test", "n": 5, "mos": 3.0, "ci95": [2.5, 3.5]}
    sizes = {"missing": "A plan needs a pilot."}
    figures = {"questions": [{"question": "q", "figure": "mos", "conditions": [condition], "next_survey": sizes}]}
    out = study.parent / "report"
    out.mkdir()
    (out / "report.html").write_text("<p>A report.</p>")
    (out / "report.json").write_text(json.dumps(figures))
    with open_survey(study) as survey:
        state = survey_state(survey.folder, survey.store.records())
    note_report(SurveyFolder(study), state, [out / "report.html", out / "report.json"])
    return out


def look_again(window: ResultsWindow, qtbot: QtBot) -> None:
    window.refresh()
    settle(window, qtbot)


def test_a_report_of_another_day_opens_at_once(
    window: ResultsWindow, reported: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: pages.append(url.toLocalFile()) or True)
    look_again(window, qtbot)
    assert cells(window.mos_rows, 1) == ["lanczos"]
    assert cells(window.next_rows, 3) == ["A plan needs a pilot."]
    press(qtbot, window.buttons["open"])
    assert pages == [str(reported / "report.html")]
    assert titles(window) == []


def test_a_report_that_a_withdrawal_made_old_is_not_shown_and_made_anew_when_asked(
    window: ResultsWindow, study: Path, reported: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: list[Path] = []
    look_again(window, qtbot)
    assert window.buttons["open"].isEnabled()
    window.progress_rows.setCurrentCell(1, 0)
    press(qtbot, window.buttons["withdraw"])
    press(qtbot, answer(window, "Take out"))
    qtbot.waitUntil(lambda: "The report is out of date" in titles(window), timeout=PATIENCE_MS)
    settle(window, qtbot)
    assert not window.buttons["open"].isEnabled()
    assert "out of date" in window.buttons["open"].toolTip()
    assert window.mos_rows.rowCount() == 0
    assert not window.tables.isTabEnabled(1)
    assert str(reported / "report.html") in window.notices.shown[0].text
    window.report.renewal_wanted.disconnect(window.report_into)
    window.report.renewal_wanted.connect(wanted.append)
    press(qtbot, answer(window, "Make it anew"))
    assert wanted == [reported]


@pytest.mark.parametrize("name", ["report.html", "report.json"])
def test_a_report_that_was_changed_is_not_shown(window: ResultsWindow, reported: Path, qtbot: QtBot, name: str) -> None:
    (reported / name).write_text("{}")
    look_again(window, qtbot)
    assert titles(window) == ["The report was altered"]
    assert "not as they were written" in window.notices.shown[0].text
    assert not window.buttons["open"].isEnabled()
    assert "was altered" in window.buttons["open"].toolTip()


def test_a_page_that_is_altered_while_the_window_shows_it_is_not_opened(
    window: ResultsWindow, reported: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[str] = []
    wanted: list[Path] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: pages.append(url.toLocalFile()) or True)
    look_again(window, qtbot)
    page = reported / "report.html"
    page.write_text(page.read_text().replace("report", "REPORT"))
    press(qtbot, window.buttons["open"])
    assert pages == []
    assert titles(window) == ["The report was altered"]
    window.report.renewal_wanted.disconnect(window.report_into)
    window.report.renewal_wanted.connect(wanted.append)
    press(qtbot, answer(window, "Make it anew"))
    assert wanted == [reported]


def test_a_report_that_is_gone_is_told_by_the_button(window: ResultsWindow, reported: Path, qtbot: QtBot) -> None:
    look_again(window, qtbot)
    (reported / "report.html").unlink()
    press(qtbot, window.buttons["open"])
    assert titles(window) == ["The report is no longer there"]
    look_again(window, qtbot)
    assert titles(window) == []
    assert "no longer where it was written" in window.buttons["open"].toolTip()


def test_a_browser_that_does_not_start_is_told_with_the_file(
    window: ResultsWindow, reported: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    look_again(window, qtbot)
    press(qtbot, window.buttons["open"])
    assert titles(window) == ["No browser could be opened"]
    assert str(reported / "report.html") in window.notices.shown[0].text
    assert "by hand" in window.notices.shown[0].text
