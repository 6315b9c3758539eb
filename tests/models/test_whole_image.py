"""Which networks can be run in tiles."""

from __future__ import annotations

import pytest
from torch import nn

from medsr_viewer.models.architectures import ARCHITECTURES, build_network
from medsr_viewer.models.whole_image import needs_whole_image


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_networks_as_they_are_built_by_default_can_be_tiled(architecture: str) -> None:
    instance = build_network(architecture, 2)
    assert needs_whole_image(instance.eval()) is any(isinstance(one, nn.InstanceNorm2d) for one in instance.modules())


@pytest.mark.parametrize("options", [{"norm": "instance"}, {"norm": "none", "trunk_norm": "instance"}])
def test_instance_normalisation_takes_its_statistics_from_the_whole_image(options: dict[str, str]) -> None:
    assert needs_whole_image(build_network("srresnet", 4, options))


@pytest.mark.parametrize("norm", ["batch", "none"])
def test_batch_normalisation_does_not(norm: str) -> None:
    assert not needs_whole_image(build_network("srresnet", 4, {"norm": norm}))


def test_instance_normalisation_with_running_statistics_does_not() -> None:
    assert not needs_whole_image(nn.InstanceNorm2d(3, track_running_stats=True))


def test_a_network_with_global_pooling_does() -> None:
    assert needs_whole_image(nn.Sequential(nn.Conv2d(1, 4, 3), nn.AdaptiveAvgPool2d(1)))


class MeanFree(nn.Module):
    """Subtracts the mean of the image, in its own forward."""

    needs_whole_image = True


def test_a_layer_can_say_so_itself() -> None:
    assert needs_whole_image(nn.Sequential(nn.Conv2d(1, 4, 3), MeanFree()))
