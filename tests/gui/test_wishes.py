"""A method that a scale factor lacks is shown again when the scale factor has it."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from medsr_viewer.models.cards import ModelCard, find_cards
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.contents import error_of
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.upscaling.methods import INTERPOLATIONS, Method


@pytest.fixture
def application(
    make_application: Callable[..., Application], gated: object, image_files: list[Path], qtbot: QtBot
) -> Application:
    """A window with a network for one scale factor, whose comparisons never come to an end."""
    cards, _ = find_cards([Path(__file__).parents[2] / "resources" / "models"])
    card: ModelCard = next(card for card in cards if card.scale_factor == 4)
    methods = (*(Method(name, "interpolation") for name in INTERPOLATIONS), Method("net", card.kind, {4: card}))
    made = make_application(catalogue=Catalogue(methods), compare=gated)
    made.window.open_paths(image_files[:1])
    qtbot.waitUntil(lambda: made.state.image is not None, timeout=5000)
    made.window.controller.set_content(2, "net")
    return made


def scale(application: Application, factor: int) -> tuple[str, ...]:
    application.window.controller.choose("scale", str(factor))
    return application.state.choices.contents


def test_the_wish_is_kept_and_its_stand_in_noted(application: Application) -> None:
    before = application.state.choices.contents
    assert before[2] == "net"
    assert scale(application, 3)[2] == "lanczos"
    assert "net has no ×3: lanczos is shown in its place." in application.window.page.notes.text
    assert scale(application, 2)[2] == "lanczos"
    assert scale(application, 4) == before
    assert "net has no" not in application.window.page.notes.text


def test_maps_keep_the_wish_too(application: Application) -> None:
    scale(application, 3)
    application.window.controller.show_maps("error")
    assert application.state.choices.contents[2] == error_of("lanczos")
    assert scale(application, 4)[2] == error_of("net")


def test_another_choice_ends_the_wish(application: Application) -> None:
    scale(application, 3)
    application.window.controller.set_content(2, "bicubic")
    assert scale(application, 4)[2] == "bicubic"
    application.window.controller.set_content(2, "net")
    scale(application, 3)
    application.window.controller.remove_panel()
    application.window.controller.add_panel()
    assert scale(application, 4)[2] != "net"
