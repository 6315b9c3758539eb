"""FSRCNN (Dong et al., ECCV 2016): a narrow trunk at low resolution, and one transposed convolution."""

from __future__ import annotations

from torch import Tensor, nn

from medsr_viewer.models.layers import require_scale_factor


class Fsrcnn(nn.Module):
    """FSRCNN(d, s, m); the output is the picture, as published.

    Parameters
    ----------
    scale_factor : int
        2, 3, 4 or 8: the stride of the last layer. All other weights fit any.
    channels : int
        Image channels.
    features : int
        d, the width at both ends.
    narrow_features : int
        s, the width between.
    depth : int
        m, convolutions there.

    Raises
    ------
    ValueError
        If the scale factor is none of the four.
    """

    def __init__(
        self, scale_factor: int, channels: int = 1, features: int = 56, narrow_features: int = 12, depth: int = 4
    ) -> None:
        super().__init__()
        require_scale_factor(scale_factor)
        self.scale_factor = scale_factor
        self.depth = depth
        self.head = _activated(channels, features, 5)
        self.body = nn.Sequential(
            _activated(features, narrow_features, 1),
            *(_activated(narrow_features, narrow_features, 3) for _ in range(depth)),
            _activated(narrow_features, features, 1),
        )
        self.tail = nn.ConvTranspose2d(
            features, channels, 9, stride=scale_factor, padding=4, output_padding=scale_factor - 1
        )

    def forward(self, degraded: Tensor) -> Tensor:
        """Map (N, C, h, w) to (N, C, h * scale, w * scale)."""
        output: Tensor = self.tail(self.body(self.head(degraded)))
        return output

    @property
    def halo(self) -> int:
        """Half of the receptive field, in input pixels: the border that an exact tile needs."""
        # The last of the pixels that one becomes is scale - 1 after the place where the 9 x 9 kernel is centred.
        return 2 + self.depth + (self.scale_factor - 1 + 4) // self.scale_factor


def _activated(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2), nn.PReLU(outputs))
