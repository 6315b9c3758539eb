"""A discriminator whose weights take no gradient while the generator learns from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def frozen(network: nn.Module) -> Iterator[None]:
    """Let gradients flow through a network into its input, and compute none for its weights: a third of its backward.

    Forward and backward passes must both lie inside. For a network wrapped for several processes pass, and call, the
    module inside: the wrapper waits for gradients that never come.
    """
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    for parameter in trained:
        parameter.requires_grad = False
    try:
        yield
    finally:
        for parameter in trained:
            parameter.requires_grad = True
