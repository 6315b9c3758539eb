"""Degradations: how a degraded patch is made of a reference. A recipe names them, and a model card repeats them.

In the order of what happens to a picture: blur of the optics, reduction by a kernel or by truncating k-space, noise of
the dose, noise of the electronics, JPEG.
"""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.fft import dctn, idctn
from torch import Tensor
from torch.nn import functional as F

from medsr_viewer.imaging.degrade import STANDARD_DEGRADATION
from medsr_viewer.imaging.resample import resize
from medsr_viewer.models.layers import bicubic
from trainer.chance import happens
from trainer.recipe import DegradationRecipe, Kernel

FloatArray = NDArray[np.float32]

NARROWEST = 0.5
"""Reference pixels: a Gaussian of a smaller sigma, turned, would fall between the pixels of its kernel."""
KERNELS: dict[Kernel, str] = {
    "bicubic": STANDARD_DEGRADATION,
    "bilinear": "bilinear, antialiased",
    "bilinear-aliased": "bilinear, not antialiased",
    "area": "mean of the pixels in each degraded one",
    "nearest": "nearest pixel",
    "lanczos": "Lanczos-3, antialiased (Pillow)",
}


def is_standard(recipe: DegradationRecipe) -> bool:
    """Whether a recipe asks for the standard degradation alone: antialiased bicubic reduction."""
    return recipe.kernel == "bicubic" and not recipe.is_random


def describe(recipe: DegradationRecipe) -> str:
    """Return a recipe's degradation in words, for model cards."""
    parts = [KERNELS[recipe.kernel]]
    for share, words in (
        (recipe.blur_share, f"Gaussian blur, sigma {_span(recipe.blur_sigma)} reference pixels{_turned(recipe)}"),
        (recipe.kspace_share, "k-space truncation in place of it (of MR alone)"),
        (recipe.dose_share, f"Poisson noise of {_span(recipe.dose_photons)} photons at white"),
        (recipe.noise_share, f"Gaussian noise, sigma {_span(recipe.noise_sigma)} of the range"),
        (recipe.jpeg_share, f"JPEG of quality {_span(recipe.jpeg_quality)}"),
    ):
        if share:
            parts.append(f"{words}: {share:.0%} of patches")
    return "; ".join(parts)


def degrade_patch(
    reference: FloatArray,
    scale_factor: int,
    recipe: DegradationRecipe,
    rng: np.random.Generator,
    modality: str = "",
) -> FloatArray:
    """Degrade a patch, or a whole image, at random as the recipe says.

    Parameters
    ----------
    reference : ndarray
        (H, W) float32; H and W multiples of `scale_factor`, 0 and 1 black and white.
    scale_factor : int
        At least 1.
    recipe : DegradationRecipe
        What to do, to which share of patches.
    rng : numpy.random.Generator
        What chance there is. A share of 0 draws nothing.
    modality : str
        "MR" where k-space may be truncated.

    Returns
    -------
    ndarray
        (H / scale_factor, W / scale_factor) float32, not clipped.
    """
    if happens(recipe.blur_share, rng):
        reference = _blur_at_random(reference, recipe, rng)
    if modality == "MR" and happens(recipe.kspace_share, rng):
        degraded = truncate_kspace(reference, scale_factor)
    else:
        degraded = reduce(reference, scale_factor, recipe.kernel)
    if happens(recipe.dose_share, rng):
        # Doses differ by factors: even in their logarithm.
        low, high = (math.log(photons) for photons in recipe.dose_photons)
        degraded = add_dose_noise(degraded, math.exp(rng.uniform(low, high)), rng)
    if happens(recipe.noise_share, rng):
        sigma = np.float32(rng.uniform(*recipe.noise_sigma))
        degraded = degraded + sigma * rng.standard_normal(degraded.shape, np.float32)
    if happens(recipe.jpeg_share, rng):
        degraded = compress(degraded, round(float(rng.uniform(*recipe.jpeg_quality))))
    return degraded


