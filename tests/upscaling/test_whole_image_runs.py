"""A network of which every pixel depends on the whole image: it is never cut into tiles."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from medsr_viewer.errors import OutOfMemory
from medsr_viewer.imaging.region import Region
from medsr_viewer.upscaling import inference, memory, upscaler
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.tiles import VisibleRegion
from medsr_viewer.upscaling.upscaler import Begun, UpscalingRequest, largest_tile_of, upscale

COVID_SRGAN = {"features": 6, "blocks": 2, "norm": "none", "trunk_norm": "instance"}
PIXELS = np.random.default_rng(7).uniform(-1000, 2000, (61, 87)).astype(np.float32)


@pytest.fixture
def method(tiny_method: Callable[..., Method], monkeypatch: pytest.MonkeyPatch) -> Method:
    monkeypatch.setattr(upscaler, "TILE", 24)
    monkeypatch.setattr(upscaler, "FIRST_TILE", 12)
    return tiny_method("srresnet", 4, options=COVID_SRGAN)


def request(method: Method, **others: Region | Begun | None) -> UpscalingRequest:
    return UpscalingRequest(PIXELS, method, 4, device="cpu", **others)  # type: ignore[arg-type]


def test_it_is_run_whole(method: Method, monkeypatch: pytest.MonkeyPatch) -> None:
    result = upscale(request(method), visible=VisibleRegion(Region(20, 30, 20, 20)))
    assert result.computed == (Region(0, 0, 244, 348),)
    assert largest_tile_of(method, 4, "cpu", "fp32") is None
    monkeypatch.setattr(upscaler, "TILE", 4096)
    np.testing.assert_array_equal(result.pixels, upscale(request(method)).pixels)


def test_tiles_would_give_other_pixels(method: Method, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = upscale(request(method)).pixels
    monkeypatch.setattr(inference, "needs_whole_image", lambda network: False)
    assert np.abs(upscale(request(method)).pixels - whole).max() > 1e-3 * 3000


def test_a_part_alone_is_computed_with_all_the_rest_and_a_note_says_so(method: Method) -> None:
    part = upscale(request(method, within=Region(0, 0, 10, 10)))
    assert part.is_whole
    assert part.notes[-1] == "srresnet depends on the whole image: all of it was computed"
    whole = upscale(request(method))
    np.testing.assert_array_equal(part.pixels, whole.pixels)
    assert whole.notes == part.notes[:-1]
    again = upscale(request(method, begun=Begun(whole.pixels, whole.computed)))
    assert again.is_whole
    assert again.pixels is whole.pixels


class Full(nn.Module):
    needs_whole_image = True

    def forward(self, degraded: Tensor) -> Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")


def test_an_image_that_does_not_fit_is_refused(method: Method, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference, "network_on", lambda card, device: Full())
    with pytest.raises(OutOfMemory, match="srresnet needs the whole image at once, and 87 x 61 pixels") as caught:
        upscale(request(method))
    assert "other pixels" in caught.value.advice


def test_the_memory_that_there_is_is_looked_at_first(
    method: Method, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    system = tmp_path / "meminfo"
    monkeypatch.setattr(memory, "_SYSTEM", system)
    upscale(request(method))  # no such file, as on other systems
    needed = PIXELS.size * memory.WHOLE_IMAGE_BYTES // 1024
    system.write_text(f"MemTotal: 99 kB\nMemAvailable:   {needed + 1} kB\n", "ascii")
    upscale(request(method))
    system.write_text(f"MemTotal: 99 kB\nMemAvailable:   {needed - 1} kB\n", "ascii")
    with pytest.raises(OutOfMemory, match="needs the whole image"):
        upscale(request(method))
