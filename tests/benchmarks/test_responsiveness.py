"""How soon the window stands and paints, and how long its event loop stops while networks compute.

Run with `pytest tests/benchmarks/test_responsiveness.py -o addopts=--import-mode=importlib -s`.
Times are printed, not asserted.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medsr_viewer.imaging.read import sample_path
from medsr_viewer.survey.allocation import allocate
from medsr_viewer.survey.design import Arrangement, Case, Condition, Design
from medsr_viewer.survey.design_file import survey_texts
from medsr_viewer.survey.new_folder import new_folder
from medsr_viewer.survey.plan import Stimulus
from medsr_viewer.survey.plan_file import plan_text
from medsr_viewer.survey.protocols import complete, required_stimuli
from medsr_viewer.survey.sealing import seal
from medsr_viewer.ui.app import Application, Services
from medsr_viewer.ui.preferences import Preferences
from medsr_viewer.ui.survey.rating import favour_window, read_material
from medsr_viewer.upscaling.catalogue import catalogue
from medsr_viewer.upscaling.methods import Method

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

TICK_MS = 5
_STANDS = """
import os, sys, time
from pathlib import Path
from PySide6.QtWidgets import QApplication
from medsr_viewer.ui.app import Application, Services
from medsr_viewer.ui.preferences import Preferences
from medsr_viewer.upscaling.catalogue import catalogue
application = QApplication([])
main = Application(Services(catalogue()), Preferences(Path(sys.argv[1]) / "settings.ini"))
main.start()
QApplication.processEvents()
print(time.time() - float(os.environ["STARTED"]))
main.window.close()
"""

Say = Callable[[str], None]


class Heartbeat(QObject):
    """A timer that notes how late it comes."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self.gaps, self._last = [], time.perf_counter()
        self._timer.start(TICK_MS)

    def stop(self) -> str:
        self._timer.stop()
        ms = np.array(self.gaps) * 1e3
        return f"longest {ms.max():.0f} ms, 99th percentile {np.percentile(ms, 99):.1f} ms, {ms.size} beats"

    @Slot()
    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self._last = now


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    def print_(text: str) -> None:
        with capsys.disabled():
            print(f"\n{text}", end="")

    return print_


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[Application]:
    application = Application(Services(catalogue(), estimator=None), Preferences(tmp_path / "settings.ini"))
    application.window.resize(1600, 900)
    application.start()
    qtbot.waitExposed(application.window)
    # Like a window that has stood for a while: torch is loaded, every module imported.
    qtbot.waitUntil(lambda: application.window.tool_bar._choosers["device"].count() > 1, timeout=60_000)
    application.opening.open_sample()
    _settle(application, qtbot)
    yield application
    application.window.close()


def test_the_window_stands(tmp_path: Path, say: Say) -> None:
    times = []
    for _ in range(5):
        environment = {**os.environ, "STARTED": str(time.time())}
        done = subprocess.run(
            [sys.executable, "-c", _STANDS, str(tmp_path)], env=environment, capture_output=True, text=True, check=True
        )
        times.append(float(done.stdout))
    say(f"window stands: median {median(times) * 1e3:.0f} ms, first {times[0] * 1e3:.0f} ms (target 1000)")


def test_event_loop_while_torch_loads(say: Say, qtbot: QtBot, tmp_path: Path) -> None:
    """Meaningful in a process where torch is not loaded yet: run this test alone."""
    if "torch" in sys.modules:
        pytest.skip("torch is loaded already")
    application = Application(Services(catalogue()), Preferences(tmp_path / "settings.ini"))
    beat = Heartbeat()
    application.start()
    beat.start()
    qtbot.waitUntil(lambda: application.window.tool_bar._choosers["device"].count() > 1, timeout=60_000)
    say(f"while torch loads: {beat.stop()}")
    application.window.close()


def test_first_paint(window: Application, qtbot: QtBot, tmp_path: Path, say: Say) -> None:
    canvas = window.window.controller.grid.panels[0].canvas
    times = []
    for index in range(7):
        copy = tmp_path / f"copy-{index}.dcm"
        copy.write_bytes(sample_path().read_bytes())
        before = canvas.item.picture
        start = time.perf_counter()
        window.opening.open_paths([copy])
        qtbot.waitUntil(lambda before=before: canvas.item.picture is not before, timeout=10_000)
        canvas.repaint()
        times.append(time.perf_counter() - start)
        _settle(window, qtbot)
    say(f"first paint after opening a 512 x 512 CT: median {median(times) * 1e3:.0f} ms (target 150)")


def test_event_loop_while_upscaling(window: Application, qtbot: QtBot, tmp_path: Path, say: Say) -> None:
    side = 1024
    rows, columns = np.mgrid[:side, :side]
    pixels = (128 + 60 * np.sin(rows / 9) + 60 * np.cos(columns / 7)).astype(np.uint8)
    path = tmp_path / "large.png"
    Image.fromarray(pixels).save(path)
    for method in _slowest_first():
        for mode in ("test", "enhance"):
            window.window.controller.choose("mode", mode)
            window.state.choose(contents=("degraded", "bicubic", method.name), scale_factor=4)
            beat = Heartbeat()
            beat.start()
            started = time.perf_counter()
            window.opening.open_paths([path])
            qtbot.waitUntil(lambda: window.state.image is not None and window.state.image.instance.path == path)
            _settle(window, qtbot)
            seconds = time.perf_counter() - started
            say(f"{side} x {side}, {mode}, x4, {method.name} in {seconds:.1f} s: {beat.stop()} (targets 100, 30)")


