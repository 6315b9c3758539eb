"""What stands on the panels while results are made, and when none come."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from medsr_viewer.errors import UnusableImage
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.showing import NOT_COMPUTED

from .conftest import GatedCompare, MakeApplication
from .driving import act, badges, settle, statuses


def test_while_computing_the_degraded_image_stands_in(
    computing: Application, gated: GatedCompare, qtbot: QtBot
) -> None:
    panels = computing.window.controller.grid.panels
    assert panels[1].picture is panels[0].picture
    assert statuses(computing)[1:] == ["computing …", "computing …"]
    assert "not computed" in badges(computing)[1]
    gated.gate.set()
    settle(computing, qtbot)
    assert panels[1].picture is not panels[0].picture
    assert statuses(computing) == ["", "", ""]


def test_an_older_result_stays_marked_stale(computed: Application, gated: GatedCompare, qtbot: QtBot) -> None:
    before = computed.window.controller.grid.panels[1].picture
    gated.gate.clear()
    computed.window.controller.choose("scale", "2")
    key = computed.results.prepared
    qtbot.waitUntil(lambda: computed.results.prepared is not key, timeout=5000)
    assert computed.window.controller.grid.panels[1].picture is before
    assert statuses(computed)[1].startswith("stale")
    assert "×4" in badges(computed)[1], "the badge is still the older result's"
    gated.gate.set()
    qtbot.waitUntil(lambda: "×2" in badges(computed)[1], timeout=5000)
    assert statuses(computed)[1] == ""


def test_another_image_never_shows_under_a_new_name(
    computed: Application, gated: GatedCompare, image_files: list[Path], qtbot: QtBot
) -> None:
    before = computed.window.controller.grid.panels[1].picture
    gated.gate.clear()
    first = computed.results.prepared
    computed.window.open_paths(image_files[1:2])
    qtbot.waitUntil(lambda: computed.window.windowTitle().startswith("image-1"), timeout=5000)
    qtbot.waitUntil(lambda: computed.results.prepared is not first, timeout=5000)
    assert computed.window.controller.grid.panels[1].picture is not before
    assert computed.results.scores == {}


def test_escape_cancels_and_says_what_is_missing(computing: Application) -> None:
    act(computing, "escape")
    assert not computing.comparing.is_busy
    assert statuses(computing)[1:] == [NOT_COMPUTED, NOT_COMPUTED]
    assert computing.window.notices.shown == ()


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
    computed: Application, gated: GatedCompare, image_files: list[Path], qtbot: QtBot
) -> None:
    gated.failure = UnusableImage("it is too small", "take another")
    computed.window.open_paths(image_files[1:2])
    qtbot.waitUntil(lambda: len(computed.window.notices.shown) == 1, timeout=5000)
    panel = computed.window.controller.grid.panels[1]
    assert panel.picture is None
    assert panel.canvas.overlay.title == UnusableImage.title


def test_seen_results_come_back_without_computing(computed: Application, gated: GatedCompare, qtbot: QtBot) -> None:
    computed.window.controller.set_content(1, "nearest")
    qtbot.waitUntil(lambda: "nearest" in computed.results.scores, timeout=5000)
    count = len(gated.requests)
    computed.window.controller.set_content(1, "bicubic")
    qtbot.waitUntil(lambda: "bicubic" in computed.results.scores, timeout=5000)
    assert len(gated.requests) == count
    assert gated.requests[-1].methods[0].name == "nearest"
    assert len(gated.requests[-1].methods) == 1, "only what is missing is computed"


def test_a_scale_that_fails_leaves_the_last_result_marked_stale(
    computed: Application, gated: GatedCompare, qtbot: QtBot
) -> None:
    panel = computed.window.controller.grid.panels[1]
    before = panel.picture
    gated.failure = UnusableImage("it is too small", "")
    computed.window.controller.choose("scale", "8")
    qtbot.waitUntil(lambda: len(computed.window.notices.shown) == 1, timeout=5000)
    assert panel.picture is before
    assert "×4" in panel.badge.text
    assert panel.canvas.overlay.status == "stale"


def test_what_stood_in_for_a_failed_input_goes(computing: Application, gated: GatedCompare, qtbot: QtBot) -> None:
    gated.failure = UnusableImage("it is too small", "")
    computing.window.controller.choose("scale", "8")
    qtbot.waitUntil(lambda: len(computing.window.notices.shown) == 1, timeout=5000)
    panel = computing.window.controller.grid.panels[1]
    assert panel.picture is None
    assert panel.canvas.overlay.title == UnusableImage.title
