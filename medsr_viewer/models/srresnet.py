"""SRResNet, the generator of SRGAN (Ledig et al., CVPR 2017), with the variants that the source papers use."""

from __future__ import annotations

from torch import Tensor, nn

from medsr_viewer.models.layers import PUBLISHED_TAIL_KERNEL, PolyphaseConv2d, normalisation, upsampling_steps


class SrResNet(nn.Module):
    """Residual trunk at low resolution, sub-pixel upsampling, wide last convolution; linear output.

    Parameters
    ----------
    scale_factor : int
        2, 4 or 8.
    channels : int
        Image channels.
    features : int
        Feature channels.
    blocks : int
        Residual blocks: 16 as published by Ledig et al., 5 (fmen), 8 (covid-srgan).
    norm : {"batch", "instance", "none"}
        Normalisation after the trunk's convolutions. The shipped weights use ``"none"`` (as EDSR, Lim et al. 2017):
        batch statistics of small patches are a source of artefacts.
    head_kernel : int
        9 as published; 3 for covid-srgan and queens.
    """

    def __init__(
        self,
        scale_factor: int,
        channels: int = 1,
        features: int = 64,
        blocks: int = 16,
        norm: str = "batch",
        head_kernel: int = 9,
    ) -> None:
        super().__init__()
        self.scale_factor = scale_factor
        self.head_kernel = head_kernel
        self.head = nn.Sequential(nn.Conv2d(channels, features, head_kernel, padding=head_kernel // 2), nn.PReLU())
        self.body = nn.Sequential(*(ResidualBlock(features, norm) for _ in range(blocks)))
        self.trunk_end = nn.Sequential(nn.Conv2d(features, features, 3, padding=1), normalisation(norm, features))
        self.upsampler = nn.Sequential(
            *(
                layer
                for _ in range(upsampling_steps(scale_factor))
                for layer in (nn.Conv2d(features, 4 * features, 3, padding=1), nn.PReLU(), nn.PixelShuffle(2))
            )
        )
        self.tail = PolyphaseConv2d(features, channels, PUBLISHED_TAIL_KERNEL, phases=min(scale_factor, 4))

    def forward(self, degraded: Tensor) -> Tensor:
        """Map (N, C, h, w) to (N, C, h * scale, w * scale)."""
        features = self.head(degraded)
        output: Tensor = self.tail(self.upsampler(self.trunk_end(self.body(features)) + features))
        return output

    @property
    def halo(self) -> int:
        """Half of the receptive field, in input pixels: the border that an exact tile needs."""
        trunk = 2 * len(self.body) + 1
        # Each upsampling convolution reaches a pixel at its own size (1 + 1/2 + 1/4), the tail its radius at full size.
        return self.head_kernel // 2 + trunk + 2 + -(-(PUBLISHED_TAIL_KERNEL // 2) // self.scale_factor)


class ResidualBlock(nn.Module):
    """conv 3 x 3, norm, PReLU, conv 3 x 3, norm, plus the input."""

    def __init__(self, features: int, norm: str) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1),
            normalisation(norm, features),
            nn.PReLU(),
            nn.Conv2d(features, features, 3, padding=1),
            normalisation(norm, features),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, features, h, w) to the same shape."""
        output: Tensor = features + self.layers(features)
        return output