@pytest.mark.parametrize("asked", ["by the mode", "again (F5)"])
def test_first_learned_tile(window: Application, qtbot: QtBot, shared_data: Path, say: Say, asked: str) -> None:
    path = shared_data / "studies" / "radiographs" / "DX_chest_2128x2000_12bit.dcm"
    window.opening.open_paths([path])
    qtbot.waitUntil(lambda: window.state.image is not None and window.state.image.instance.path == path)
    _settle(window, qtbot)
    controller = window.window.controller
    window.state.choose(contents=("degraded", "bicubic", "fmen"), scale_factor=2)
    _settle(window, qtbot)
    canvas = controller.grid.panels[2].canvas

    def painted() -> bool:
        entry = next((e for k, e in window.results._growing.items() if k.method == "fmen"), None)
        return entry is not None and canvas.item.picture is entry.picture

    if asked != "by the mode":
        controller.choose("mode", "enhance")
        qtbot.waitUntil(painted, timeout=60_000)
        controller.escape()
        # As if nothing had been computed: what is there would be gone on with.
        window.results._store.entries.clear()
    started = time.perf_counter()
    if asked == "by the mode":
        controller.choose("mode", "enhance")
    else:
        controller.handlers()["compute-again"]()
    while not painted():
        QApplication.processEvents()
    canvas.repaint()
    seconds = time.perf_counter() - started
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else math.nan
    say(f"Enhance x2, fmen, 2128 x 2000, {asked}: first tile {seconds * 1e3:.0f} ms (target 1000), load {load:.1f}")


def test_closing_while_a_tile_runs(qtbot: QtBot, tmp_path: Path, say: Say) -> None:
    application = Application(Services(catalogue(), estimator=None), Preferences(tmp_path / "settings.ini"))
    application.start()
    qtbot.waitUntil(lambda: application.window.tool_bar._choosers["device"].count() > 1, timeout=60_000)
    application.state.choose(contents=("degraded", "bicubic", _slowest_first()[0].name), scale_factor=4, mode="enhance")
    application.opening.open_sample()
    qtbot.waitUntil(lambda: application.runners["upscaling"].is_busy, timeout=10_000)
    qtbot.wait(1500)  # the network is loaded, and within its first tile
    started = time.perf_counter()
    application.window.close()
    say(f"closing while {_slowest_first()[0].name} runs: {(time.perf_counter() - started) * 1e3:.0f} ms")


@pytest.mark.parametrize("cases", [80, 400])
def test_event_loop_while_a_large_study_opens(qtbot: QtBot, tmp_path: Path, say: Say, cases: int) -> None:
    conditions = tuple(Condition(f"m{number}", method=f"way{number}") for number in range(5))
    shown = tuple(Case(f"c{number}", Path(f"/data/c{number}.png")) for number in range(cases))
    arrangement = Arrangement(observers=20, seed=1)
    design = complete(Design("Study", "acr", 4, shown, conditions, (), arrangement=arrangement, hidden_reference=False))
    with new_folder(tmp_path / "study") as new:
        pixels = np.random.default_rng(1).standard_normal((8, 8)).astype(np.float32)
        stimuli = {
            key: Stimulus(*new.add_stimulus(pixels), pixels.shape, (0.0, 4.0)) for key in required_stimuli(design)
        }
        plan, allocation = allocate(design, stimuli)
        text, sources = survey_texts(design, tmp_path / "study")
        new.finish(design=text, plan=plan_text(plan), sealed=seal(allocation, "secret"), sources=sources)
    favour_window()
    beat, opening = Heartbeat(), threading.Thread(target=_open_and_close, args=(tmp_path / "study",))
    beat.start()
    started = time.perf_counter()
    opening.start()
    qtbot.waitUntil(lambda: not opening.is_alive(), timeout=120_000)
    seconds = time.perf_counter() - started
    say(f"study of {len(stimuli)} images opened in {seconds:.1f} s: {beat.stop()} (target 16)")


def test_window_drag(window: Application, say: Say) -> None:
    grid = window.window.controller.grid
    times = []
    for step in range(60):
        start = time.perf_counter()
        grid.window_dragged.emit(40.0 + step, 400.0)
        for panel in grid.panels:
            panel.canvas.repaint()
        times.append(time.perf_counter() - start)
    say(f"window drag, three panels of 512 x 512, all of the window's work: median {median(times) * 1e3:.1f} ms")


def _open_and_close(study: Path) -> None:
    read_material(study, "R1").store.close()


def _slowest_first() -> list[Method]:
    order = ("srresnet", "srgan", "swift-srgan", "fmen", "back-projection")
    at_scale = {method.name: method for method in catalogue().at_scale(4)}
    return [at_scale[name] for name in order if name in at_scale][:1]


def _settle(window: Application, qtbot: QtBot) -> None:
    def settled() -> bool:
        names = set(window.state.choices.contents) - {"degraded", "reference"}
        image = window.state.image
        busy = any(
            window.runners[name].is_busy for name in ("opening", "reading", "interpolating", "upscaling", "scoring")
        )
        if busy or image is None or window.results.prepared is None:
            return False
        return window.state.choices.mode == "enhance" or set(window.results.scores) == names

    qtbot.waitUntil(settled, timeout=240_000)
