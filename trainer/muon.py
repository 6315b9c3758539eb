"""Muon: gradient descent whose steps are orthogonalised (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon).

A convolution's kernel, as a matrix of output channels by all it reads, moves by the nearest orthogonal matrix to its
averaged gradient, so that every direction moves alike, rare ones too. Biases, gates, depthwise kernels and the first
and last layer, where that makes no sense, move by Adam. torch's own ``torch.optim.Muon`` takes matrices alone.

Measured on FMEN x4, 600 steps of 8 patches, one core, every other validation image of CT and MR: 3.84 dB over bicubic
rather than 1.20 with Adam, in the same time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of the quintic iteration: steepest at zero; singular values end between 0.68 and 1.21 rather than at 1."""
ITERATIONS = 5
MOMENTUM = 0.95
SMALLEST = 1e-8


class Muon(torch.optim.Optimizer):
    """Muon for the kernels between a network's first and last, Adam for all else.

    Parameters
    ----------
    network : nn.Module
        Whose parameters move.
    kernel_rate : float
        Of kernels: a step's spectral norm, for a kernel with no more outputs than inputs.
    rate : float
        Of Adam.
    betas : (float, float)
        Of Adam.
    weight_decay : float
        Share of every parameter that a step takes away, times its rate: beside the gradient, as AdamW does.
    """

    def __init__(
        self,
        network: nn.Module,
        kernel_rate: float,
        rate: float,
        betas: tuple[float, float],
        weight_decay: float = 0.0,
    ) -> None:
        kernels = inner_kernels(network)
        held = {id(kernel) for kernel in kernels}
        others = [parameter for parameter in network.parameters() if id(parameter) not in held]
        groups = [
            {"params": kernels, "lr": kernel_rate, "orthogonal": True},
            {"params": others, "lr": rate, "orthogonal": False},
        ]
        super().__init__([group for group in groups if group["params"]], {"betas": betas})
        self.weight_decay = weight_decay  # no value of the groups: checkpoints from before it go on

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:  # type: ignore[override]
        """Take one step down the gradients that the parameters hold."""
        if closure is not None:
            raise NotImplementedError("Muon takes no closure")
        for group in self.param_groups:
            move = _move_orthogonally if group["orthogonal"] else _move_by_adam
            for parameter in group["params"]:
                if parameter.grad is not None:
                    if self.weight_decay:
                        parameter.mul_(1 - group["lr"] * self.weight_decay)
                    move(parameter, parameter.grad, self.state[parameter], group)


def inner_kernels(network: nn.Module) -> list[Tensor]:
    """Return the kernels of a network's convolutions but the first, the last, and those that mix no channels."""
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    return [layer.weight for layer in layers[1:-1] if layer.groups == 1]


def orthogonalised(matrix: Tensor) -> Tensor:
    """Return about the nearest matrix with orthogonal rows or columns: U V' of the decomposition U S V'.

    Parameters
    ----------
    matrix : Tensor
        (M, N).

    Returns
    -------
    Tensor
        (M, N); singular values between 0.68 and 1.21, smaller where they were below 0.0015 of the matrix's norm. By
        Newton-Schulz iteration, which takes products alone.
    """
    first, second, third = COEFFICIENTS
    tall = matrix.shape[0] > matrix.shape[1]
    wide: Tensor = (matrix.mT if tall else matrix) / (matrix.norm() + SMALLEST)
    for _ in range(ITERATIONS):
        gram = wide @ wide.mT
        wide = first * wide + (second * gram + third * gram @ gram) @ wide
    return wide.mT if tall else wide


def _move_orthogonally(kernel: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]) -> None:
    if not state:
        state["momentum"] = torch.zeros_like(kernel)
    state["momentum"].lerp_(gradient, 1 - MOMENTUM)
    ahead = gradient.lerp(state["momentum"], MOMENTUM)
    # In float32, not bfloat16 as its authors have it: kernels are small, and replicas must not drift apart.
    direction = orthogonalised(ahead.flatten(1).float()) * max(1.0, len(kernel) / kernel[0].numel()) ** 0.5
    kernel.add_(direction.view(kernel.shape).to(kernel.dtype), alpha=-group["lr"])


def _move_by_adam(parameter: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]) -> None:
    if not state:
        state |= {"step": 0, "mean": torch.zeros_like(parameter), "square": torch.zeros_like(parameter)}
    first, second = group["betas"]
    state["step"] += 1
    state["mean"].lerp_(gradient, 1 - first)
    state["square"].lerp_(gradient.square(), 1 - second)
    scale = (state["square"] / (1 - second ** state["step"])).sqrt_().add_(SMALLEST)
    parameter.addcdiv_(state["mean"], scale, value=-group["lr"] / (1 - first ** state["step"]))
