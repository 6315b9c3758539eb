"""What may happen to a survey's files, disk and clock: the rating window says so in words, and no answer is lost."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.folder import SurveyFolder, verify_folder
from medsr_viewer.survey.plan_file import read_plan
from medsr_viewer.survey.store import open_store
from medsr_viewer.ui.survey import rating
from medsr_viewer.ui.survey.at_hand import Material
from medsr_viewer.ui.survey.conducting import Conducting

from .conftest import Open
from .rating_study import make_study
from .sitting_driver import AutoRater
from .test_rating_sitting import press, records, until_trial, wait_ripe_and_rate


def last_stimulus(folder: SurveyFolder, slot: int = 0) -> Path:
    """Return the file of the image that the first observer sees last."""
    return folder.stimulus_file(read_plan(folder.plan_file).sequences[slot][-1].rated[0])


def until_problem(conducting: Conducting, qtbot: QtBot) -> str:
    qtbot.waitUntil(lambda: conducting.pages.is_on_problem, timeout=20_000)
    return f"{conducting.pages.problem.title.text()}: {conducting.pages.problem.text.text()}"


def try_again(conducting: Conducting) -> None:
    QTest.mouseClick(conducting.pages.problem.retry, Qt.MouseButton.LeftButton)


def test_one_missing_image_is_named_before_anything_is_rated(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study")
    path = last_stimulus(folder)
    content = path.read_bytes()
    path.unlink()
    conducting = open_rating(folder)
    told = until_problem(conducting, qtbot)
    assert f"stimuli/{path.name} is missing" in told
    assert "medsr survey check" in told
    assert records(folder, "session", "rating", "training") == []
    path.write_bytes(content)
    try_again(conducting)
    until_trial(conducting, qtbot)


def test_the_window_goes_on_while_the_images_are_looked_for(
    tmp_path: Path, open_rating: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_study(tmp_path / "study")
    may_end, looked_in = threading.Event(), []

    def slow(*_arguments: object) -> None:
        looked_in.append(threading.current_thread())
        assert may_end.wait(20)

    monkeypatch.setattr(rating, "refuse_absent", slow)
    conducting = open_rating(folder)
    qtbot.waitUntil(lambda: len(looked_in) == 1)
    assert looked_in != [threading.main_thread()]
    assert conducting.pages.is_on(conducting.pages.opening)
    may_end.set()
    until_trial(conducting, qtbot)


def test_one_changed_image_is_named_before_anything_is_rated(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study")
    path = last_stimulus(folder)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    conducting = open_rating(folder)
    rater = AutoRater(conducting)
    told = until_problem(conducting, qtbot)
    assert f"stimuli/{path.name} was changed after the survey was set up" in told
    assert records(folder, "rating", "training") == []
    try_again(conducting)
    qtbot.wait(100)
    assert path.name in until_problem(conducting, qtbot), "it is still changed"
    path.write_bytes(content)
    rater.stop()
    try_again(conducting)
    until_trial(conducting, qtbot)
    assert records(folder, "rating") == []


def test_an_image_of_other_observers_stops_nobody_by_its_content(
    tmp_path: Path, open_rating: Open, qtbot: QtBot
) -> None:
    """Only what the observer sees is read through at the start."""
    folder = make_study(tmp_path / "study")
    seen: list[frozenset[str]] = []

    def noting(material: Material) -> Material:
        check = material.check

        def look(identifiers: Any, between: Any) -> None:
            seen.append(identifiers)
            check(identifiers, between)

        object.__setattr__(material, "check", look)
        return material

    conducting = open_rating(folder, adapt=noting)
    until_trial(conducting, qtbot)
    plan = read_plan(folder.plan_file)
    trials = (*plan.training, *plan.sequences[0])
    assert seen == [frozenset(name for trial in trials for name in (trial.labelled, *trial.rated) if name)]


def test_the_first_trial_waits_until_all_images_are_checked(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study")
    gate: list[bool] = []

    def slow(material: Material) -> Material:
        check = material.check

        def look(identifiers: Any, between: Any) -> None:
            while not gate:
                between()
                QTest.qSleep(5)
            check(identifiers, between)

        object.__setattr__(material, "check", look)
        return material

    conducting = open_rating(folder, adapt=slow)
    rater = AutoRater(conducting)
    pages = conducting.pages
    qtbot.waitUntil(lambda: "being checked" in pages.opening.text.text(), timeout=20_000)
    qtbot.wait(100)
    assert pages.is_on(pages.opening)
    assert records(folder, "training", "rating") == []
    rater.stop()
    gate.append(True)
    until_trial(conducting, qtbot)


def test_an_image_that_is_changed_in_mid_sitting_stops_it_without_its_name(
    tmp_path: Path, open_rating: Open, qtbot: QtBot
) -> None:
    """Its file's name beside a trial would tell which image it is."""
    folder = make_study(tmp_path / "study")
    conducting = open_rating(folder)
    until_trial(conducting, qtbot)
    for path in folder.stimuli_folder.iterdir():
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    AutoRater(conducting)
    told = until_problem(conducting, qtbot)
    assert "missing or was changed" in told
    assert not [path for path in folder.stimuli_folder.iterdir() if path.stem in told]
    assert conducting.standing is not None
    assert len(records(folder, "rating")) == conducting.standing.saved >= 1


