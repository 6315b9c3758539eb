"""Which report is the latest of a survey, and whether it is still of what is there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.survey.latest_report import NAME, LatestReport, latest_report, note_report, survey_state
from medsr_viewer.survey.new_folder import new_folder
from medsr_viewer.survey.plan import Allocation, Plan
from medsr_viewer.survey.plan_file import plan_text
from medsr_viewer.survey.sealing import seal


@pytest.fixture
def study(tmp_path: Path) -> SurveyFolder:
    """A survey with a report in the folder beside."""
    allocation = Allocation("00" * 32, 1, {}, {}, {})
    with new_folder(tmp_path / "study") as new:
        folder = new.finish(design="[]", plan=plan_text(Plan({}, (), ((),))), sealed=seal(allocation, "secret"))
    folder.write_allocation(allocation)
    out = tmp_path / "report"
    out.mkdir()
    files = [out / name for name in ("report.html", "report.pdf", "report.json")]
    for path in files:
        path.write_text('{"n": 3}')
    with folder.open() as store:
        store.append("observer", {"observer": "R1", "slot": 0}, key="0")
        note_report(folder, survey_state(folder, store.records()), files)
    return folder


def looked_up(folder: SurveyFolder) -> LatestReport | None:
    with folder.open() as store:
        return latest_report(folder, store.records())


def standing(folder: SurveyFolder) -> str:
    found = looked_up(folder)
    return found.standing if found else "none"


def test_a_report_is_current_until_something_happens(study: SurveyFolder, tmp_path: Path) -> None:
    found = looked_up(study)
    assert found is not None
    assert (found.standing, found.figures, found.page) == ("current", {"n": 3}, tmp_path / "report" / "report.html")
    (tmp_path / "report" / "report.pdf").unlink()  # nothing shows it
    assert standing(study) == "current"
    with study.open() as store:
        store.append("pause", {"observer": "R1"})
    assert standing(study) == "outdated"


def _erase(folder: SurveyFolder) -> None:
    with folder.open() as store:
        store.erase([record.sequence for record in store.records(kinds=("observer",))])


def _alter_record(folder: SurveyFolder) -> None:
    with folder.open() as store, store._database.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER IF EXISTS record_append_only")
        for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE record SET payload = replace(payload, 'R1', 'R2') WHERE kind = 'observer'")


@pytest.mark.parametrize(
    "change",
    [
        _erase,
        _alter_record,
        lambda folder: folder.design_file.write_text("[ ]"),
        lambda folder: folder.allocation_file.unlink(),
    ],
)
def test_a_survey_that_was_changed_makes_it_outdated(
    study: SurveyFolder, change: Callable[[SurveyFolder], object]
) -> None:
    change(study)
    assert standing(study) == "outdated"


@pytest.mark.parametrize("name", ["report.html", "report.json"])
def test_what_is_shown_of_it_must_be_as_it_was_written(study: SurveyFolder, tmp_path: Path, name: str) -> None:
    path = tmp_path / "report" / name
    path.write_text('{"n": 4}')
    assert standing(study) == "altered"
    path.unlink()
    assert standing(study) == "missing"


def test_survey_and_report_may_move_together(study: SurveyFolder, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    for name in ("study", "report"):
        shutil.move(tmp_path / name, tmp_path / "elsewhere" / name)
    found = looked_up(SurveyFolder(tmp_path / "elsewhere" / "study"))
    assert found is not None
    assert (found.standing, found.page.parent) == ("current", tmp_path / "elsewhere" / "report")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"folder": "x", "made": "now", "state": "", "files": {}}'])
def test_a_note_that_nobody_can_read_is_none(study: SurveyFolder, content: str) -> None:
    (study.path / NAME).write_text(content)
    assert looked_up(study) is None
    (study.path / NAME).unlink()
    assert looked_up(study) is None
