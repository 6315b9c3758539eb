"""Swift-SRGAN's generator (Krishnan and Krishnan 2021): SRResNet with depthwise-separable convolutions.

Widths, kernels and biases follow the authors' public code, ``Koushik0901/Swift-SRGAN``; x8 uses log2(scale) upsampling
blocks.
"""

from __future__ import annotations

from torch import Tensor, nn

from medsr_viewer.models.layers import normalisation, upsampling_steps


class SwiftSrgan(nn.Module):
    """Depthwise-separable SRGAN generator; linear output.

    Parameters
    ----------
    scale_factor : int
        2, 4 or 8.
    channels : int
        Image channels.
    features : int
        Feature channels.
    blocks : int
        Residual blocks.
    norm : {"batch", "instance", "none"}
        Normalisation of the trunk. As published: ``"batch"``, then the trunk's convolutions have no bias.
    """

    def __init__(
        self, scale_factor: int, channels: int = 1, features: int = 64, blocks: int = 16, norm: str = "batch"
    ) -> None:
        super().__init__()
        self.scale_factor = scale_factor
        self.head = nn.Sequential(separable(channels, features, 9), nn.PReLU(features))
        self.body = nn.Sequential(*(SeparableResidualBlock(features, norm) for _ in range(blocks)))
        self.trunk_end = nn.Sequential(
            separable(features, features, 3, bias=norm == "none"), normalisation(norm, features)
        )
        self.upsampler = nn.Sequential(
            *(
                layer
                for _ in range(upsampling_steps(scale_factor))
                for layer in (separable(features, 4 * features, 3), nn.PixelShuffle(2), nn.PReLU(features))
            )
        )
        self.tail = separable(features, channels, 9)
        if norm == "none":
            _keep_variance(self)

    def forward(self, degraded: Tensor) -> Tensor:
        """Map (N, C, h, w) to (N, C, h * scale, w * scale)."""
        features = self.head(degraded)
        output: Tensor = self.tail(self.upsampler(self.trunk_end(self.body(features)) + features))
        return output

    @property
    def halo(self) -> int:
        """Half of the receptive field, in input pixels: the border that an exact tile needs."""
        trunk = 2 * len(self.body) + 1
        return 4 + trunk + 2 + -(-4 // self.scale_factor)


class SeparableResidualBlock(nn.Module):
    """Two separable convolutions with normalisation, a PReLU between them, plus the input."""

    def __init__(self, features: int, norm: str) -> None:
        super().__init__()
        bias = norm == "none"
        self.layers = nn.Sequential(
            separable(features, features, 3, bias=bias),
            normalisation(norm, features),
            nn.PReLU(features),
            separable(features, features, 3, bias=bias),
            normalisation(norm, features),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, features, h, w) to the same shape."""
        output: Tensor = features + self.layers(features)
        return output


def separable(inputs: int, outputs: int, kernel: int, *, bias: bool = True) -> nn.Sequential:
    """Return a depthwise convolution followed by a pointwise one; both keep the size."""
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, kernel, padding=kernel // 2, groups=inputs, bias=bias),
        nn.Conv2d(inputs, outputs, 1, bias=bias),
    )


def _keep_variance(network: SwiftSrgan) -> None:
    """Initialise so that features keep their size from layer to layer, which normalisation would see to otherwise.

    A depthwise and a pointwise convolution with torch's own initial weights shrink them to a third, and ten such pairs
    leave nothing to learn from.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="linear")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    for block in network.body:
        last = [layer for layer in block.modules() if isinstance(layer, nn.Conv2d)][-1]
        nn.init.normal_(last.weight, std=0.1 * last.in_channels**-0.5)
