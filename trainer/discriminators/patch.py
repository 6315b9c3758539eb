"""A discriminator that judges overlapping parts of a patch, each by itself, for our own recipes."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


class PatchDiscriminator(nn.Module):
    """PatchGAN (Isola et al. 2017) with spectral instead of batch normalisation (Miyato et al. 2018).

    Convolutions of 4 x 4, then a map of logits: with three strides of two each judges 70 x 70 pixels. Without
    BatchNorm a patch's logits depend on that patch alone.

    Parameters
    ----------
    patch_side : int
        Side of the square patches, in reference pixels; any larger ones do too.
    channels : int
        Image channels.
    features : int
        Channels of the first convolution; they double at each up to eight times.
    strides : int
        Convolutions that halve the size: 3 sees 70 x 70 pixels, 2 sees 34 x 34.

    Raises
    ------
    ValueError
        If nothing would be left of such a patch.
    """

    def __init__(self, patch_side: int, channels: int = 1, features: int = 64, strides: int = 3) -> None:
        super().__init__()
        if patch_side < (smallest := 3 * 2**strides):
            raise ValueError(f"{strides} strides need patches of {smallest} reference pixels a side, not {patch_side}")
        widths = [min(2**index, 8) * features for index in range(strides + 1)]
        layers: list[nn.Module] = [nn.Conv2d(channels, widths[0], 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
        for index in range(1, strides + 1):
            stride = 2 if index < strides else 1
            convolution = nn.Conv2d(widths[index - 1], widths[index], 4, stride=stride, padding=1)
            layers += [spectral_norm(convolution), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 4, padding=1))

    def forward(self, pixels: Tensor) -> Tensor:
        """Return a map of logits, (N, 1, h, w)."""
        scores: Tensor = self.layers(pixels)
        return scores
