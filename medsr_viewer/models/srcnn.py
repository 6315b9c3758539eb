"""SRCNN (Dong et al., ECCV 2014): three convolutions on the bicubic upscaling."""

from __future__ import annotations

from torch import Tensor, nn

from medsr_viewer.models.layers import bicubic, bicubic_reach, require_scale_factor


class Srcnn(nn.Module):
    """Convolutions 9 x 9, 1 x 1 and 5 x 5 with ReLU between them; the output is the picture, as published.

    Parameters
    ----------
    scale_factor : int
        2, 3, 4 or 8.
    channels : int
        Image channels.
    features : int
        Channels after the first convolution; half as many after the second.
    middle_kernel : int
        Of the second convolution: 1 as published first (9-1-5), 5 in the journal's larger network (9-5-5).

    Raises
    ------
    ValueError
        If the scale factor is none of the four.
    """

    def __init__(self, scale_factor: int, channels: int = 1, features: int = 64, middle_kernel: int = 1) -> None:
        super().__init__()
        require_scale_factor(scale_factor)
        self.scale_factor = scale_factor
        self.middle_kernel = middle_kernel
        self.layers = nn.Sequential(
            nn.Conv2d(channels, features, 9, padding=4),
            nn.ReLU(),
            nn.Conv2d(features, features // 2, middle_kernel, padding=middle_kernel // 2),
            nn.ReLU(),
            nn.Conv2d(features // 2, channels, 5, padding=2),
        )

    def forward(self, degraded: Tensor) -> Tensor:
        """Map (N, C, h, w) to (N, C, h * scale, w * scale)."""
        output: Tensor = self.layers(bicubic(degraded, self.scale_factor))
        return output

    @property
    def halo(self) -> int:
        """Half of the receptive field, in input pixels: the border that an exact tile needs."""
        return bicubic_reach(4 + self.middle_kernel // 2 + 2, self.scale_factor)
