"""Scores and maps are of the results on screen, and go with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import UnusableImage
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.results import Entry, input_key, result_key
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.upscaler import UpscalingRequest, upscale
from medsr_viewer.workflows.compare import Comparison, ComparisonRequest, MethodResult, prepare

from .conftest import INTERPOLATION, MakeApplication
from .driving import act


class FakeNetworks:
    """Gives bicubic's pixels, and brighter ones for bf16."""

    def __call__(self, request: ComparisonRequest, token: CancelToken | None = None, **callbacks: Any) -> Comparison:
        prepared = prepare(request)
        if callbacks["on_prepared"] is not None:
            callbacks["on_prepared"](prepared)
        offset = np.float32(0 if request.precision == "fp32" else 20)
        for method in request.methods:
            bicubic = UpscalingRequest(prepared.degraded, Method("bicubic", "interpolation"), request.scale_factor)
            found = upscale(bicubic, token)
            pixels = found.pixels + offset if method.is_learned else found.pixels
            callbacks["on_result"](MethodResult(method.name, replace(found, pixels=pixels)))
        return Comparison(request, prepared)


@pytest.fixture
def networks(
    make_application: MakeApplication, card_with: Callable[..., ModelCard], image_files: list[Path], qtbot: QtBot
) -> Application:
    methods = Catalogue((*INTERPOLATION.methods, Method("net", "psnr", {4: card_with(scale_factor=4)})))
    application = make_application(compare=FakeNetworks(), catalogue=methods)
    application.window.open_paths(image_files[:1])
    qtbot.waitUntil(lambda: set(application.results.scores) == {"bicubic", "net"}, timeout=5000)
    return application


def test_scores_and_maps_are_of_the_precision_on_screen(networks: Application, qtbot: QtBot) -> None:
    controller, results = networks.window.controller, networks.results
    controller.show_maps("error")
    qtbot.waitUntil(lambda: set(results.maps) == {"error:bicubic", "error:net"}, timeout=5000)
    panel = controller.grid.panels[2]
    fp32, fp32_map = panel.scores.text(), panel.picture
    assert fp32.startswith("PSNR")
    controller.choose("precision", "bf16")
    qtbot.waitUntil(lambda: panel.scores.text() not in ("", fp32) and panel.picture is not fp32_map, timeout=5000)
    bf16 = panel.scores.text()
    controller.choose("precision", "fp32")  # both are there: nothing is computed, only scored again
    assert not networks.comparing.is_busy
    scores = networks.window.scores
    shown = [scores.table.item(row, 0).text() for row in range(scores.table.rowCount())]
    assert shown == ["bicubic"], "the other precision's scores are not listed"
    controller.show_maps("")
    assert panel.scores.text() == ""
    controller.show_maps("error")
    assert panel.canvas.overlay.status
    qtbot.waitUntil(lambda: panel.scores.text() == fp32, timeout=5000)
    assert bf16 != fp32


def test_scores_that_cannot_be_measured_again_go(
    networks: Application, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise UnusableImage("no score", "")

    monkeypatch.setattr("medsr_viewer.ui.scoring.score_image", fail)
    act(networks, "score-window")
    qtbot.waitUntil(lambda: len(networks.window.notices.shown) == 1, timeout=5000)
    assert networks.results.scores == {}
    assert networks.window.controller.grid.panels[1].scores.text() == ""


def test_tiles_that_keep_coming_do_not_put_off_scores(networks: Application, qtbot: QtBot) -> None:
    image, choices = networks.state.image, networks.state.choices
    assert image is not None
    growing = result_key(input_key(image, choices), networks.state.catalogue.find("net", choices.scale_factor), choices)
    picture = Picture(np.zeros((48, 64), np.float32), pending=True)
    networks.results.set_growing(growing, Entry(picture))
    networks.state.update_measuring(range_mode="window")
    rest = networks.scoring._rested
    assert rest.isActive()
    for _ in range(20):
        qtbot.wait(10)
        networks.results.set_growing(growing, Entry(picture))
    assert not rest.isActive(), "the view has rested for more than twice the delay"
    networks.results.leave([growing])