@pytest.mark.parametrize("damage", ["header", "page", "cut off"])
def test_a_damaged_database_is_told_at_the_opening(
    tmp_path: Path, open_rating: Open, qtbot: QtBot, damage: str
) -> None:
    folder = make_study(tmp_path / "study")
    content = folder.database_file.read_bytes()
    damaged = {
        "header": b"\xa5" * 100 + content[100:],
        "page": content[:4096] + b"\xa5" * 4096 + content[8192:],
        "cut off": content[:5000],
    }[damage]
    folder.database_file.write_bytes(damaged)
    conducting = open_rating(folder)
    told = until_problem(conducting, qtbot)
    assert "survey.sqlite" in told
    assert "damaged" in told
    assert "restore the folder from a backup" in told
    for name in ("survey.sqlite-wal", "survey.sqlite-shm"):
        (folder.path / name).unlink(missing_ok=True)
    folder.database_file.write_bytes(content)
    try_again(conducting)
    until_trial(conducting, qtbot)
    assert verify_folder(folder) == []


class FullDisk:
    """A disk that is filled to its last block: a small one in memory, or else a database that may not grow.

    Parameters
    ----------
    path : Path
        Of a folder on it.
    is_mounted : bool
        Whether it is a disk of its own.
    """

    def __init__(self, path: Path, *, is_mounted: bool) -> None:
        self.path = path
        self._is_mounted = is_mounted
        self._store: Any = None

    def adapt(self, material: Material) -> Material:
        self._store = material.store
        return material

    def fill(self) -> None:
        if not self._is_mounted:
            self._limit("(SELECT 1)")
            return
        with (self.path / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * 4096)
        assert os.statvfs(self.path).f_bavail == 0

    def free(self) -> None:
        if self._is_mounted:
            (self.path / "filler").unlink()
        else:
            self._limit("100000")

    def _limit(self, pages: str) -> None:
        with self._store._database.reading() as connection:
            held = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count={held if pages.startswith('(') else pages}")


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[FullDisk]:
    mount = tmp_path / "small"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(mount)]
    is_mounted = sys.platform == "linux" and os.geteuid() == 0 and subprocess.run(command, check=False).returncode == 0
    yield FullDisk(mount, is_mounted=is_mounted)
    if is_mounted:
        subprocess.run(["umount", "-l", str(mount)], check=True)


def test_a_disk_that_becomes_full_keeps_the_answer_on_screen_until_there_is_room(
    full_disk: FullDisk, open_rating: Open, qtbot: QtBot
) -> None:
    folder = make_study(full_disk.path / "study")
    conducting = open_rating(folder, adapt=full_disk.adapt)
    until_trial(conducting, qtbot)
    wait_ripe_and_rate(conducting, qtbot, Qt.Key.Key_4)
    page = conducting.pages.trial
    qtbot.waitUntil(lambda: page.side.saved.text() == "1 answer saved" and page.state == "open", timeout=10_000)
    full_disk.fill()
    shown = page.posed
    kept = 1
    while page.side.next.text() != "Try again":  # what the database has room for is saved as ever
        kept = conducting.standing.saved if conducting.standing is not None else 0
        shown = page.posed
        wait_ripe_and_rate(conducting, qtbot, Qt.Key.Key_3)
        qtbot.waitUntil(
            lambda: page.side.next.text() == "Try again" or (page.state == "open" and page.posed != shown),  # noqa: B023
            timeout=10_000,
        )
    assert "Not saved." in page.side.message.text()
    assert "Free some space on the disk" in page.side.message.text()
    assert (page.posed, page.sheet.value) == (shown, 3)
    full_disk.free()
    assert len(records(folder, "rating")) == kept
    QTest.mouseClick(page.side.next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: conducting.standing is not None and conducting.standing.saved == kept + 1, timeout=10_000)
    values = [(record.payload or {})["answers"][0]["value"] for record in records(folder, "rating")]
    assert values == [4] + [3] * kept
    assert verify_folder(folder) == []


def test_a_clock_that_was_moved_back_before_the_sitting_is_told_at_its_start(
    tmp_path: Path, open_rating: Open, qtbot: QtBot
) -> None:
    folder = make_study(tmp_path / "study")
    later = datetime.now(UTC) + timedelta(days=5)
    with open_store(
        f"sqlite:///{folder.database_file}", clock=lambda: later.isoformat(timespec="microseconds")
    ) as store:
        store.append("pause", {"observer": "R0"})
    conducting = open_rating(folder)
    window = conducting.window
    qtbot.waitUntil(lambda: hasattr(conducting.pages, "consent") and conducting.pages.is_on(conducting.pages.consent))
    assert window._notice.isVisible()
    assert "moved back by 5 days" in window._notice.text()
    assert "every answer is saved" in window._notice.text()
    until_trial(conducting, qtbot)
    assert not window._notice.isVisible(), "beside an image nothing moves"
    assert "clock was moved back" in window._study.text()
    wait_ripe_and_rate(conducting, qtbot, Qt.Key.Key_3)
    qtbot.waitUntil(lambda: conducting.standing is not None and conducting.standing.saved == 1)
    assert verify_folder(folder) == []


def test_a_clock_that_is_moved_back_while_rating_is_told_then(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study")
    moved = [timedelta()]

    def adapt(material: Material) -> Material:
        material.store._clock = lambda: (datetime.now(UTC) + moved[0]).isoformat(timespec="microseconds")
        return material

    conducting = open_rating(folder, adapt=adapt)
    until_trial(conducting, qtbot)
    window, page = conducting.window, conducting.pages.trial
    height = page.height()
    assert "clock" not in window._study.text()
    moved[0] = -timedelta(hours=2)
    wait_ripe_and_rate(conducting, qtbot, Qt.Key.Key_3)
    qtbot.waitUntil(lambda: page.side.saved.text() == "1 answer saved" and page.state == "open")
    assert "clock was moved back" in window._study.text()
    assert page.height() == height
    press(conducting, Qt.Key.Key_Escape)
    assert window._notice.isVisible()
    assert "moved back by 2 hours" in window._notice.text()
    assert len(records(folder, "rating")) == len(records(folder, "clock_back")) == 1
