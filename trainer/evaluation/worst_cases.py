"""The images on which each learned method did worst, cut to where it erred most."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from medsr_viewer.imaging.resample import FloatArray, enlarge
from medsr_viewer.metrics.error_map import signed_error
from medsr_viewer.upscaling.methods import Method
from trainer.evaluation.figures import Comparison, compare
from trainer.evaluation.measuring import Plan, Row
from trainer.images import TrainingImage

SIDE = 96
"""Of the region, in pixels of the reference."""
ENLARGED = 240
"""Of a panel, in pixels of the page's picture."""
GAP, CAPTION = 6, 22
_PAPER, _INK, _FRAME = (255, 255, 255), (30, 30, 30), (150, 150, 150)
_LEAST_LIMIT = 0.02
"""Of the error map's colours: smaller errors than this are not blown up to look like large ones."""
_WINDOW = (0.5, 99.5)


@dataclass(frozen=True)
class WorstCase:
    """An image on which a method did badly.

    Attributes
    ----------
    method, why : str
        Of the method; what was worst.
    row : Row
        What was measured.
    region : str
        Which part is shown.
    window, limit : (float, float), float
        Values shown as black and white in the four pictures; error of the full colour.
    png : bytes
        Reference, degraded, bicubic, upscaled and error, side by side with their captions.
    """

    method: str
    why: str
    row: Row
    region: str
    window: tuple[float, float]
    limit: float
    png: bytes


@dataclass(frozen=True)
class Order:
    """A way to be the worst: in words, and by what the worst row comes first."""

    why: str
    key: Callable[[Row], float]


ORDERS = (
    Order("lowest gain over bicubic", lambda row: row.figures["gain_db"]),
    Order("most invented detail", lambda row: -row.figures["hallucination"]),
)


def worst_cases(plan: Plan, images: Sequence[TrainingImage], rows: Sequence[Row], count: int) -> list[WorstCase]:
    """Find and draw the worst cases of every learned method.

    Parameters
    ----------
    plan : Plan
        What was measured.
    images : sequence of TrainingImage
        On which.
    rows : sequence of Row
        What came of it.
    count : int
        How many images for each method and each of `ORDERS`.
    """
    by_file = {image.path: image for image in images}
    cases: list[WorstCase] = []
    for method in plan.methods:
        own = [row for row in rows if method.is_learned and row.method == method.name]
        drawn: dict[str, WorstCase] = {}
        for order in ORDERS:
            defined = [row for row in own if math.isfinite(order.key(row))]
            worst = sorted(defined, key=order.key)[:count]
            for row in worst:
                if row.file not in drawn:
                    drawn[row.file] = _case(plan, method, order.why, row, by_file[row.file])
                cases.append(replace(drawn[row.file], why=order.why))
    return cases


def _case(plan: Plan, method: Method, why: str, row: Row, image: TrainingImage) -> WorstCase:
    compared = compare(method, plan.scale_factor, image, plan.protocol, plan.degradation)
    error = signed_error(compared.reference, compared.upscaled)
    top, left = worst_place(error, plan.protocol.border)
    rows, columns = (min(SIDE, length) for length in error.shape)
    cut = np.s_[top : top + rows, left : left + columns]
    low, high = (float(value) for value in np.percentile(compared.reference[cut], _WINDOW))
    window = (low, max(high, low + 1e-3))
    limit = max(_LEAST_LIMIT, float(np.percentile(np.abs(error[cut]), 99.5)))
    return WorstCase(
        method=method.name,
        why=why,
        row=row,
        region=f"rows {top} to {top + rows}, columns {left} to {left + columns} of {error.shape[0]} x {error.shape[1]}",
        window=window,
        limit=limit,
        png=_strip(_panels(compared, plan.scale_factor, method.name, cut, error, window, limit)),
    )


def worst_place(error: FloatArray, border: int = 0) -> tuple[int, int]:
    """Return row and column of the top left of the region with the largest mean squared error, within a border."""
    inner = np.square(error[border or None : -border or None, border or None : -border or None], dtype=np.float64)
    rows, columns = (min(SIDE, length) for length in inner.shape)
    sums = np.asarray(cv2.integral(inner))
    means = sums[rows:, columns:] - sums[:-rows, columns:] - sums[rows:, :-columns] + sums[:-rows, :-columns]
    top, left = np.unravel_index(int(np.argmax(means)), means.shape)
    return int(top) + border, int(left) + border


def _panels(
    compared: Comparison,
    scale_factor: int,
    method: str,
    cut: Any,
    error: FloatArray,
    window: tuple[float, float],
    limit: float,
) -> list[tuple[str, NDArray[np.uint8]]]:
    gray = {
        "reference": compared.reference,
        f"degraded by {scale_factor}, pixels": enlarge(compared.degraded, scale_factor, "nearest"),
        "bicubic": compared.baseline,
        f"UPSCALED by {method}": compared.upscaled,
    }
    return [
        *((caption, _gray(pixels[cut], window)) for caption, pixels in gray.items()),
        (f"error, full colour = ±{limit:.3f}", _diverging(error[cut] / limit)),
    ]


def _gray(pixels: FloatArray, window: tuple[float, float]) -> NDArray[np.uint8]:
    shown = np.rint(((pixels - window[0]) / (window[1] - window[0])).clip(0, 1) * 255).astype(np.uint8)
    return np.repeat(shown[..., None], 3, axis=2)


def _diverging(share: FloatArray) -> NDArray[np.uint8]:
    """Return red where a share of the limit is above zero, blue below, white at zero."""
    share = share.clip(-1, 1)[..., None]
    red, blue = np.array([178, 24, 43]), np.array([33, 102, 172])
    coloured = 255 + np.abs(share) * (np.where(share > 0, red, blue) - 255)
    rounded: NDArray[np.uint8] = np.rint(coloured).astype(np.uint8)
    return rounded


def _strip(panels: Sequence[tuple[str, NDArray[np.uint8]]]) -> bytes:
    font = ImageFont.load_default(13)
    sheet = Image.new("RGB", (len(panels) * (ENLARGED + GAP) - GAP, ENLARGED + CAPTION), _PAPER)
    draw = ImageDraw.Draw(sheet)
    for index, (caption, pixels) in enumerate(panels):
        left = index * (ENLARGED + GAP)
        scale = ENLARGED / max(pixels.shape[:2])
        size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
        # Pixels stay squares: smoothing them would look like super-resolution.
        sheet.paste(Image.fromarray(pixels).resize(size, Image.Resampling.NEAREST), (left, CAPTION))
        draw.rectangle((left, CAPTION, left + size[0] - 1, CAPTION + size[1] - 1), outline=_FRAME)
        draw.text((left + 1, 3), caption, fill=_INK, font=font)
    buffer = io.BytesIO()
    sheet.save(buffer, "png", optimize=True)
    return buffer.getvalue()


def shown_name(row: Row) -> str:
    """Return the image's folder and file name: where it lies on this machine is nobody's business."""
    return f"{row.folder}: {Path(row.file).name}"
