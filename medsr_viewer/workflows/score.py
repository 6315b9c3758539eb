"""Score an upscaled image against its reference: whole or in a region, on full range or as displayed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from medsr_viewer.imaging.colour import luma
from medsr_viewer.imaging.frame import FloatArray, Voi, Window
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.windowing import apply_voi
from medsr_viewer.metrics.scores import Scores, score

RangeMode: TypeAlias = Literal["full", "window"]


@dataclass(frozen=True)
class ScoreRequest:
    """What to measure on.

    Parameters
    ----------
    range_mode : {"full", "window"}
        On all values, or on what the window shows: values outside ``center - width / 2 .. center + width / 2`` are cut
        to those ends. LINEAR's half-pixel shift and its ``width - 1`` (PS3.3 C.11.2.1.2.1) are left out, so that the
        data range is the window's width. SIGMOID and a VOI LUT bend the values as they do on the screen, stretched to
        the data range.
    data_range : float
        Of the reference, for full range.
    voi : Window or VoiLut
        The window in force, for ``window``.
    region : Region, optional
        In pixels of the reference; the whole image where it is left out.
    """

    range_mode: RangeMode
    data_range: float
    voi: Voi
    region: Region | None = None

    @property
    def effective_range(self) -> float:
        """The data range that the scores use: the window's width for ``window``; 1 for a VOI LUT."""
        if self.range_mode == "full":
            return self.data_range
        return self.voi.width if isinstance(self.voi, Window) else 1.0


def score_image(reference: FloatArray, upscaled: FloatArray, request: ScoreRequest) -> Scores:
    """Score one upscaled image. Colour is scored on luma.

    Parameters
    ----------
    reference, upscaled : ndarray
        (H, W) or (H, W, 3) float32, in modality units, of the same shape.
    request : ScoreRequest
        What to measure on.
    """
    return score(measured_values(reference, request), measured_values(upscaled, request), request.effective_range)


def measured_values(pixels: FloatArray, request: ScoreRequest) -> FloatArray:
    """Return the values that are compared: cut to the region, reduced to luma, windowed where asked."""
    if request.region is not None:
        pixels = pixels[request.region.slices]
    values = luma(pixels) if pixels.ndim == 3 else pixels
    if request.range_mode == "window":
        values = _windowed(values, request.voi, request.effective_range)
    return np.ascontiguousarray(values)


def _windowed(values: FloatArray, voi: Voi, data_range: float) -> FloatArray:
    if isinstance(voi, Window) and voi.function != "SIGMOID":
        return np.clip(values, np.float32(voi.center - voi.width / 2), np.float32(voi.center + voi.width / 2))
    return apply_voi(values, voi) * np.float32(data_range)
