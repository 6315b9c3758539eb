# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from medsr_viewer.errors import UnusableImage
from medsr_viewer.imaging.frame import Window
from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.preferences import Preferences
from medsr_viewer.ui.presenter import NOT_COMPUTED
from medsr_viewer.ui.results import input_key
from medsr_viewer.workflows.estimate import Estimate
from medsr_viewer.workflows.score import ScoreRequest, score_image

from .conftest import GatedCompare, MakeApplication


def badges(application: Application) -> list[str]:
    return [panel.badge.text for panel in application.window.controller.grid.panels]


def statuses(application: Application) -> list[str]:
    return [panel.canvas.overlay.status for panel in application.window.controller.grid.panels]


def act(application: Application, name: str) -> None:
    action: QAction = application.window.actions_by_name[name]
    action.trigger()


def settle(application: Application, qtbot: QtBot) -> None:
    """Wait until everything on screen is computed and scored."""
    methods = {"bicubic", "lanczos"}

    def settled() -> bool:
        return set(application.results.scores) >= methods and not any(r.is_busy for r in application.runners.values())

    qtbot.waitUntil(settled, timeout=10_000)


@pytest.fixture
def opened(make_application: MakeApplication, image_files: list[Path], qtbot: QtBot) -> Application:
    application = make_application()
    application.window.open_paths([image_files[0].parent])
    settle(application, qtbot)
    return application


def test_nothing_open_invites(make_application: MakeApplication) -> None:
    window = make_application().window
    assert window.pages.currentWidget() is window.start
    assert window.start.sample.isVisible()


def test_the_sample_opens_in_three_panels(make_application: MakeApplication, qtbot: QtBot) -> None:
    application = make_application()
    application.window.start.sample.click()
    settle(application, qtbot)
    assert application.state.image is not None
    assert application.state.image.frame.shape == (512, 512)
    assert [badge.split(" · ")[:2] for badge in badges(application)] == [
        ["Degraded ÷4", "128 × 128"],
        ["Upscaled ×4", "bicubic"],
        ["Upscaled ×4", "lanczos"],
    ]
    assert all("research use only" in badge for badge in badges(application)[1:])
    assert statuses(application) == ["", "", ""]
    assert application.window.page.scroll_bar.isHidden()


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


def test_colour_is_scored_on_luma(make_application: MakeApplication, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "colour.png"
    pixels = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    application = make_application()
    application.window.open_paths([path])
    settle(application, qtbot)
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


def test_dropping_files_opens_them(make_application: MakeApplication, image_files: list[Path], qtbot: QtBot) -> None:
    application = make_application()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in image_files[:2]])
    event = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    application.window.dropEvent(event)
    settle(application, qtbot)
    assert sum(len(study.series) for study in application.state.collection.studies) >= 1
    assert application.window.windowTitle().startswith("image-0.png")


def test_opened_paths_are_remembered(opened: Application, preferences: Preferences, image_files: list[Path]) -> None:
    assert preferences.recent == (str(image_files[0].parent),)


