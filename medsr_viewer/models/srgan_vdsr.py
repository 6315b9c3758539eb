"""The hybrid of SRGAN's generator and VDSR (Saeedi), as far as its paper describes it.

The paper lists the layers. It leaves open, and we chose: the sharpening kernel (the usual one, centre 5 and neighbours
-1), how 64 feature channels become C image channels in it (channel c is the mean of every C-th feature from c on),
which tensors are summed (the normalised end of the trunk and the output of the first stage), and the x2 up-sampling
block (SRGAN's: a convolution 3 x 3 to 256 channels, a pixel shuffle, PReLU).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from medsr_viewer.models.layers import PUBLISHED_TAIL_KERNEL, bicubic, bicubic_reach, normalisation, upsampling_steps
from medsr_viewer.models.srresnet import ResidualBlock

SHARPENING = ((0.0, -1.0, 0.0), (-1.0, 5.0, -1.0), (0.0, -1.0, 0.0))
LAST_FEATURES = 16


class SrganVdsr(nn.Module):
    """SRGAN's residual blocks and VDSR's convolutions on an enlarged input, a fixed sharpening, one x2 upsampler.

    The published network returns tanh of this one's output.

    Parameters
    ----------
    scale_factor : int
        4 as published; 2 or 8. Half of it is done by bicubic interpolation of the input.
    channels : int
        Image channels.
    features : int
        Feature channels, at least as many.
    blocks : int
        Residual blocks.
    depth : int
        Convolutions after them.
    norm : {"batch", "instance", "none"}
        Normalisation, ``"batch"`` as published.

    Raises
    ------
    ValueError
        If the scale factor is none of the three.
    """

    sharpening: Tensor

    def __init__(
        self,
        scale_factor: int,
        channels: int = 1,
        features: int = 64,
        blocks: int = 8,
        depth: int = 20,
        norm: str = "batch",
    ) -> None:
        super().__init__()
        upsampling_steps(scale_factor)  # refuses what is no power of two
        self.scale_factor = scale_factor
        self.depth = depth
        self.head = nn.Sequential(
            nn.Conv2d(channels, features, PUBLISHED_TAIL_KERNEL, padding=PUBLISHED_TAIL_KERNEL // 2), nn.PReLU()
        )
        self.body = nn.Sequential(*(ResidualBlock(features, norm) for _ in range(blocks)))
        self.deep = nn.Sequential(
            *(nn.Sequential(nn.Conv2d(features, features, 3, padding=1), nn.PReLU()) for _ in range(depth)),
            normalisation(norm, features),
        )
        self.register_buffer("sharpening", _sharpening(channels, features), persistent=False)
        self.upsampler = nn.Sequential(nn.Conv2d(channels, 4 * features, 3, padding=1), nn.PixelShuffle(2), nn.PReLU())
        self.tail = nn.Sequential(
            nn.Conv2d(features, LAST_FEATURES, 3, padding=1),
            nn.PReLU(),
            nn.Conv2d(LAST_FEATURES, channels, 5, padding=2),
        )

    def forward(self, degraded: Tensor) -> Tensor:
        """Map (N, C, h, w) to (N, C, h * scale, w * scale)."""
        before = self.scale_factor // 2
        features = self.head(bicubic(degraded, before) if before > 1 else degraded)
        features = features + self.deep(self.body(features))
        # The border is repeated: sharpened against zeros it would be a bright frame.
        picture = torch.tanh(F.conv2d(F.pad(features, (1, 1, 1, 1), mode="replicate"), self.sharpening))
        output: Tensor = self.tail(self.upsampler(picture))
        return output

    @property
    def halo(self) -> int:
        """Half of the receptive field, in input pixels: the border that an exact tile needs."""
        trunk = PUBLISHED_TAIL_KERNEL // 2 + 2 * len(self.body) + self.depth
        # At the enlarged input's size: the sharpening, the upsampler, and the tail, which reaches 3 at twice that size.
        return bicubic_reach(trunk + 1 + 1 + 2, self.scale_factor // 2)


def _sharpening(channels: int, features: int) -> Tensor:
    """Return the fixed kernel, (channels, features, 3, 3): each image channel is the sharpened mean of its features."""
    belongs = torch.arange(features) % channels == torch.arange(channels)[:, None]
    share = belongs / belongs.sum(dim=1, keepdim=True).clamp(min=1)
    return share[:, :, None, None] * torch.tensor(SHARPENING)
