"""The mean over an image's orientations."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from medsr_viewer.models.orientations import over_orientations


def shifting(degraded: Tensor) -> Tensor:
    """Enlarge by two, and move everything one pixel to the right: as unlike in its orientations as can be."""
    return F.interpolate(degraded, scale_factor=2, mode="nearest").roll(1, -1)


def test_one_orientation_is_the_network_itself() -> None:
    pixels = torch.rand(1, 1, 5, 7)
    assert torch.equal(over_orientations(shifting, pixels, 1), shifting(pixels))


def test_the_mean_of_eight_turns_and_flips_with_the_image() -> None:
    pixels = torch.rand(2, 1, 5, 7, generator=torch.Generator().manual_seed(3))
    result = over_orientations(shifting, pixels, 8)
    assert result.shape == (2, 1, 10, 14)
    assert not torch.allclose(result, shifting(pixels))
    for turns in range(4):
        turned = pixels.rot90(turns, (-2, -1))
        torch.testing.assert_close(over_orientations(shifting, turned, 8), result.rot90(turns, (-2, -1)))
        torch.testing.assert_close(
            over_orientations(shifting, turned.flip(-1), 8), result.rot90(turns, (-2, -1)).flip(-1)
        )


def test_every_orientation_is_seen_once_and_turned_back() -> None:
    seen = []

    def looking(degraded: Tensor) -> Tensor:
        seen.append(degraded.clone())
        return degraded

    pixels = torch.arange(6.0).view(1, 1, 2, 3)
    torch.testing.assert_close(over_orientations(looking, pixels, 8), pixels)
    assert len({tuple(view.flatten().tolist()) + tuple(view.shape) for view in seen}) == 8


def test_a_result_in_bfloat16_is_averaged_in_float32() -> None:
    result = over_orientations(lambda degraded: degraded.bfloat16(), torch.rand(1, 1, 4, 4), 8)
    assert result.dtype == torch.float32
