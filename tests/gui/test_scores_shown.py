"""Scores and maps in the window: whose they are, and what they were measured on."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.results import input_key
from medsr_viewer.workflows.score import ScoreRequest, score_image

from .conftest import OpenSettled
from .driving import act, badges


def test_scores_on_screen_are_the_workflows(opened: Application) -> None:
    image, panel = opened.state.image, opened.window.controller.grid.panels[1]
    assert image is not None
    images = opened.results.prepared_for(input_key(image, opened.state.choices))
    assert images is not None
    assert images.prepared.reference is not None
    assert panel.picture is not None
    request = ScoreRequest("full", 255.0, image.frame.vois[0])
    expected = score_image(images.prepared.reference, panel.picture.pixels, request)
    assert panel.scores.text() == f"PSNR {expected.psnr_db:.2f} dB · SSIM {expected.ssim:.3f}"
    assert "64 × 48 px (w × h, whole image)" in panel.scores.toolTip()
    assert "data range 255" in panel.scores.toolTip()


def test_scores_follow_the_visible_region(opened: Application, qtbot: QtBot) -> None:
    whole = opened.results.scores["bicubic"].scores.psnr_db
    act(opened, "score-visible")
    opened.window.controller.grid.zoom_by(8)
    qtbot.waitUntil(lambda: opened.results.scores["bicubic"].measured.region == "visible region", timeout=5000)
    measured = opened.results.scores["bicubic"].measured
    assert measured.rows * measured.columns < 48 * 64
    assert opened.results.scores["bicubic"].scores.psnr_db != whole


def test_a_drawn_region_is_scored_and_escape_clears_it(opened: Application, qtbot: QtBot) -> None:
    opened.window.controller.grid.drawn.set_roi(Region(8, 8, 20, 24))
    qtbot.waitUntil(lambda: opened.results.scores["bicubic"].measured.region == "ROI", timeout=5000)
    assert opened.results.scores["bicubic"].measured.rows == 20
    act(opened, "escape")
    assert opened.window.controller.grid.drawn.roi is None
    assert opened.state.measuring.region_mode == "whole"


def test_colour_is_scored_on_luma(open_settled: OpenSettled, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "colour.png"
    pixels = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    application = open_settled([path])
    panel = application.window.controller.grid.panels[1]
    assert "full range of luma" in panel.scores.toolTip()
    act(application, "error-map")
    qtbot.waitUntil(lambda: "error:bicubic" in application.results.maps, timeout=5000)
    assert application.results.maps["error:bicubic"].picture.shape == (48, 64)


def test_scores_copy_with_what_they_were_measured_on(opened: Application) -> None:
    act(opened, "copy-scores")
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t")[:3] == ["method", "PSNR dB", "SSIM"]
    assert [line.split("\t")[0] for line in lines[1:]] == ["bicubic", "lanczos"]
    assert "data range 255" in lines[1].split("\t")[-1]


def test_enhance_has_no_score_and_says_so(opened: Application, qtbot: QtBot) -> None:
    act(opened, "mode")
    panel = opened.window.controller.grid.panels[1]
    qtbot.waitUntil(lambda: panel.scores.text() == "no reference, no score", timeout=5000)
    assert panel.picture is not None
    assert panel.picture.shape == (192, 256)
    assert badges(opened)[0] == "Input"
    assert opened.results.scores == {}
    assert not opened.window.actions_by_name["error-map"].isEnabled()
    item = panel.chooser.model().index(panel.chooser.findData("reference"), 0)
    assert not item.flags() & Qt.ItemFlag.ItemIsEnabled
    assert "no reference" in item.data(Qt.ItemDataRole.ToolTipRole)


def test_error_maps_are_upscaled_minus_reference(opened: Application, qtbot: QtBot) -> None:
    image, panel = opened.state.image, opened.window.controller.grid.panels[1]
    assert image is not None
    assert panel.picture is not None
    upscaled = panel.picture.pixels
    act(opened, "error-map")
    qtbot.waitUntil(lambda: set(opened.results.maps) == {"error:bicubic", "error:lanczos"}, timeout=5000)
    assert panel.picture is not None
    np.testing.assert_allclose(panel.picture.pixels, upscaled - image.frame.pixels, atol=1e-3)
    scales = {shown.scale for shown in opened.results.maps.values()}
    assert len(scales) == 1, "two error maps side by side share one scale"
    act(opened, "error-map")
    assert opened.state.choices.contents == ("degraded", "bicubic", "lanczos")
