from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from medsr_viewer.ui.app import Application
from medsr_viewer.ui.display import theme
from medsr_viewer.ui.display.line import Line
from medsr_viewer.ui.profiling import Profiles
from medsr_viewer.ui.results import input_key
from medsr_viewer.workflows.profile import profile

from .conftest import GatedCompare, MakeApplication

LINE = Line((10.5, 20.5), (50.5, 20.5))


def plotted(application: Application, qtbot: QtBot, names: tuple[str, ...]) -> Profiles:
    """Wait for the curves of some pictures, and return them."""

    def ready() -> bool:
        found = application.profiling.profiles
        return found is not None and tuple(curve.name for curve in found.curves) == names

    qtbot.waitUntil(ready, timeout=5000)
    found = application.profiling.profiles
    assert found is not None
    return found


def test_curves_are_the_values_along_the_line(opened: Application, qtbot: QtBot) -> None:
    opened.window.actions_by_name["profile"].trigger()
    assert opened.window.profile.isVisible()
    opened.window.controller.grid.drawn.set_line(LINE)
    opened.window.controller.set_content(2, "reference")
    found = plotted(opened, qtbot, ("degraded", "bicubic", "reference"))
    np.testing.assert_allclose(found.distance, np.arange(41))
    assert (found.distance_unit, found.unit) == ("px of the reference", "")
    image, panels = opened.state.image, opened.window.controller.grid.panels
    assert image is not None
    np.testing.assert_allclose(found.curves[2].values, image.frame.pixels[20, 10:51], atol=1e-3)
    assert panels[1].picture is not None
    np.testing.assert_allclose(found.curves[1].values, panels[1].picture.pixels[20, 10:51], atol=1e-3)
    assert panels[0].picture is not None
    blocks = panels[0].picture.pixels.repeat(4, axis=0).repeat(4, axis=1)
    np.testing.assert_array_equal(found.curves[0].values, blocks[20, 10:51])
    assert [curve.is_stepped for curve in found.curves] == [True, False, False]


def test_the_plot_shows_every_curve_in_its_panels_colour(opened: Application, qtbot: QtBot) -> None:
    opened.window.controller.grid.drawn.set_line(LINE)
    plotted(opened, qtbot, ("degraded", "bicubic", "lanczos"))
    plot = opened.window.profile.plot
    assert plot is not None
    items = plot.item.listDataItems()
    assert [item.name() for item in items] == ["degraded", "bicubic", "lanczos"]
    is_dark = plot.palette().base().color().lightness() < 128
    colours = theme.PANEL_COLOURS if is_dark else theme.PANEL_COLOURS_ON_WHITE
    assert [item.opts["pen"].color().name() for item in items] == [colour.name() for colour in colours[:3]]
    x, y = items[0].getOriginalDataset()
    # Blocks of four begin at x = 12, 16 … 48: 1.5, 5.5 … 37.5 from the line's start at 10.5.
    np.testing.assert_allclose(x, [0, *np.arange(1.5, 38, 4), 40])
    assert len(y) == len(x) - 1
    opened.window.controller.grid.drawn.set_line(Line((10.5, 20.5), (40.5, 20.5)))
    qtbot.waitUntil(lambda: items[1].getOriginalDataset()[0][-1] == 30, timeout=5000)
    assert plot.item.listDataItems() == items, "while the line is dragged, the curves stay"


def test_error_maps_are_left_out(opened: Application, qtbot: QtBot) -> None:
    opened.window.controller.grid.drawn.set_line(LINE)
    opened.window.actions_by_name["error-map"].trigger()
    plotted(opened, qtbot, ("degraded",))
    names = [panel.canvas.overlay.line_name for panel in opened.window.controller.grid.panels]
    assert names == ["degraded", "", ""]


def test_values_of_another_image_are_never_shown(
    make_application: MakeApplication, gated: GatedCompare, image_files: list[Path], qtbot: QtBot
) -> None:
    gated.gate.set()
    application = make_application(compare=gated)
    application.window.open_paths(image_files[:1])
    application.window.controller.grid.drawn.set_line(LINE)
    qtbot.waitUntil(lambda: "lanczos" in application.results.scores, timeout=5000)
    application.window.controller.grid.drawn.set_line(LINE)
    plotted(application, qtbot, ("degraded", "bicubic", "lanczos"))
    shown: list[bool] = []

    def check() -> None:
        image, found = application.state.image, application.profiling.profiles
        assert image is not None
        shown.append(found is not None and found.key != input_key(image, application.state.choices))

    for signal in (application.profiling.changed, application.state.choices_changed, application.results.entry_changed):
        signal.connect(check)
    gated.gate.clear()
    application.window.controller.choose("scale", "2")
    assert application.profiling.profiles is None
    # The input is known before the methods are: the curves of what stands in for them are not shown under their names.
    found = plotted(application, qtbot, ("degraded",))
    assert found.key.scale_factor == 2
    gated.gate.set()
    plotted(application, qtbot, ("degraded", "bicubic", "lanczos"))
    assert shown
    assert not any(shown)


