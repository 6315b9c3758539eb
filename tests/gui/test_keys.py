"""Keys, presets and what is held or dragged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tifffile
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from medsr_viewer.imaging.frame import Window
from medsr_viewer.ui.app import Application

from .conftest import MakeApplication, OpenSettled
from .driving import act, settle, write_dicom


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


def test_keys_scroll_and_the_bar_follows(open_settled: OpenSettled, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, np.arange(12 * 40 * 40, dtype=np.uint16).reshape(12, 40, 40))
    application = open_settled([path])
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


def test_a_files_own_windows_are_in_the_menu(open_settled: OpenSettled, tmp_path: Path) -> None:
    write_dicom(tmp_path / "two.dcm", WindowCenter=[500, 90], WindowWidth=[1000, 40])
    application = open_settled([tmp_path / "two.dcm"])
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
