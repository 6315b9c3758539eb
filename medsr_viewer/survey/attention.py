"""Attention checks: pictures that ask for one answer, so that who does not look is found."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from medsr_viewer.imaging.frame import FloatArray

ATTENTION_WINDOW = (0.5, 1.0)
"""(center, width) that they are shown with."""

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_GROUND, _INK = 90, 255


def attention_picture(answer: int, side: int = 512) -> FloatArray:
    """Draw a picture that asks for an answer.

    Parameters
    ----------
    answer : int
        The value to be given.
    side : int
        Of the square picture, in pixels.

    Returns
    -------
    ndarray
        (side, side) float32 from 0 to 1, to be shown with `ATTENTION_WINDOW`.
    """
    drawn = np.full((side, side), _GROUND, np.uint8)  # OpenCV smooths letters on 8 bits alone
    _write(drawn, "Please answer", 0.42, side / 400)
    _write(drawn, str(answer), 0.62, side / 200)
    return drawn.astype(np.float32) / np.float32(255)


def _write(picture: NDArray[np.uint8], text: str, height: float, size: float) -> None:
    thickness = max(1, round(2 * size))
    (width, _), _ = cv2.getTextSize(text, _FONT, size, thickness)
    place = ((picture.shape[1] - width) // 2, round(picture.shape[0] * height))
    cv2.putText(picture, text, place, _FONT, size, _INK, thickness, cv2.LINE_AA)
