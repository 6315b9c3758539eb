"""Networks on the CPU, 256 x 256 to 1024 x 1024: as the viewer runs them against plain torch, in turn in one run.

Targets on two cores of a server CPU: SRResNet-16 1.8 s in fp32 and 0.8 s in bf16, FMEN 0.35 s and 0.15 s. Run with
``pytest tests/benchmarks/test_engine.py --benchmark-enable -s``.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from medsr_viewer.imaging.region import Region
from medsr_viewer.models.weights import load_network
from medsr_viewer.upscaling.catalogue import catalogue
from medsr_viewer.upscaling.inference import TileRunner
from medsr_viewer.upscaling.mapping import IntensityMapping
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.tiles import VisibleRegion
from medsr_viewer.upscaling.upscaler import Tile, UpscalingRequest, upscale

ROUNDS = 5
SIDE = 256
SCALE = 4


def learned() -> list[Method]:
    return [method for method in catalogue().at_scale(SCALE) if method.is_learned]


@pytest.mark.parametrize("method", learned(), ids=lambda method: method.name)
def test_engine(method: Method) -> None:
    card = method.cards[SCALE]
    pixels = np.random.default_rng(0).random((SIDE, SIDE), dtype=np.float32)
    plain = as_written(load_network(card).to(memory_format=torch.contiguous_format))
    tensor = torch.from_numpy(pixels)[None, None]
    mapping, whole = IntensityMapping(0.0, 1.0), Region.whole(pixels.shape)
    fp32, bf16 = (TileRunner(card, "cpu", precision) for precision in ("fp32", "bf16"))
    with torch.inference_mode():
        medians = measured_in_turn(
            plain=lambda: plain(tensor),
            fp32=lambda: fp32.run(pixels, whole, mapping),
            bf16=lambda: bf16.run(pixels, whole, mapping),
        )
    report(method.name, medians)
    # What is timed must be the same image; the ratios are read, not asserted.
    with torch.inference_mode():
        difference = np.abs(fp32.run(pixels, whole, mapping) - bf16.run(pixels, whole, mapping)).max()
    assert difference < 0.1


@pytest.mark.parametrize("method", learned(), ids=lambda method: method.name)
def test_first_visible_tile(method: Method) -> None:
    """Time to the first tile and to the last, of an image of 1024 x 1024 whose middle is visible."""
    pixels = np.random.default_rng(0).random((1024, 1024), dtype=np.float32)
    visible = VisibleRegion(Region(448, 448, 128, 128))
    arrived: list[float] = []
    tiles: list[Tile] = []

    def note(tile: Tile) -> None:
        arrived.append(time.perf_counter())
        tiles.append(tile)

    request = UpscalingRequest(pixels, method, SCALE)
    upscale(UpscalingRequest(pixels[:64, :64], method, SCALE))  # loads the weights
    started = time.perf_counter()
    upscale(request, visible=visible, on_tile=note)
    print(f"\n{method.name}: first visible tile {arrived[0] - started:.3f} s, last {arrived[-1] - started:.2f} s")
    assert tiles[0].region.intersects(visible.get().scaled(SCALE))  # type: ignore[union-attr]


def as_written(network: nn.Module) -> nn.Module:
    """Undo what only inference does: SRResNet upsamples whole while it trains."""
    for module in network.modules():
        module.training = True
    return network


def measured_in_turn(**variants: Callable[[], object]) -> dict[str, float]:
    """Return each variant's median seconds; the variants take turns, so that a drift of the machine meets all alike."""
    times: dict[str, list[float]] = {name: [] for name in variants}
    for round_number in range(ROUNDS + 1):
        for name, run in variants.items():
            started = time.perf_counter()
            run()
            if round_number:  # the first is a warm-up
                times[name].append(time.perf_counter() - started)
    return {name: statistics.median(values) for name, values in times.items()}


def report(name: str, medians: dict[str, float]) -> None:
    plain = medians["plain"]
    parts = [f"{key} {seconds:.3f} s ({plain / seconds:.2f} x plain)" for key, seconds in medians.items()]
    print(f"\n{name}: " + ", ".join(parts))
