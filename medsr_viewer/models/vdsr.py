"""VDSR (Kim et al., CVPR 2016): twenty convolutions that predict what the bicubic upscaling lacks.

Source: 667,008 parameters at three channels (fmen's table 2), which leaves no place for biases.
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from medsr_viewer.models.layers import bicubic, bicubic_reach, require_scale_factor


class Vdsr(nn.Module):
    """Convolutions 3 x 3 with ReLU between them, on the bicubic upscaling; the output is to be added to that.

    Parameters
    ----------
    scale_factor : int
        2, 3, 4 or 8. The weights do not depend on it: as published, one set serves several.
    channels : int
        Image channels.
    features : int
        Feature channels.
    depth : int
        Convolutions, at least 2.

    Raises
    ------
    ValueError
        If the scale factor is none of the four, or `depth` is too small.
    """

    def __init__(self, scale_factor: int, channels: int = 1, features: int = 64, depth: int = 20) -> None:
        super().__init__()
        require_scale_factor(scale_factor)
        if depth < 2:
            raise ValueError(f"depth {depth}: at least 2")
        self.scale_factor = scale_factor
        self.depth = depth
        widths = [channels, *[features] * (depth - 1), channels]
        self.layers = nn.Sequential(
            *(
                layer
                for inputs, outputs in pairwise(widths)
                for layer in (nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.ReLU())
            )
        )[:-1]
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, degraded: Tensor) -> Tensor:
        """Map (N, C, h, w) to (N, C, h * scale, w * scale)."""
        output: Tensor = self.layers(bicubic(degraded, self.scale_factor))
        return output

    @property
    def halo(self) -> int:
        """Half of the receptive field, in input pixels: the border that an exact tile needs."""
        return bicubic_reach(self.depth, self.scale_factor)
