"""Networks of which a pixel depends on the whole image, so that no halo makes a tile exact."""

from __future__ import annotations

from torch import nn

_ALWAYS = (
    nn.GroupNorm,
    nn.LayerNorm,
    nn.AdaptiveAvgPool1d,
    nn.AdaptiveAvgPool2d,
    nn.AdaptiveMaxPool2d,
    nn.MultiheadAttention,
)


def needs_whole_image(network: nn.Module) -> bool:
    """Whether a network in evaluation mode takes anything from the whole image, as a mean over it.

    So do instance, group and layer normalisation, adaptive pooling and attention. A network that does so in its own
    ``forward`` says it by an attribute ``needs_whole_image = True``, its own or a layer's.
    """
    return any(
        isinstance(layer, _ALWAYS)
        # With running statistics it is as batch normalisation.
        or (isinstance(layer, nn.InstanceNorm2d) and not layer.track_running_stats)
        or getattr(layer, "needs_whole_image", False)
        for layer in network.modules()
    )
