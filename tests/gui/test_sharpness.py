"""The slider between fidelity and sharpness."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from medsr_viewer.models.cards import ModelCard
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.contents import error_of
from medsr_viewer.ui.display.panel import Panel
from medsr_viewer.ui.preferences import Preferences
from medsr_viewer.upscaling.blends import find_blends
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.upscaling.methods import Method

from .conftest import INTERPOLATION, GatedCompare, MakeApplication
from .driving import act, badges, statuses

BLEND = 2


@pytest.fixture
def family(make_family: Callable[..., tuple[ModelCard, ModelCard]]) -> Catalogue:
    pair = make_family(scale_factor=4)
    learned = tuple(Method(card.name, card.kind, {4: card}) for card in pair)
    return Catalogue((*INTERPOLATION.methods, *learned), (), find_blends(pair, ()))


@pytest.fixture
def application(
    make_application: MakeApplication,
    family: Catalogue,
    gated: GatedCompare,
    image_files: list[Path],
    preferences: Preferences,
    qtbot: QtBot,
) -> Application:
    """A window whose third panel shows a blend at 40 %, computed."""
    preferences.set_text("contents", "degraded|bicubic|net-blend 40 %")
    gated.gate.set()
    made = make_application(catalogue=family, compare=gated)
    made.window.open_paths(image_files[:1])
    rest(made, qtbot)
    gated.requests.clear()
    return made


def panel(application: Application, index: int = BLEND) -> Panel:
    return application.window.controller.grid.panels[index]


def rest(application: Application, qtbot: QtBot) -> None:
    """Wait until all that the panels show is computed and scored."""
    names = {name for name in application.state.choices.contents if name not in ("degraded", "reference")}

    def rested() -> bool:
        return names <= set(application.results.scores) and not any(r.is_busy for r in application.runners.values())

    qtbot.waitUntil(rested, timeout=10_000)


def move(application: Application, percent: int) -> None:
    panel(application).sharpness.slider.setValue(percent)


def wait_for(application: Application, content: str, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: application.state.choices.contents[BLEND] == content, timeout=5000)


def methods_asked_for(gated: GatedCompare) -> list[str]:
    return [method.name for request in gated.requests for method in request.methods]


def test_only_a_blends_header_has_the_slider(application: Application) -> None:
    shown = [one.sharpness.isVisible() for one in application.window.controller.grid.panels]
    assert shown == [False, False, True]
    slider = panel(application).sharpness
    assert (slider.position, slider.label.text()) == (40, "40 %")
    assert panel(application).chooser.currentText() == "net-blend"
    assert panel(application, 1).chooser.findText("net-blend") >= 0
    assert "net-blend 40 %" in badges(application)[BLEND]
    for part in ("0 % is net: ct PSNR +3.00 dB", "100 % is net-gan: ct PSNR +0.50 dB", "perceptual distance 0.300"):
        assert part in slider.toolTip()
    assert "Between the ends nothing was measured" in slider.toolTip()


def test_the_last_position_alone_is_computed_and_the_picture_is_stale_meanwhile(
    application: Application, gated: GatedCompare, qtbot: QtBot
) -> None:
    gated.gate.clear()
    before, scores = panel(application).picture, panel(application).scores.text()
    for percent in (45, 50, 70, 65):
        move(application, percent)
        assert statuses(application)[BLEND] == "stale"
        assert panel(application).scores.text() == "", "they are of the position before"
        assert panel(application).sharpness.label.text() == f"{percent} %"
    assert gated.requests == []
    wait_for(application, "net-blend 65 %", qtbot)
    qtbot.waitUntil(lambda: bool(gated.requests), timeout=5000)
    assert statuses(application)[BLEND].startswith("stale · computing")
    assert panel(application).picture is before
    assert "40 %" in badges(application)[BLEND], "what stands there says what it is"
    gated.gate.set()
    rest(application, qtbot)
    assert methods_asked_for(gated) == ["net-blend 65 %"]
    assert statuses(application)[BLEND] == ""
    assert "net-blend 65 %" in badges(application)[BLEND]
    assert panel(application).picture is not before
    assert panel(application).scores.text() not in ("", scores)


def test_the_slider_stays_under_the_mouse_while_scores_go_and_come(
    application: Application, gated: GatedCompare, qtbot: QtBot
) -> None:
    slider = panel(application).sharpness
    place = slider.geometry()
    gated.gate.clear()
    move(application, 65)
    wait_for(application, "net-blend 65 %", qtbot)
    qtbot.waitUntil(lambda: statuses(application)[BLEND].startswith("stale · computing"), timeout=5000)
    assert slider.geometry() == place
    gated.gate.set()
    rest(application, qtbot)
    assert slider.x() == pytest.approx(place.x(), abs=12), "but for the width of the figures"
    application.window.controller.set_content(BLEND, "net")
    assert panel(application).scores.minimumWidth() == 0


def test_escape_cancels_and_what_stands_there_stays_stale(
    application: Application, gated: GatedCompare, qtbot: QtBot
) -> None:
    gated.gate.clear()
    move(application, 80)
    wait_for(application, "net-blend 80 %", qtbot)
    qtbot.waitUntil(lambda: bool(gated.requests), timeout=5000)
    act(application, "escape")
    assert not application.comparing.is_busy
    assert statuses(application)[BLEND].startswith("stale · not computed")
    gated.gate.set()
    act(application, "compute-again")
    rest(application, qtbot)
    assert "net-blend 80 %" in badges(application)[BLEND]


def test_back_where_it_was_nothing_is_stale_or_computed(
    application: Application, gated: GatedCompare, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: not application.comparing._settled.isActive(), timeout=5000)  # it refreshes the panels
    move(application, 60)
    move(application, 40)
    assert statuses(application)[BLEND] == "stale"
    qtbot.waitUntil(lambda: statuses(application)[BLEND] == "", timeout=5000)
    assert gated.requests == []
    assert application.state.choices.contents[BLEND] == "net-blend 40 %"


def test_a_position_seen_before_is_not_computed_again(
    application: Application, gated: GatedCompare, qtbot: QtBot
) -> None:
    seen = panel(application).picture
    move(application, 60)
    wait_for(application, "net-blend 60 %", qtbot)
    rest(application, qtbot)
    move(application, 40)
    wait_for(application, "net-blend 40 %", qtbot)
    rest(application, qtbot)
    assert methods_asked_for(gated) == ["net-blend 60 %"]
    assert panel(application).picture is seen


@pytest.mark.parametrize(("percent", "parent"), [(0, "net"), (100, "net-gan")])
def test_at_the_ends_the_parents_pictures_stand(
    percent: int, parent: str, application: Application, qtbot: QtBot
) -> None:
    application.window.controller.set_content(1, parent)
    move(application, percent)
    wait_for(application, f"net-blend {percent} %", qtbot)
    rest(application, qtbot)
    pictures = [panel(application, index).picture for index in (1, BLEND)]
    assert pictures[0] is not None
    assert pictures[1] is not None
    assert np.array_equal(pictures[0].pixels, pictures[1].pixels)


def test_two_panels_stand_at_positions_of_their_own(application: Application, qtbot: QtBot) -> None:
    application.window.controller.set_content(1, "net-blend 90 %")
    rest(application, qtbot)
    assert [panel(application, index).sharpness.position for index in (1, BLEND)] == [90, 40]
    assert set(application.results.scores) == {"net-blend 90 %", "net-blend 40 %"}


def test_keys_move_the_slider_by_steps_and_nothing_else(application: Application, qtbot: QtBot) -> None:
    image = application.state.image
    slider = panel(application).sharpness.slider
    slider.setFocus()
    for key, expected in (
        (Qt.Key.Key_Right, 45),
        (Qt.Key.Key_Up, 50),
        (Qt.Key.Key_Left, 45),
        (Qt.Key.Key_End, 100),
        (Qt.Key.Key_PageDown, 80),
        (Qt.Key.Key_Home, 0),
    ):
        qtbot.keyClick(slider, key)
        assert slider.value() == expected
    panel(application, 0).canvas.setFocus()
    qtbot.keyClick(panel(application, 0).canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert slider.value() == 5, "from any panel, the first slider that there is"
    act(application, "more-faithful")
    assert slider.value() == 0
    assert application.state.image is image


def test_the_keys_are_off_without_a_blend(application: Application) -> None:
    actions = application.window.actions_by_name
    assert actions["sharper"].isEnabled()
    application.window.controller.set_content(BLEND, "net")
    assert not actions["sharper"].isEnabled()
    assert panel(application).sharpness.position is None


def test_a_drag_snaps_to_steps(application: Application) -> None:
    move(application, 43)
    assert panel(application).sharpness.slider.value() == 45


def test_maps_follow_the_position(application: Application, qtbot: QtBot) -> None:
    application.window.controller.set_content(BLEND, error_of("net-blend 40 %"))
    qtbot.waitUntil(lambda: error_of("net-blend 40 %") in application.results.maps, timeout=5000)
    assert panel(application).chooser.currentText() == "error of net-blend"
    move(application, 70)
    qtbot.waitUntil(lambda: error_of("net-blend 70 %") in application.results.maps, timeout=5000)
    assert application.state.choices.contents[BLEND] == error_of("net-blend 70 %")
    assert panel(application).sharpness.position == 70


def test_a_scale_that_the_blend_lacks_keeps_the_wish_with_its_position(application: Application) -> None:
    application.window.controller.choose("scale", "2")
    assert application.state.choices.contents[BLEND] == "lanczos"
    assert panel(application).sharpness.position is None
    assert "net-blend 40 % has no" in application.window.page.notes.text
    application.window.controller.choose("scale", "4")
    assert application.state.choices.contents[BLEND] == "net-blend 40 %"
    assert panel(application).sharpness.position == 40


def test_the_position_is_remembered_and_is_where_the_next_blend_stands(
    application: Application,
    make_application: MakeApplication,
    family: Catalogue,
    gated: GatedCompare,
    qtbot: QtBot,
) -> None:
    move(application, 75)
    wait_for(application, "net-blend 75 %", qtbot)
    chooser = panel(application, 1).chooser
    assert chooser.itemData(chooser.findText("net-blend")) == "net-blend 75 %"
    application.window.close()
    again = make_application(catalogue=family, compare=gated)
    assert again.state.choices.contents[BLEND] == "net-blend 75 %"
    assert again.state.sharpness == 75


def test_a_remembered_blend_that_is_gone_is_left_out(
    make_application: MakeApplication, preferences: Preferences
) -> None:
    preferences.set_text("contents", "reference|net-blend 40 %")
    preferences.set_text("sharpness", "fast")
    application = make_application()
    assert application.state.choices.contents == ("reference",)
    assert application.state.sharpness == 50


def test_the_saved_figure_tells_position_and_parents(
    application: Application, family: Catalogue, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qtbot: QtBot
) -> None:
    lines: list[str] = []

    def render(_grid: object, shown: list[tuple[Panel, tuple[str, str]]], about: tuple[str, ...]) -> QImage:
        lines.extend([*(texts[0] for _, texts in shown), *about])
        return QImage(4, 4, QImage.Format.Format_RGB32)

    monkeypatch.setattr("medsr_viewer.ui.saving.render_figure", render)
    application.window._saving.save_figure(tmp_path / "figure.png")
    qtbot.waitUntil(lambda: not application.runners["saving"].is_busy, timeout=5000)
    assert any("net-blend 40 %" in line for line in lines[:3])
    (about,) = (line for line in lines[3:] if "is made of" in line)
    for card in family.cards:
        assert f"{card.name} (SHA-256 {card.sha256[:12]})" in about


def test_a_long_run_is_asked_about_once_for_all_positions(application: Application) -> None:
    def key(percent: int) -> object:
        method = application.state.catalogue.find(f"net-blend {percent} %", 4)
        image = application.state.image
        assert image is not None
        return application.comparing._run_key(image, [method])

    assert key(40) == key(45)


def test_positions_that_were_left_make_room(application: Application, qtbot: QtBot) -> None:
    image = application.state.image
    assert image is not None
    application.results._store.limit = 1
    first = next(key for key in application.results._store.entries if key.method == "net-blend 40 %")
    move(application, 60)
    wait_for(application, "net-blend 60 %", qtbot)
    rest(application, qtbot)
    kept = {key.method for key in application.results._store.entries if key.source == first.source}
    assert kept == {"bicubic", "net-blend 60 %"}


def test_results_of_other_weights_are_others(application: Application) -> None:
    keys = set(application.results._store.entries)
    (key,) = (key for key in keys if key.method == "net-blend 40 %")
    assert key.card is not None
    assert key.card.sha256 == "+".join(card.sha256 for card in application.state.catalogue.cards)
    assert application.results.entry(replace(key, card=replace(key.card, sha256="other"))) is None
