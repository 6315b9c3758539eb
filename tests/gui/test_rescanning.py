"""Models that came, changed or went are found without a restart."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from medsr_viewer.errors import ModelError
from medsr_viewer.models.cards import ModelCard, write_card
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.models_window import ModelsWindow
from medsr_viewer.ui.rescanning import describe_change
from medsr_viewer.upscaling.catalogue import Catalogue, catalogue, rescan

from .conftest import INTERPOLATION, GatedCompare, MakeApplication
from .driving import act, badges, statuses

Family = tuple[ModelCard, ModelCard]


@pytest.fixture
def application(
    model_folder: Path, make_application: MakeApplication, gated: GatedCompare, image_files: list[Path], qtbot: QtBot
) -> Application:
    """A window without models."""
    gated.gate.set()
    made = make_application(compare=gated)
    made.window.open_paths(image_files[:1])
    rest(made, qtbot)
    return made


def rest(application: Application, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not any(runner.is_busy for runner in application.runners.values()), timeout=10_000)


def look(application: Application, qtbot: QtBot) -> str:
    """Rescan; return what the notice says."""
    act(application, "rescan")
    rest(application, qtbot)
    (notice,) = application.window.notices.shown
    assert notice.title == "Models"
    return notice.text


def remove(card: ModelCard) -> None:
    card.path.unlink()
    card.path.with_suffix(".json").unlink()


def test_new_models_are_offered_with_their_blend(
    application: Application, make_family: Callable[..., Family], qtbot: QtBot
) -> None:
    chooser = application.window.controller.grid.panels[1].chooser
    assert chooser.findText("net") < 0
    make_family(scale_factor=4)
    assert look(application, qtbot) == "New: net ×4, net-gan ×4. New blend: net-blend."
    for name in ("net", "net-gan", "net-blend"):
        assert chooser.findText(name) >= 0
    application.window.controller.set_content(1, "net")
    rest(application, qtbot)
    assert "Upscaled ×4 · net" in badges(application)[1]
    assert look(application, qtbot) == "Nothing new: 2 models."


def test_what_is_refused_is_told_with_the_reason_and_the_rest_is_offered(
    application: Application, make_family: Callable[..., Family], model_folder: Path, qtbot: QtBot
) -> None:
    _, sharp = make_family(scale_factor=4)
    sharp.path.write_bytes(b"torn")
    (model_folder / "damaged.json").write_text("{")
    text = look(application, qtbot)
    assert text.startswith("New: net ×4. Refused: damaged.json: not a model card")
    assert "net-gan-x4.safetensors: the file is not the one that its card describes (SHA-256 differs)" in text
    assert [card.name for card in application.state.catalogue.cards] == ["net"]
    assert "A model cannot be used: damaged.json" in application.window.page.notes.text


def test_a_model_that_was_replaced_is_computed_anew_and_stale_until_then(
    application: Application, make_family: Callable[..., Family], gated: GatedCompare, qtbot: QtBot
) -> None:
    make_family(scale_factor=4)
    look(application, qtbot)
    application.window.controller.set_content(1, "net")
    rest(application, qtbot)
    panel = application.window.controller.grid.panels[1]
    before = panel.picture
    make_family(scale_factor=4, seed=7)
    gated.gate.clear()
    act(application, "rescan")
    qtbot.waitUntil(lambda: statuses(application)[1].startswith("stale"), timeout=5000)
    assert panel.picture is before
    gated.gate.set()
    qtbot.waitUntil(lambda: panel.picture is not before and statuses(application)[1] == "", timeout=5000)
    (notice,) = application.window.notices.shown
    assert notice.text == "Changed: net ×4, net-gan ×4."


def test_weights_that_are_run_otherwise_now_are_computed_anew(
    application: Application, make_family: Callable[..., Family], qtbot: QtBot
) -> None:
    plain, _ = make_family(scale_factor=4)
    look(application, qtbot)
    application.window.controller.set_content(1, "net")
    rest(application, qtbot)
    before = application.window.controller.grid.panels[1].picture
    write_card(replace(plain, orientations=8))
    assert look(application, qtbot) == "Changed: net ×4."
    assert application.window.controller.grid.panels[1].picture is not before


def test_running_work_goes_on(
    application: Application, make_family: Callable[..., Family], gated: GatedCompare, qtbot: QtBot
) -> None:
    make_family(scale_factor=4)
    look(application, qtbot)
    gated.gate.clear()
    application.window.controller.set_content(1, "net")
    qtbot.waitUntil(lambda: gated.requests[-1].methods[0].name == "net", timeout=5000)
    count = len(gated.requests)
    make_family("more", "more-gan", scale_factor=4, seed=5)
    act(application, "rescan")
    qtbot.waitUntil(lambda: len(application.state.catalogue.cards) == 4, timeout=5000)
    assert application.comparing.is_busy
    gated.gate.set()
    rest(application, qtbot)
    assert len(gated.requests) == count, "nothing was begun again"
    assert "Upscaled ×4 · net" in badges(application)[1]


def test_for_a_model_that_is_gone_another_stands_in_until_it_is_back(
    application: Application, make_family: Callable[..., Family], qtbot: QtBot
) -> None:
    pair = make_family(scale_factor=4)
    look(application, qtbot)
    application.window.controller.set_content(1, "net-blend 40 %")
    remove(pair[1])
    assert look(application, qtbot) == "Gone: net-gan ×4."
    assert application.state.choices.contents[1] == "net"
    make_family(scale_factor=4)
    look(application, qtbot)
    assert application.state.choices.contents[1] == "net-blend 40 %"


def test_the_table_of_models_looks_again_and_keeps_its_place(
    application: Application, make_family: Callable[..., Family], qtbot: QtBot
) -> None:
    act(application, "models")
    (table,) = application.window.findChildren(ModelsWindow)
    assert table.list.topLevelItemCount() == 0
    make_family("net", "net-gan", scale_factor=4)
    (button,) = (one for one in table.findChildren(QPushButton) if one.text() == "Rescan models")
    button.click()
    qtbot.waitUntil(lambda: table.list.topLevelItemCount() == 2, timeout=5000)
    table.list.setCurrentItem(table.list.topLevelItem(1))
    details = table.details.toPlainText()
    assert "Training began with the weights of net (SHA-256 " in details
    assert "Blended: net-blend, between net and net-gan" in details
    make_family("a-net", "a-net-gan", scale_factor=4, seed=3)
    button.click()
    qtbot.waitUntil(lambda: table.list.topLevelItemCount() == 4, timeout=5000)
    chosen = table.list.currentItem()
    assert chosen is not None
    assert chosen.text(0) == "net-gan"
    assert "## " not in table.details.toPlainText()


def test_looking_does_not_hold_the_window_up(
    make_application: MakeApplication, image_files: list[Path], qtbot: QtBot
) -> None:
    goes_on = threading.Event()

    def slow() -> Catalogue:
        goes_on.wait(5)
        return INTERPOLATION

    application = make_application(rescan=slow)
    act(application, "rescan")
    assert application.runners["rescanning"].is_busy
    application.window.open_paths(image_files[:1])
    qtbot.waitUntil(lambda: application.state.image is not None, timeout=5000)
    goes_on.set()
    qtbot.waitUntil(lambda: bool(application.window.notices.shown), timeout=5000)


def test_a_search_that_fails_is_told(make_application: MakeApplication, qtbot: QtBot) -> None:
    def fail() -> Catalogue:
        raise ModelError("the folder cannot be read")

    application = make_application(rescan=fail)
    act(application, "rescan")
    qtbot.waitUntil(lambda: bool(application.window.notices.shown), timeout=5000)
    assert "the folder cannot be read" in application.window.notices.shown[0].text


def test_a_rescan_forgets_what_was_read_at_the_start(model_folder: Path, make_family: Callable[..., Family]) -> None:
    assert catalogue().cards == ()
    pair = make_family(scale_factor=4)
    assert catalogue().cards == ()
    assert rescan().cards == pair
    assert catalogue().cards == pair


def test_changes_in_words() -> None:
    nothing = Catalogue(())
    assert describe_change(nothing, nothing) == "Nothing new: 0 models."
    refused = Catalogue((), (ModelError("x.json: bad"),))
    assert describe_change(nothing, refused) == "Nothing new: 0 models. Refused: x.json: bad."
