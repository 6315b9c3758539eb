"""False colour for error and similarity maps: ramps of even lightness steps, built in OKLab. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt

RAMP_SIZE = 1025  # odd: a diverging ramp has a middle

# (lightness, a, b) of OKLab (Ottosson 2020). Lightness grows evenly from the dark end; hue does the rest.
_DIVERGING_LOW = ((0.14, 0.0, 0.0), (0.45, -0.02, -0.14), (0.68, -0.06, -0.11), (0.92, -0.06, -0.03))
_DIVERGING_HIGH = ((0.14, 0.0, 0.0), (0.45, 0.12, 0.08), (0.68, 0.11, 0.12), (0.92, 0.02, 0.10))
_SEQUENTIAL = ((0.10, 0.0, 0.0), (0.36, 0.09, -0.12), (0.56, 0.17, 0.02), (0.76, 0.09, 0.13), (0.96, -0.01, 0.10))
_OKLAB_TO_LMS = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_LMS_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


@dataclass(frozen=True)
class ColourScale:
    """How the values of a map are coloured, and what its colour bar says.

    Parameters
    ----------
    kind : {"diverging", "sequential"}
        Diverging: black at the middle, blue below, orange above. Sequential: black at `low`, pale yellow at `high`.
    low, high : float
        Values at the ends of the bar; `low` > `high` turns the ramp round (a similarity map: 1 is black).
    unit : str
        "HU", or "".
    title : str
        What is shown: "error".
    """

    kind: Literal["diverging", "sequential"]
    low: float
    high: float
    unit: str = ""
    title: str = ""

    @classmethod
    def signed(cls, limit: float, unit: str = "", title: str = "error") -> ColourScale:
        """Return a scale for signed errors, symmetric about 0."""
        limit = abs(limit) or 1.0
        return cls("diverging", -limit, limit, unit, title)

    @property
    def ramp(self) -> npt.NDArray[np.uint8]:
        """(1025, 3) uint8 RGB from `low` to `high`."""
        return ramp(self.kind)


@cache
def ramp(kind: Literal["diverging", "sequential"]) -> npt.NDArray[np.uint8]:
    """Return the colours of a kind of scale, (1025, 3) uint8 RGB."""
    if kind == "sequential":
        return _to_srgb(_interpolate(_SEQUENTIAL, RAMP_SIZE))
    half = RAMP_SIZE // 2 + 1
    low, high = _interpolate(_DIVERGING_LOW, half), _interpolate(_DIVERGING_HIGH, half)
    return _to_srgb(np.concatenate([low[:0:-1], high]))


def _interpolate(points: tuple[tuple[float, float, float], ...], count: int) -> npt.NDArray[np.float64]:
    knots = np.array(points)
    lightness = np.linspace(knots[0, 0], knots[-1, 0], count)
    return np.stack([np.interp(lightness, knots[:, 0], knots[:, axis]) for axis in range(3)], axis=-1)


def _to_srgb(oklab: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    linear = np.clip((oklab @ _OKLAB_TO_LMS.T) ** 3 @ _LMS_TO_RGB.T, 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    levels: npt.NDArray[np.uint8] = np.rint(encoded * 255.0).astype(np.uint8)
    return levels
