"""Fold a trained network into the form that runs at inference."""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from medsr_viewer.models.fmen_unfolded import UnfoldedFmen

FOLDED_ARCHITECTURES: Mapping[str, str] = {"fmen-unfolded": "fmen"}
"""What a model card calls an architecture that is folded when it is published; it takes the same options."""


def fold_for_inference(network: nn.Module) -> nn.Module:
    """Return the network that computes the same in evaluation mode, folded where its architecture can be."""
    return network.fold() if isinstance(network, UnfoldedFmen) else network
