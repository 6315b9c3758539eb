"""How long and how much, before a run is begun."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from medsr_viewer.cancel import Cancelled, CancelToken
from medsr_viewer.imaging.frame import Frame, full_range_window
from medsr_viewer.imaging.region import Region
from medsr_viewer.upscaling import upscaler
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.upscaler import Begun
from medsr_viewer.workflows import estimate as module
from medsr_viewer.workflows.compare import ComparisonRequest, compare
from medsr_viewer.workflows.estimate import estimate

SHAPE, SCALE = (96, 128), 2
FRAME = Frame(
    pixels=np.random.default_rng(0).random(SHAPE, dtype=np.float32),
    vois=(full_range_window(0.0, 1.0),),
    value_range=(0.0, 1.0),
)
REQUEST = ComparisonRequest(FRAME, "", "enhance", SCALE, (Method("bicubic", "interpolation"),))


@pytest.fixture(autouse=True)
def nothing_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_measured", {})
    monkeypatch.setattr(upscaler, "TILE", 32)


class Impatient(CancelToken):
    """Cancelled at its second check: within the first probe."""

    checks = 0

    def check(self) -> None:
        self.checks += 1
        if self.checks == 2:
            self.cancel()
        super().check()


def test_the_probe_heeds_its_token_and_half_a_probe_counts_for_nothing() -> None:
    with pytest.raises(Cancelled):
        estimate(REQUEST, SHAPE, Impatient())
    assert module._measured == {}
    assert estimate(REQUEST, SHAPE, CancelToken()).seconds > 0


def test_a_method_is_probed_once() -> None:
    first = estimate(REQUEST, SHAPE)
    assert estimate(REQUEST, SHAPE) == first


def test_a_network_that_needs_the_whole_image_computes_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    part = replace(REQUEST, within=Region(0, 0, 20, 20))
    assert estimate(part, (3200, 3200)).output_pixels == 32 * 32 * SCALE**2
    tiled = estimate(REQUEST, (3200, 3200))
    monkeypatch.setattr(module, "largest_tile_of", lambda *_: None)
    whole = estimate(part, (3200, 3200))
    assert whole.output_pixels == tiled.output_pixels
    assert whole.memory > tiled.memory + 10 * 2**30


def test_what_is_there_costs_nothing() -> None:
    whole = estimate(REQUEST, SHAPE)
    assert whole.output_pixels == SHAPE[0] * SHAPE[1] * SCALE**2
    part = compare(replace(REQUEST, within=Region(0, 0, 96, 64))).results[0].upscaled
    assert part is not None
    rest = estimate(replace(REQUEST, begun={"bicubic": Begun(part.pixels, part.computed)}), SHAPE)
    assert rest.output_pixels == whole.output_pixels / 2
    assert rest.seconds == pytest.approx(whole.seconds / 2)
    assert rest.memory < whole.memory
