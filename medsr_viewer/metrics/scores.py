"""All scores of one upscaled image, and what they were measured on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsr_viewer.metrics import ms_ssim, psnr, ssim, uqi
from medsr_viewer.metrics.pair import FloatImage, comparable_pair, require_data_range, require_finite

_TIMES = "\N{MULTIPLICATION SIGN}"
_SEPARATOR = " \N{MIDDLE DOT} "


@dataclass(frozen=True)
class Scores:
    """Scores of an upscaled image against its reference; None where a score is undefined.

    Parameters
    ----------
    psnr_db : float or None
        Peak signal-to-noise ratio in dB, infinity for identical images. Undefined for an empty region.
    ssim : float or None
        Structural similarity. Undefined where a side is shorter than 11 pixels.
    ms_ssim : float or None
        Multi-scale structural similarity. Undefined where a side is shorter than 176 pixels.
    uqi : float or None
        Universal quality index. Undefined where a side is shorter than 8 pixels.

    Notes
    -----
    With a data range of zero (a constant reference) identical images score infinity and 1; of others only UQI, which
    needs no data range, is defined.
    """

    psnr_db: float | None
    ssim: float | None
    ms_ssim: float | None
    uqi: float | None


@dataclass(frozen=True)
class Measured:
    """What scores were measured on.

    Parameters
    ----------
    data_range : float
        The data range that PSNR, SSIM and MS-SSIM used, in `unit`.
    rows, columns : int
        Size of the region that was compared, in pixels of the reference.
    region : str
        Which region: "whole image", "visible region", "ROI".
    on : str
        Which intensities: "full range", or a window's text.
    border : str
        What was cropped before the comparison.
    unit : str
        Unit of `data_range`, "HU" for instance; empty where there is none.
    """

    data_range: float
    rows: int
    columns: int
    region: str = "whole image"
    on: str = "full range"
    border: str = "no border cropped"
    unit: str = ""

    def describe(self) -> str:
        """Return all of it in one line, with the scores that are undefined at this size."""
        notes = [self.border]
        smaller_side = min(self.rows, self.columns)
        if smaller_side >= ssim.WINDOW_SIDE:
            notes.append(f"SSIM without its {ssim.BORDER}-pixel window border")
        limits = {"UQI": uqi.WINDOW_SIDE, "SSIM": ssim.WINDOW_SIDE, "MS-SSIM": ms_ssim.MIN_SIDE}
        notes += [f"{name} undefined below {side} px" for name, side in limits.items() if smaller_side < side]
        return _SEPARATOR.join(
            (
                f"data range {self.data_range:.6g} {self.unit}".rstrip(),
                f"{self.columns} {_TIMES} {self.rows} px (w {_TIMES} h, {self.region})",
                self.on,
                "; ".join(notes),
            )
        )


def score(reference: npt.ArrayLike, upscaled: npt.ArrayLike, data_range: float) -> Scores:
    """Score an upscaled image against its reference.

    Parameters
    ----------
    reference, upscaled : array_like
        (H, W) of equal shape, in the same units, of any size; colour as luma.
    data_range : float
        Span of the possible or actual values, in the images' units; zero for a constant reference.

    Returns
    -------
    Scores
        Undefined ones are None: see `Scores`.

    Raises
    ------
    ValueError
        The images are not two-dimensional, differ in shape or are not finite; the data range is negative or not finite.
    """
    first, second = comparable_pair(reference, upscaled)
    if data_range != 0:
        require_data_range(data_range)
    if first.size == 0:
        return Scores(None, None, None, None)
    require_finite(first, second)
    index = uqi.uqi(first, second) if min(first.shape) >= uqi.WINDOW_SIDE else None
    if data_range == 0:
        return _without_data_range(first, second, index)
    similarity, multi_scale = _similarities(first, second, data_range)
    return Scores(psnr.psnr(first, second, data_range), similarity, multi_scale, index)


def _similarities(first: FloatImage, second: FloatImage, data_range: float) -> tuple[float | None, float | None]:
    if min(first.shape) < ssim.WINDOW_SIDE:
        return None, None
    if min(first.shape) < ms_ssim.MIN_SIDE:
        return ssim.mean_terms(first, second, data_range).ssim, None
    terms = ms_ssim.terms_by_scale(first, second, data_range)
    return terms[0].ssim, ms_ssim.combine_scales(terms)


def _without_data_range(first: FloatImage, second: FloatImage, index: float | None) -> Scores:
    if not np.array_equal(first, second):
        return Scores(None, None, None, index)
    smaller_side = min(first.shape)
    return Scores(
        psnr_db=math.inf,
        ssim=1.0 if smaller_side >= ssim.WINDOW_SIDE else None,
        ms_ssim=1.0 if smaller_side >= ms_ssim.MIN_SIDE else None,
        uqi=index,
    )