def reduce(reference: FloatArray, scale_factor: int, kernel: Kernel) -> FloatArray:
    """Reduce an image by a kernel, pixel-centre aligned.

    Parameters
    ----------
    reference : ndarray
        (H, W) float32; H and W multiples of `scale_factor`.
    scale_factor : int
        At least 1.
    kernel : {"bicubic", "bilinear", "bilinear-aliased", "area", "nearest", "lanczos"}
        `nearest` takes the pixel below and right of the centre where the factor is even: half a pixel off.

    Returns
    -------
    ndarray
        (H / scale_factor, W / scale_factor) float32.
    """
    if kernel == "lanczos":
        rows, columns = reference.shape
        return resize(reference, (rows // scale_factor, columns // scale_factor), kernel)
    pixels = torch.from_numpy(np.ascontiguousarray(reference))[None, None]
    result: FloatArray = reduce_batch(pixels, scale_factor, kernel)[0, 0].contiguous().numpy()
    return result


def reduce_batch(pixels: Tensor, scale_factor: int, kernel: Kernel) -> Tensor:
    """Reduce images as `reduce` does, so that gradients flow into them.

    Parameters
    ----------
    pixels : Tensor
        (N, C, H, W); H and W multiples of `scale_factor`.
    scale_factor : int
        At least 1.
    kernel : {"bicubic", "bilinear", "bilinear-aliased", "area", "nearest", "lanczos"}
        See `reduce`.

    Returns
    -------
    Tensor
        (N, C, H / scale_factor, W / scale_factor).
    """
    match kernel:
        case "bicubic":
            return bicubic(pixels, 1 / scale_factor)
        case "area":
            return F.avg_pool2d(pixels, scale_factor)
        case "nearest":
            return pixels[..., scale_factor // 2 :: scale_factor, scale_factor // 2 :: scale_factor]
        case "lanczos":
            rows, columns = (_lanczos(length, scale_factor).to(pixels) for length in pixels.shape[-2:])
            return rows @ pixels @ columns.mT
    antialias = kernel == "bilinear"
    return F.interpolate(
        pixels, scale_factor=1 / scale_factor, mode="bilinear", antialias=antialias, align_corners=False
    )


def truncate_kspace(reference: FloatArray, scale_factor: int) -> FloatArray:
    """Reduce an image as an MR scan of a smaller matrix does: keep the centre of its k-space, and take the magnitude.

    The k-space is that of the image mirrored at its borders, by a cosine transform: no jump between opposite borders
    rings through the patch, and the result's pixel centres lie where those of the other kernels do, which a plain crop
    of the Fourier transform would move by half a reference pixel times (scale_factor - 1).

    Parameters
    ----------
    reference : ndarray
        (H, W) float32; H and W multiples of `scale_factor`.
    scale_factor : int
        At least 1.

    Returns
    -------
    ndarray
        (H / scale_factor, W / scale_factor) float32; not negative, but where the reference is: a stretched patch.
    """
    rows, columns = (length // scale_factor for length in reference.shape)
    centre = dctn(reference, norm="ortho")[:rows, :columns]
    truncated: FloatArray = (idctn(centre, norm="ortho") / scale_factor).astype(np.float32)
    return truncated if reference.min() < 0 else np.abs(truncated)


def blur(reference: FloatArray, sigma: float) -> FloatArray:
    """Blur by a Gaussian of `sigma` pixels, mirrored at the borders."""
    return np.asarray(cv2.GaussianBlur(reference, (0, 0), sigma), np.float32) if sigma > 0 else reference


def blur_anisotropically(reference: FloatArray, sigmas: tuple[float, float], angle: float) -> FloatArray:
    """Blur by a Gaussian of two sigmas, mirrored at the borders (Zhang et al. 2021, BSRGAN, section 3.1).

    Parameters
    ----------
    reference : ndarray
        (H, W) float32.
    sigmas : (float, float)
        Along the angle and across it, in pixels; `NARROWEST` or more is taken.
    angle : float
        Radians, counter-clockwise from the direction in which a row runs.

    Returns
    -------
    ndarray
        (H, W) float32.
    """
    along, across = (max(sigma, NARROWEST) for sigma in sigmas)
    reach = math.ceil(4 * max(along, across))
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    cosine, sine = math.cos(angle), math.sin(angle)
    exponent = ((cosine * columns - sine * rows) / along) ** 2 + ((sine * columns + cosine * rows) / across) ** 2
    kernel = np.exp(-exponent / 2)
    return np.asarray(cv2.filter2D(reference, -1, kernel / kernel.sum()), np.float32)


def add_dose_noise(pixels: FloatArray, photons: float, rng: np.random.Generator) -> FloatArray:
    """Add the noise of a dose: counts of a Poisson process whose mean is `photons` where a pixel is 1.

    Values below 0 hold no photons and stay as they are.
    """
    expected = np.maximum(pixels, 0) * photons
    noisy = rng.poisson(expected) / photons
    return (noisy + np.minimum(pixels, 0)).astype(np.float32)


def compress(pixels: FloatArray, quality: int) -> FloatArray:
    """Compress to 8-bit JPEG and back; values are clipped to [0, 1].

    Parameters
    ----------
    pixels : ndarray
        (H, W) float32.
    quality : int
        1 to 100.
    """
    stored = np.rint(pixels.clip(0, 1) * 255).astype(np.uint8)
    done, data = cv2.imencode(".jpg", stored, (cv2.IMWRITE_JPEG_QUALITY, quality))
    if not done:
        raise ValueError(f"no JPEG of quality {quality}")
    decoded = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    return np.asarray(decoded, np.float32) / np.float32(255)


@lru_cache(maxsize=8)
def _lanczos(length: int, scale_factor: int) -> Tensor:
    """Return the matrix by which Pillow reduces a line of pixels: what it makes of each single one."""
    return torch.from_numpy(resize(np.eye(length, dtype=np.float32), (length // scale_factor, length), "lanczos"))


def _blur_at_random(reference: FloatArray, recipe: DegradationRecipe, rng: np.random.Generator) -> FloatArray:
    if not happens(recipe.blur_anisotropic_share, rng):
        return blur(reference, float(rng.uniform(*recipe.blur_sigma)))
    along, across = (float(rng.uniform(*recipe.blur_sigma)) for _ in range(2))
    return blur_anisotropically(reference, (along, across), float(rng.uniform(0, math.pi)))


def _turned(recipe: DegradationRecipe) -> str:
    share = recipe.blur_anisotropic_share
    return f" ({share:.0%} of them anisotropic: two sigmas, any angle)" if share else ""


def _span(limits: tuple[float, float]) -> str:
    return " to ".join(f"{limit:g}" for limit in limits)
