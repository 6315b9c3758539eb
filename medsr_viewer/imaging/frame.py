"""One image as the rest of the program sees it: pixels, what they mean and how to display them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

VoiFunction: TypeAlias = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]
SpacingSource: TypeAlias = Literal["calibrated", "detector", "nominal", ""]
FloatArray: TypeAlias = npt.NDArray[np.float32]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

FULL_RANGE = "full range"


@dataclass(frozen=True)
class Window:
    """A window: which values are shown from black to white (PS3.3 C.11.2.1.2, C.11.2.1.3).

    Parameters
    ----------
    center, width : float
        Window Center and Window Width, in modality units.
    function : {"LINEAR", "LINEAR_EXACT", "SIGMOID"}
        VOI LUT Function (0028,1056).
    name : str
        Window Center & Width Explanation, or a preset's name.
    """

    center: float
    width: float
    function: VoiFunction = "LINEAR"
    name: str = ""


@dataclass(frozen=True, eq=False)
class VoiLut:
    """An item of the VOI LUT Sequence: a table instead of a window (PS3.3 C.11.2.1.1).

    Parameters
    ----------
    table : ndarray
        (N,) the entries.
    first : float
        The value, in modality units, that the first entry stands for.
    bits : int
        Bits of an entry: 2 ** bits - 1 is white.
    name : str
        LUT Explanation.
    """

    table: npt.NDArray[np.uint16]
    first: float
    bits: int
    name: str = ""


Voi: TypeAlias = Window | VoiLut


@dataclass(frozen=True)
class Orientation:
    """What lies at each edge of the image: R, L, A, P, H, F, two letters where it is oblique."""

    left: str
    right: str
    top: str
    bottom: str


@dataclass(frozen=True, eq=False)
class Frame:
    """One decoded image.

    Parameters
    ----------
    pixels : ndarray
        float32, C-contiguous, read-only. Gray: (H, W) in modality units (rasters: stored values). Colour: (H, W, 3)
        RGB, stored values: 0..255, or the stored range of 16-bit colour.
    vois : tuple of Window or VoiLut
        Never empty: the file's own, in the file's order, else one window of the full range.
    value_range : (float, float)
        Smallest and largest valid pixel.
    valid : ndarray or None
        (H, W) bool; False where a pixel is padding (0028,0120) or not finite. None: every pixel is valid.
    unit : str
        Unit of gray pixels ("HU"), or "".
    inverted : bool
        Whether the smallest value is to be shown white: MONOCHROME1, or Presentation LUT Shape INVERSE, or both.
    bits_stored : int or None
        Bits of a stored value; None for floating-point pixels.
    stored_maximum : float or None
        255 for 8-bit rasters and 8-bit colour: the data range of their scores. None elsewhere.
    pixel_spacing : (float, float) or None
        Row and column spacing in mm.
    spacing_source : {"calibrated", "detector", "nominal", ""}
        Where `pixel_spacing` holds: in the patient, at the detector, or as the scanner's nominal figure.
    pixel_aspect : float
        Height of a pixel over its width: of `pixel_spacing`, or else Pixel Aspect Ratio (0028,0034).
    frame_rate : float or None
        Frames a second that the file is to be played at; None where it does not say.
    orientation : Orientation or None
        None where the file does not say.
    laterality : str
        "R", "L", "B" (both), "U" (unpaired) or "".
    lossy : bool
        Whether the image was compressed with loss at any time.
    warnings : tuple of str
        What the user must know about how this image was read.
    """

    pixels: FloatArray
    vois: tuple[Voi, ...]
    value_range: tuple[float, float]
    valid: BoolArray | None = None
    unit: str = ""
    inverted: bool = False
    bits_stored: int | None = None
    stored_maximum: float | None = None
    pixel_spacing: tuple[float, float] | None = None
    spacing_source: SpacingSource = ""
    pixel_aspect: float = 1.0
    frame_rate: float | None = None
    orientation: Orientation | None = None
    laterality: str = ""
    lossy: bool = False
    warnings: tuple[str, ...] = field(default=())

    @property
    def is_colour(self) -> bool:
        """Whether the pixels are RGB."""
        return self.pixels.ndim == 3

    @property
    def shape(self) -> tuple[int, ...]:
        """(H, W), or (H, W, 3) for colour."""
        return self.pixels.shape


def full_range_window(low: float, high: float) -> Window:
    """Return the window that shows `low` black and `high` white.

    Parameters
    ----------
    low, high : float
        The limits, `low` <= `high`; equal for a constant image.
    """
    return Window((low + high) / 2, max(high - low, 0.0) or 1.0, "LINEAR_EXACT", FULL_RANGE)