def test_an_unreadable_file_is_a_notice_with_advice(
    make_application: MakeApplication, tmp_path: Path, qtbot: QtBot
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    application = make_application()
    application.window.open_paths([broken])
    qtbot.waitUntil(lambda: len(application.window.notices.shown) == 1, timeout=5000)
    notice = application.window.notices.shown[0]
    assert "broken.png" in notice.text
    assert application.window.pages.currentWidget() is application.window.start
    notice.dismissed.click()
    assert application.window.notices.shown == ()


def test_digits_choose_presets(make_application: MakeApplication, qtbot: QtBot) -> None:
    application = make_application()
    application.window.start.sample.click()
    settle(application, qtbot)
    own = application.state.view.voi
    qtbot.keyClick(application.window.controller.grid.panels[0].canvas, Qt.Key.Key_3)
    assert application.state.view.voi == Window(-600.0, 1500.0, name="lung")
    qtbot.keyClick(application.window.controller.grid.panels[0].canvas, Qt.Key.Key_0)
    assert isinstance(application.state.view.voi, Window)
    assert application.state.view.voi.name == "automatic"
    act(application, "own-window")
    assert application.state.view.voi == own


def test_window_drags_reach_every_panel(opened: Application) -> None:
    opened.window.controller.grid.window_dragged.emit(100.0, 50.0)
    appearances = [panel.canvas.item.appearance for panel in opened.window.controller.grid.panels]
    assert {(a.voi.center, a.voi.width) for a in appearances if isinstance(a.voi, Window)} == {(100.0, 50.0)}


def test_every_shortcut_is_unique(opened: Application) -> None:
    keys = [key.toString() for action in opened.window.actions_by_name.values() for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    assert "" not in keys


def test_the_list_of_keys_can_be_searched(opened: Application, qtbot: QtBot) -> None:
    from medsr_viewer.ui.keys_dialog import KeysDialog

    dialog = KeysDialog(opened.window.actions_by_name)
    qtbot.addWidget(dialog)
    dialog.search.setText("error map")
    rows = range(dialog.list.topLevelItemCount())
    shown = [dialog.list.topLevelItem(row).text(1) for row in rows if not dialog.list.topLevelItem(row).isHidden()]  # type: ignore[union-attr]
    assert shown == ["Error maps (Compare)"]


def test_space_shows_the_reference_while_held(opened: Application, qtbot: QtBot) -> None:
    panel = opened.window.controller.grid.panels[1]
    own = panel.canvas.item.picture
    qtbot.keyPress(panel.canvas, Qt.Key.Key_Space)
    image = opened.state.image
    assert image is not None
    assert panel.canvas.item.picture is not own
    assert panel.canvas.item.picture is not None
    np.testing.assert_array_equal(panel.canvas.item.picture.pixels, image.frame.pixels)
    qtbot.keyRelease(panel.canvas, Qt.Key.Key_Space)
    assert panel.canvas.item.picture is own


def test_figure_is_written_whole(opened: Application, tmp_path: Path, qtbot: QtBot) -> None:
    target = tmp_path / "out" / "figure.png"
    with qtbot.waitSignal(opened.runners["saving"].succeeded):
        opened.window._saving.save_figure(target)
    with Image.open(target) as figure:
        width = sum(panel.canvas.width() for panel in opened.window.controller.grid.panels)
        assert figure.width > width
    assert [path.name for path in target.parent.iterdir()] == ["figure.png"]


def test_while_computing_the_degraded_image_stands_in(
    make_application: MakeApplication, gated: GatedCompare, image_files: list[Path], qtbot: QtBot
) -> None:
    application = make_application(compare=gated)
    application.window.open_paths(image_files[:1])
    qtbot.waitUntil(lambda: application.results.prepared is not None, timeout=5000)
    panels = application.window.controller.grid.panels
    assert panels[1].picture is panels[0].picture
    assert statuses(application)[1:] == ["computing …", "computing …"]
    assert "not computed" in badges(application)[1]
    gated.gate.set()
    settle(application, qtbot)
    assert panels[1].picture is not panels[0].picture
    assert statuses(application) == ["", "", ""]


def test_an_older_result_stays_marked_stale(
    make_application: MakeApplication, gated: GatedCompare, image_files: list[Path], qtbot: QtBot
) -> None:
    gated.gate.set()
    application = make_application(compare=gated)
    application.window.open_paths(image_files[:1])
    settle(application, qtbot)
    before = application.window.controller.grid.panels[1].picture
    gated.gate.clear()
    application.window.controller.choose("scale", "2")
    key = application.results.prepared
    qtbot.waitUntil(lambda: application.results.prepared is not key, timeout=5000)
    assert application.window.controller.grid.panels[1].picture is before
    assert statuses(application)[1].startswith("stale")
    assert "×4" in badges(application)[1], "the badge is still the older result's"
    gated.gate.set()
    qtbot.waitUntil(lambda: "×2" in badges(application)[1], timeout=5000)
    assert statuses(application)[1] == ""


def test_another_image_never_shows_under_a_new_name(
    make_application: MakeApplication, gated: GatedCompare, image_files: list[Path], qtbot: QtBot
) -> None:
    gated.gate.set()
    application = make_application(compare=gated)
    application.window.open_paths(image_files[:1])
    settle(application, qtbot)
    before = application.window.controller.grid.panels[1].picture
    gated.gate.clear()
    first = application.results.prepared
    application.window.open_paths(image_files[1:2])
    qtbot.waitUntil(lambda: application.window.windowTitle().startswith("image-1"), timeout=5000)
    qtbot.waitUntil(lambda: application.results.prepared is not first, timeout=5000)
    assert application.window.controller.grid.panels[1].picture is not before
    assert application.results.scores == {}


def test_escape_cancels_and_says_what_is_missing(
    make_application: MakeApplication, gated: GatedCompare, image_files: list[Path], qtbot: QtBot
) -> None:
    application = make_application(compare=gated)
    application.window.open_paths(image_files[:1])
    qtbot.waitUntil(lambda: application.results.prepared is not None, timeout=5000)
    act(application, "escape")
    assert not application.comparing.is_busy
    assert statuses(application)[1:] == [NOT_COMPUTED, NOT_COMPUTED]
    assert application.window.notices.shown == ()


def test_an_image_that_cannot_be_compared_empties_the_panels(
    make_application: MakeApplication, gated: GatedCompare, image_files: list[Path], qtbot: QtBot
) -> None:
    gated.gate.set()
    application = make_application(compare=gated)
    application.window.open_paths(image_files[:1])
    settle(application, qtbot)
    gated.failure = UnusableImage("it is too small", "take another")
    application.window.open_paths(image_files[1:2])
    qtbot.waitUntil(lambda: len(application.window.notices.shown) == 1, timeout=5000)
    panel = application.window.controller.grid.panels[1]
    assert panel.picture is None
    assert panel.canvas.overlay.title == UnusableImage.title


def test_seen_results_come_back_without_computing(
    make_application: MakeApplication, gated: GatedCompare, image_files: list[Path], qtbot: QtBot
) -> None:
    gated.gate.set()
    application = make_application(compare=gated)
    application.window.open_paths(image_files[:1])
    settle(application, qtbot)
    application.window.controller.set_content(1, "nearest")
    qtbot.waitUntil(lambda: "nearest" in application.results.scores, timeout=5000)
    count = len(gated.requests)
    application.window.controller.set_content(1, "bicubic")
    qtbot.waitUntil(lambda: "bicubic" in application.results.scores, timeout=5000)
    assert len(gated.requests) == count
    assert gated.requests[-1].methods[0].name == "nearest"
    assert len(gated.requests[-1].methods) == 1, "only what is missing is computed"


def test_a_short_run_on_a_large_image_just_runs(
    make_application: MakeApplication, image_files: list[Path], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medsr_viewer.ui.long_runs.LARGE_OUTPUT", 100)
    application = make_application(estimator=lambda _request, _shape, _token: Estimate(2.0, 1 << 20, 1000))
    application.window.open_paths(image_files[:1])
    settle(application, qtbot)
    assert application.window.notices.shown == ()


@pytest.fixture
def asked(
    make_application: MakeApplication,
    gated: GatedCompare,
    image_files: list[Path],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> Application:
    """A window that asks before a run that would take an hour."""
    monkeypatch.setattr("medsr_viewer.ui.long_runs.LARGE_OUTPUT", 100)
    gated.gate.set()
    application = make_application(
        compare=gated, estimator=lambda _request, _shape, _token: Estimate(3600.0, 1 << 30, 229_000_000)
    )
    application.window.open_paths(image_files[:1])
    qtbot.waitUntil(lambda: len(application.window.notices.shown) == 1, timeout=5000)
    return application


def answer(application: Application, text: str) -> None:
    notice = application.window.notices.shown[0]
    next(button for button in notice.findChildren(QPushButton) if button.text() == text).click()


def test_a_long_run_asks_first(asked: Application, gated: GatedCompare, qtbot: QtBot) -> None:
    assert "60 min" in asked.window.notices.shown[0].text
    assert asked.results.prepared is not None, "the input shows meanwhile"
    assert gated.requests == []
    answer(asked, "Whole image")
    settle(asked, qtbot)
    assert gated.requests[0].within is None
    assert asked.window.notices.shown == ()


def test_a_long_run_may_be_cut_to_what_is_visible(asked: Application, gated: GatedCompare, qtbot: QtBot) -> None:
    asked.window.controller.grid.zoom_by(8)
    qtbot.wait(50)
    answer(asked, "Visible region alone")
    qtbot.waitUntil(lambda: bool(gated.requests) and not asked.comparing.is_busy, timeout=5000)
    within = gated.requests[0].within
    assert within is not None
    assert within.area < 12 * 16


def test_a_long_run_may_be_left(asked: Application, gated: GatedCompare, qtbot: QtBot) -> None:
    answer(asked, "Cancel")
    qtbot.wait(50)
    assert gated.requests == []
    assert statuses(asked)[1:] == [NOT_COMPUTED, NOT_COMPUTED]


def test_a_long_run_that_was_left_is_asked_about_again(asked: Application, gated: GatedCompare, qtbot: QtBot) -> None:
    answer(asked, "Cancel")
    asked.window.controller.set_content(1, "bicubic")  # chosen once more in the panel's header
    qtbot.waitUntil(lambda: len(asked.window.notices.shown) == 1, timeout=5000)
    answer(asked, "Cancel")
    act(asked, "compute-again")
    qtbot.waitUntil(lambda: len(asked.window.notices.shown) == 1, timeout=5000)
    answer(asked, "Whole image")
    settle(asked, qtbot)
    assert gated.requests[0].within is None


def test_keys_scroll_and_the_bar_follows(make_application: MakeApplication, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, np.arange(12 * 40 * 40, dtype=np.uint16).reshape(12, 40, 40))
    application = make_application()
    application.window.open_paths([path])
    settle(application, qtbot)
    canvas, bar = application.window.controller.grid.panels[0].canvas, application.window.page.scroll_bar
    assert application.state.image is not None
    assert application.state.image.series.frame_count == 12

    def index() -> int:
        return application.state.image.index if application.state.image is not None else -1

    for key, modifier, expected in (
        (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier, 11),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier, 10),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 0),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, 11),
    ):
        canvas.setFocus()
        qtbot.keyClick(canvas, key, modifier)
        qtbot.waitUntil(lambda expected=expected: index() == expected, timeout=5000)
        assert bar.value() == expected
    bar.setValue(4)
    qtbot.waitUntil(lambda: index() == 4, timeout=5000)
    settle(application, qtbot)
    assert "image 5 / 12" in application.window.controller.grid.panels[0].canvas.overlay.bottom_left


def test_choices_outlive_the_window(make_application: MakeApplication, preferences: Preferences) -> None:
    application = make_application()
    application.window.controller.choose("scale", "2")
    application.window.controller.choose("layout", "1+2")
    application.window.close()
    another = make_application()
    assert another.state.choices.scale_factor == 2
    assert another.state.view.layout == "1+2"


def test_an_exception_that_nobody_caught_is_shown(opened: Application) -> None:
    error = RuntimeError("nobody expected this")
    opened.report_unexpected(RuntimeError, error, None)
    assert "nobody expected this" in opened.window.notices.shown[0].text


def write_dicom(path: Path, **elements: object) -> None:
    """Write an MR image of 48 x 64."""
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = MRImageStorage, generate_uid()
    dataset.SeriesInstanceUID, dataset.StudyInstanceUID, dataset.Modality = generate_uid(), generate_uid(), "MR"
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 48, 64, 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.PixelData = (np.arange(48 * 64, dtype=np.uint16) % 4096).tobytes()
    for name, value in elements.items():
        setattr(dataset, name, value)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.save_as(path, enforce_file_format=True)


def test_a_files_own_windows_are_in_the_menu(make_application: MakeApplication, tmp_path: Path, qtbot: QtBot) -> None:
    write_dicom(tmp_path / "two.dcm", WindowCenter=[500, 90], WindowWidth=[1000, 40])
    application = make_application()
    application.window.open_paths([tmp_path / "two.dcm"])
    settle(application, qtbot)
    actions = application.window.actions_by_name
    shown = {
        action.shortcut().toString(): action.text()
        for action in application.window.menus["Window"].actions()
        if action.isVisible() and not action.isSeparator()
    }
    assert shown["1"] == "The file's W 1000 L 500"
    assert shown["2"] == "The file's W 40 L 90"
    assert "3" not in shown
    assert "next of 2" in shown["`"]
    assert "0" in shown
    actions["preset-2"].trigger()
    assert application.state.view.voi == Window(90.0, 40.0)
    actions["own-window"].trigger()
    assert application.state.view.voi == Window(500.0, 1000.0)


@pytest.mark.parametrize(("spacing", "noted"), [([0.5, 0.9], True), ([0.5, 0.5001], False)])
def test_pixels_that_are_not_square_are_noted(
    make_application: MakeApplication, tmp_path: Path, qtbot: QtBot, spacing: list[float], noted: bool
) -> None:
    write_dicom(tmp_path / "one.dcm", PixelSpacing=spacing)
    application = make_application()
    application.window.open_paths([tmp_path / "one.dcm"])
    settle(application, qtbot)
    assert ("not square (0.5 mm high, 0.9 mm wide)" in application.window.page.notes.text) == noted


def test_the_tool_bar_follows_the_theme(make_application: MakeApplication, qtbot: QtBot) -> None:
    window = make_application().window

    def lightness() -> int:
        shown = window.tool_bar.grab().toImage()
        return shown.pixelColor(shown.width() - 3, shown.height() // 2).lightness()

    window._set_light(False)
    qtbot.waitUntil(lambda: lightness() < 80)
    window._set_light(True)
    qtbot.waitUntil(lambda: lightness() > 200)
