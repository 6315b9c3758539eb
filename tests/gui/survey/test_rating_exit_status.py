"""The rating program's exit status: whoever started it learns that nobody could rate, and why."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from medsr_viewer.survey.design import Screen
from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.survey.plan_file import read_plan
from medsr_viewer.ui.survey.exit_status import TOLD

from .rating_study import make_study

# The real program; somebody presses "Close" on the first page that can be read.
_CLOSED_AT_ONCE = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from medsr_viewer.ui.survey import rating
sys.path.insert(0, sys.argv[2])
from gui.survey.sitting_driver import pass_opening_pages

open_window = rating.open_rating_window

def opened(path, observer, *, windowed):
    conducting = open_window(path, observer, windowed=windowed)
    pages, ticks = conducting.pages, QTimer(conducting, interval=20)
    def look():
        if WAITS_FOR == "problem" and pages.is_on_problem:
            pages.problem.leave_wanted.emit()
        elif WAITS_FOR == "consent" and hasattr(pages, "consent") and pages.is_on(pages.consent):
            conducting.window.close()
        elif WAITS_FOR == "screen" and hasattr(pages, "screen") and pages.is_on(pages.screen):
            pages.screen.leave_wanted.emit()
        elif WAITS_FOR == "screen":
            pass_opening_pages(conducting)
    ticks.timeout.connect(look)
    ticks.start()
    return conducting

rating.open_rating_window = opened
sys.exit(rating.rate(Path(sys.argv[1]), "R1", windowed=True))
"""


def closed_on(page: str, folder: SurveyFolder, home: Path) -> subprocess.CompletedProcess[str]:
    """Rate, close the window on a page, and return how the program ended."""
    home_is = {name: str(home) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")}
    return subprocess.run(
        [sys.executable, "-c", f"WAITS_FOR = {page!r}\n{_CLOSED_AT_ONCE}", folder.path, Path(__file__).parents[2]],
        env={**os.environ, **home_is, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_a_survey_that_is_refused_is_told_with_the_reason(tmp_path: Path) -> None:
    folder = make_study(tmp_path / "study")
    path = folder.stimulus_file(read_plan(folder.plan_file).sequences[0][-1].rated[0])
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    ended = closed_on("problem", folder, tmp_path)
    assert ended.returncode == TOLD
    assert f"stimuli/{path.name} was changed after the survey was set up" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_screen_that_is_too_small_is_told_with_the_reason(tmp_path: Path) -> None:
    ended = closed_on("screen", make_study(tmp_path / "study", screen=Screen(30_000, 20_000)), tmp_path)
    assert ended.returncode == TOLD
    assert "too small" in ended.stderr
    assert "30000 \N{MULTIPLICATION SIGN} 20000" in ended.stderr


def test_leaving_is_0(tmp_path: Path) -> None:
    ended = closed_on("consent", make_study(tmp_path / "study"), tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