def test_a_result_that_comes_late_is_dropped(opened: Application, qtbot: QtBot) -> None:
    gate = threading.Event()

    def slow(*arguments: object) -> object:
        gate.wait(5)
        return profile(*arguments)  # type: ignore[arg-type]

    opened.profiling._sample = slow  # type: ignore[assignment]
    opened.window.controller.grid.drawn.set_line(LINE)
    opened.window.controller.grid.drawn.set_line(None)
    gate.set()
    qtbot.wait(100)
    assert opened.profiling.profiles is None
    assert not opened.window.profile.isVisible()


def test_dragging_the_line_shows_the_last_place(opened: Application, qtbot: QtBot) -> None:
    drawn = opened.window.controller.grid.drawn
    for step in range(20):
        drawn.set_line(Line((10.5, 20.5), (30.5 + step, 20.5)))
    qtbot.waitUntil(
        lambda: opened.profiling.profiles is not None and opened.profiling.profiles.line == drawn.line, timeout=5000
    )
    assert opened.profiling.profiles is not None
    assert opened.profiling.profiles.distance[-1] == 39


def test_copied_values(opened: Application, qtbot: QtBot) -> None:
    opened.window.controller.grid.drawn.set_line(LINE)
    found = plotted(opened, qtbot, ("degraded", "bicubic", "lanczos"))
    opened.window.actions_by_name["copy-profile"].trigger()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "# image-0.png frame 1, x4, test"
    assert lines[1].split("\t") == [
        *(f"{what} px of the reference" for what in ("x", "y", "distance")),
        *("degraded", "bicubic", "lanczos"),
    ]
    assert len(lines) == 2 + 41
    cells = [float(cell) for cell in lines[2 + 7].split("\t")]
    assert cells[:3] == [17.5, 20.5, 7.0]
    np.testing.assert_allclose(cells[3:], [curve.values[7] for curve in found.curves], rtol=1e-5)


def test_closing_the_dock_or_escape_takes_the_line_away(opened: Application) -> None:
    drawn = opened.window.controller.grid.drawn
    opened.window.actions_by_name["profile"].trigger()
    drawn.set_line(LINE)
    opened.window.profile.close()
    assert drawn.line is None
    assert not opened.window.actions_by_name["profile"].isChecked()
    opened.window.actions_by_name["profile"].trigger()
    drawn.set_line(LINE)
    opened.window.actions_by_name["escape"].trigger()
    assert (drawn.line, drawn.drawing) == (None, "")
    assert not opened.window.profile.isVisible()


def test_region_and_line_are_not_drawn_at_once(opened: Application) -> None:
    actions = opened.window.actions_by_name
    actions["roi"].trigger()
    actions["profile"].trigger()
    assert (actions["roi"].isChecked(), actions["profile"].isChecked()) == (False, True)
    assert opened.window.controller.grid.drawn.drawing == "line"


def test_steps_are_where_values_change() -> None:
    from medsr_viewer.ui.profile_plot import steps

    values = np.array([3, 3, np.nan, np.nan, 5, 5, 6], np.float32)
    edges, kept = steps(np.arange(7) * 2.0, values)
    np.testing.assert_array_equal(edges, [0, 3, 7, 11, 12])
    np.testing.assert_array_equal(kept, [3, np.nan, 5, 6])
    edges, kept = steps(np.zeros(1), np.ones(1, np.float32))
    assert (edges.tolist(), kept.tolist()) == ([0.0, 0.0], [1.0])


def test_lengths_in_pixels_name_whose_pixels(opened: Application, qtbot: QtBot) -> None:
    grid = opened.window.controller.grid
    grid.drawn.set_line(LINE)
    plotted(opened, qtbot, ("degraded", "bicubic", "lanczos"))
    assert (
        opened.window.profile.about.text()
        == "40.0 px of the reference, from (10.5, 20.5) to (50.5, 20.5) in px of the reference"
    )
    written: list[str] = []
    opened.window.controller.switch_mode()
    plotted(opened, qtbot, ("input", "bicubic", "lanczos"))
    assert opened.window.profile.about.text().startswith("160.0 px of the upscaled image, from (42.0, 82.0) to")
    for panel in grid.panels[:2]:
        panel.canvas._labels.draw = lambda *arguments, **_: written.extend(a for a in arguments if isinstance(a, str))  # type: ignore[method-assign]
        panel.grab()
    assert "input · 40.0 px" in written
    assert "bicubic · 160.0 px" in written
