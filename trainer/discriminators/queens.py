"""The discriminator of queens (Beallor et al.): SRGAN's, with its dense layer removed for memory."""

from __future__ import annotations

from torch import Tensor, nn

from trainer.discriminators.convolutions import convolutions, flattened_features


class QueensDiscriminator(nn.Module):
    """SRGAN's convolutions, flattened, and one unit (``ethanshore/SRGAN-Medical-Imaging``).

    With ``dense=1024`` and a dropout it is the full one that the authors leave to future work.

    Parameters
    ----------
    patch_side : int
        Side of the square patches, in reference pixels: 512, the whole image, as published.
    channels : int
        Image channels.
    features : int
        Channels of the first stage: 64 as published.
    norm : {"batch", "instance", "none"}
        Normalisation after all but the first convolution.
    dense : int
        Units of a dense layer before the last one; 0 for none.
    dropout : float
        Share of the values that are dropped before each dense layer.
    """

    def __init__(
        self,
        patch_side: int,
        channels: int = 1,
        features: int = 64,
        norm: str = "batch",
        dense: int = 0,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        inputs = flattened_features(patch_side, features)
        layers = [*convolutions(channels, features, norm), nn.Flatten()]
        if dense:
            layers += [nn.Dropout(dropout), nn.Linear(inputs, dense), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers, nn.Dropout(dropout), nn.Linear(dense or inputs, 1))

    def forward(self, pixels: Tensor) -> Tensor:
        """Return logits, (N, 1)."""
        scores: Tensor = self.layers(pixels)
        return scores
