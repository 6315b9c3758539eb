"""What windows, corners and a saved figure say of themselves."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medsr_viewer.imaging.frame import Window
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.corners import corner_lines, shown_through
from medsr_viewer.ui.figure import render_figure
from medsr_viewer.ui.provenance import provenance
from medsr_viewer.ui.scoring import describe_voi
from medsr_viewer.ui.state import View


@pytest.fixture
def opened(open_settled: Callable[..., Application], image_files: list[Path]) -> Application:
    """A window with an image and its scores."""
    return open_settled(image_files[:1])


@pytest.mark.parametrize(
    ("center", "width", "expected"),
    [
        (78.0469, 127.559, "W 128 L 78"),
        (40.0, 400.0, "W 400 L 40"),
        (-0.2, 127.0, "W 127 L 0"),
        (0.12345, 0.5, "W 0.5 L 0.123"),
        (2047.0, 4095.0, "W 4095 L 2047"),
        (-600.0, 1500.0, "W 1500 L -600"),
        (10.26, 20.52, "W 20.5 L 10.3"),
    ],
)
def test_windows_have_sensible_digits(center: float, width: float, expected: str) -> None:
    assert describe_voi(Window(center, width)) == expected


def test_polarity_of_the_file_is_told_from_the_users(opened: Application) -> None:
    image = opened.state.image
    assert image is not None
    plain, dark = image.frame, replace(image.frame, inverted=True)
    view = View(voi=Window(40.0, 400.0))
    assert shown_through(view, plain) == "W 400 L 40"
    assert shown_through(replace(view, inverted=True), plain) == "W 400 L 40 · inverted (key I)"
    assert shown_through(replace(view, inverted=True), dark) == "W 400 L 40 · low is white (the file's)"
    assert shown_through(view, dark) == "W 400 L 40 · inverted (key I)"


def test_sizes_are_columns_by_rows_everywhere(opened: Application) -> None:
    image = opened.state.image
    assert image is not None
    rows, columns = image.frame.shape[:2]
    assert rows != columns
    lines = corner_lines(image, opened.state.view).bottom_left
    assert any(f"{columns} × {rows} px" in line for line in lines)
    scored = next(iter(opened.results.scores.values()))
    assert f"{scored.measured.columns} × {scored.measured.rows} px (w × h, " in scored.measured.describe()


def test_a_figure_says_where_it_comes_from(opened: Application) -> None:
    image, results, choices = opened.state.image, opened.results, opened.state.choices
    assert image is not None
    scores = results.scores_of(image, choices)
    text = "\n".join(provenance(image, choices, opened.state.view, scores, date(2024, 5, 6)))
    measured = next(iter(scores.values())).measured.describe()
    for part in (
        f"{image.instance.path.name} frame 1",
        "Test: degraded ÷4, then upscaled ×4",
        measured,
        "data range",
        "whole image",
        "full range",
        shown_through(opened.state.view, image.frame),
        "2024-05-06",
        "research use only",
    ):
        assert part in text
    assert image.study.patient_name == "" or image.study.patient_name not in text
    enhanced = provenance(image, replace(choices, mode="enhance"), opened.state.view, {}, date(2024, 5, 6))
    assert "Enhance: upscaled ×4" in enhanced[0]
    assert "no reference" in enhanced[1]


def test_a_figure_says_which_networks_average_orientations(
    opened: Application, make_family: Callable[..., tuple[ModelCard, ModelCard]]
) -> None:
    image, state = opened.state.image, opened.state
    assert image is not None
    plain, other = make_family(scale_factor=4)
    cards = replace(plain, orientations=8), other
    lines = provenance(image, state.choices, state.view, {}, date(2024, 5, 6), cards)
    assert lines[3:] == ("net ×4 is the mean over 8 orientations of the image",)


def test_the_lines_are_below_the_panels(opened: Application) -> None:
    grid = opened.window.controller.grid
    shown = [(panel, ("badge", "scores")) for panel in grid.panels]
    plain = render_figure(grid, shown)
    about = render_figure(grid, shown, ["one line", "another line"])
    QApplication.processEvents()
    assert about.height() >= plain.height() + 2 * grid.fontMetrics().height()
    below = [about.pixelColor(x, y).lightness() for y in range(plain.height(), about.height()) for x in range(8, 60)]
    assert max(below) > 150


def test_captions_of_maps_name_the_scale(opened: Application, qtbot: QtBot) -> None:
    from medsr_viewer.ui.results import input_key

    opened.window.controller.show_maps("error")
    assert opened.state.image is not None
    key = input_key(opened.state.image, opened.state.choices)
    assert key.scale_factor == 4
    panel = opened.window.controller.grid.panels[1]
    qtbot.waitUntil(lambda: "Error" in panel.badge.text, timeout=5000)
    assert "of bicubic ×4" in panel.badge.text


def test_a_figure_bears_no_mark_of_the_focus(opened: Application, qtbot: QtBot) -> None:
    panels = opened.window.controller.grid.panels
    shown = [(panel, (panel.badge.text, "")) for panel in panels]
    opened.window.tool_bar.setFocus()
    qtbot.waitUntil(lambda: not any(panel.canvas.hasFocus() for panel in panels))
    plain = render_figure(opened.window.controller.grid, shown)
    panels[1].canvas.setFocus()
    qtbot.waitUntil(panels[1].canvas.hasFocus)
    assert render_figure(opened.window.controller.grid, shown) == plain
