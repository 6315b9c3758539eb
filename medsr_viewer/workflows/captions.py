"""What is written beside a picture, in the window, in saved figures and on the command line alike."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from medsr_viewer.upscaling.methods import Method
from medsr_viewer.workflows.compare import Mode

if TYPE_CHECKING:
    from medsr_viewer.upscaling.upscaler import Precision

RESEARCH_USE = "research use only"
"""Stands on everything that was upscaled."""
NO_SCORE = "no reference, no score"
REFERENCE_TITLE = "Reference"
SEPARATOR = " · "

_PRECISIONS = {"fp32": "fp32", "bf16": "bf16 fast"}


def input_caption(mode: Mode, scale_factor: int, shape: tuple[int, ...]) -> str:
    """Return what the input of the methods is called.

    Parameters
    ----------
    mode : {"test", "enhance"}
        Degraded, or as opened.
    scale_factor : int
        That the reference was degraded by.
    shape : tuple of int
        (H, W) or (H, W, 3) of the input.
    """
    if mode == "enhance":
        return "Input"
    return SEPARATOR.join((f"Degraded ÷{scale_factor}", f"{shape[1]} × {shape[0]}"))


def upscaled_caption(method: Method, scale_factor: int, precision: Precision) -> str:
    """Return what a method's image is called; of a network with its precision and what its model card warns of.

    `RESEARCH_USE` must stand beside it.

    Parameters
    ----------
    method : Method
        Has the scale factor.
    scale_factor : int
        2, 3, 4 or 8.
    precision : {"fp32", "bf16"}
        Of the networks.
    """
    parts = [f"Upscaled ×{scale_factor}", method.name]
    if method.is_learned:
        parts += [_PRECISIONS[precision], method.cards[scale_factor].note]
    return SEPARATOR.join(part for part in parts if part)


def score_caption(psnr_db: float | None, ssim: float | None) -> str:
    """Return the two scores that stand beside a picture.

    Parameters
    ----------
    psnr_db : float or None
        Infinite: the images are identical. None: undefined.
    ssim : float or None
        None: undefined.
    """
    if psnr_db is not None and math.isinf(psnr_db):
        return "identical"
    return SEPARATOR.join(
        (
            f"PSNR {psnr_db:.2f} dB" if psnr_db is not None else "PSNR undefined",
            f"SSIM {ssim:.3f}" if ssim is not None else "SSIM undefined",
        )
    )
