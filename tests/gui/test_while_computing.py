"""What stands on the panels while results are made, and when none come."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from medsr_viewer.errors import UnusableImage
from medsr_viewer.ui.showing import NOT_COMPUTED

from .conftest import GatedCompare, MakeApplication
from .driving import act, badges, settle, statuses


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


def test_a_button_computes_what_was_cancelled(
    make_application: MakeApplication, gated: GatedCompare, image_files: list[Path], qtbot: QtBot
) -> None:
    application = make_application(compare=gated)
    action = application.window.actions_by_name["compute-again"]
    (button,) = (one for one in application.window.tool_bar.findChildren(QToolButton) if one.defaultAction() is action)
    assert not button.isEnabled()
    application.window.open_paths(image_files[:1])
    qtbot.waitUntil(lambda: application.results.prepared is not None, timeout=5000)
    act(application, "escape")
    gated.gate.set()
    assert "F5" in button.toolTip()
    button.click()
    settle(application, qtbot)
    assert statuses(application) == ["", "", ""]


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
