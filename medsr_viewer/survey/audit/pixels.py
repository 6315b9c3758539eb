"""Pixels that tell without being what is rated: no numbers, another unit, flat areas and lines, clipping, rounding.

Images are compared as they are displayed, from 0 to 255 levels, since that is what observers see; each with the others
of its case. How they differ in sharpness, noise and detail is what is rated, and no leak.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.imaging.frame import FloatArray
from medsr_viewer.survey.audit.finding import SET_UP_AGAIN, Finding

BLOCK = 16
_DEPTH = 8
"""Lines at each border that are looked at."""
_FLAT, _STRUCTURED = 1.0, 16.0
"""Displayed levels within which a line or block is of one value, and from which on it is surely not."""
_OUTSIDE = 0.5
_CLIPPED, _BEYOND = 0.02, 4.0
_SAMPLE = 1 << 14

Stack = Mapping[str, FloatArray]


def displayed(pixels: FloatArray, window: tuple[float, float]) -> FloatArray:
    """Return what is seen: (H, W) float32 from 0 to 255, not rounded; colours averaged, no numbers as 0."""
    center, width = window
    gray = pixels if pixels.ndim == 2 else pixels.mean(2)
    levels = (np.nan_to_num(gray) - np.float32(center - width / 2)) * np.float32(255 / max(width, 1e-12))
    return np.asarray(np.clip(levels, 0, 255), np.float32)


def check_numbers(stack: Stack) -> Iterator[Finding]:
    """Find pixels that are no numbers."""
    bad = [name for name, pixels in stack.items() if not np.isfinite(pixels).all()]
    if bad:
        yield _finding("values", "it has pixels that are no numbers", bad)


def check_range(stack: Stack, window: tuple[float, float]) -> Iterator[Finding]:
    """Find an image whose values lie far outside those of its case: padding, another unit, overshoot.

    The half percent of smallest and greatest pixels is left out: a small bright detail is legitimately blurred away.
    """
    ends = {name: np.percentile(_sample(pixels), (0.5, 99.5)) for name, pixels in stack.items()}
    odd = []
    for name, (low, high) in ends.items():
        mates = np.array([held for other, held in ends.items() if other != name])
        if len(mates):
            least, most = mates.min(0)[0], mates.max(0)[1]
            span = max(most - least, 0.05 * window[1])
            if max(least - low, high - most) > _OUTSIDE * span:
                odd.append(name)
    if odd:
        yield _finding("value range", "its values lie far outside those of the case's other images", odd)


def check_clipping(stack: Stack, shown: Stack, window: tuple[float, float]) -> Iterator[Finding]:
    """Find an image that is clipped at a value inside the window, which all others of its case pass."""
    odd = []
    for name, pixels in stack.items():
        mates = [held for other, held in shown.items() if other != name]
        for limit, sign in ((pixels.min(), -1), (pixels.max(), 1)):
            level = float(displayed(np.full((1, 1), limit, np.float32), window)[0, 0])
            if not 5 <= level <= 250 or (pixels == limit).mean() < _CLIPPED:
                continue
            if mates and all(((mate - level) * sign > _BEYOND).mean() > _CLIPPED for mate in mates):
                odd.append(name)
    if odd:
        yield _finding("clipping", "it is clipped at a value that the case's other images pass", sorted(set(odd)))


def check_flat_areas(shown: Stack) -> Iterator[Finding]:
    """Find an image with blocks of one value where all others of its case have structure."""
    ranges = {name: _block_ranges(image) for name, image in shown.items()}
    odd = [name for name in ranges if _alone_flat(name, ranges)]
    if odd:
        yield _finding(
            "constant areas", "it has an area of one value where the case's other images have structure", odd
        )


def check_borders(shown: Stack) -> Iterator[Finding]:
    """Find an image with lines of one value at its border, or a border that is far off those of its case."""
    lines = {name: _line_ranges(image) for name, image in shown.items()}
    odd = {name for name in lines if _alone_flat(name, lines)}
    if len(shown) > 1:
        for name, image in shown.items():
            others = np.median([held for other, held in shown.items() if other != name], axis=0)
            apart = np.abs(image - others)
            border, inside = _line_means(apart)
            mates = [held for other, held in shown.items() if other != name]
            among = max((_line_means(np.abs(mate - others))[0].max() for mate in mates), default=0) if mates[1:] else 0
            if border.max() > max(_STRUCTURED, 4 * inside, 4 * among):
                odd.add(name)
    if odd:
        yield _finding("border", "lines at its border are of one value, or far off those of the case's others", odd)


def check_rounding(stack: Stack, shown: Stack) -> Iterator[Finding]:
    """Find images rounded to coarser steps than others of their case: computed pixels are not, stored ones are."""
    steps = {name: _step(pixels, shown[name]) for name, pixels in stack.items()}
    known = {name: step for name, step in steps.items() if step > 0}
    coarse = [name for name, step in known.items() if step > 20 * min(known.values())]
    if coarse:
        yield Finding(
            "rounding",
            "its values are rounded, those of the case's other images are not: statistics of the file tell it",
            f"stimuli: {', '.join(sorted(name[:8] for name in coarse))}",
            "Round all images of a case to the same step.",
            "warning",
        )


def _step(pixels: FloatArray, shown: FloatArray) -> float:
    """Return the size of the smallest steps between an image's values; 0 where it has too few."""
    gray = pixels if pixels.ndim == 2 else pixels[..., 0]
    values = np.unique(gray[(shown > 2) & (shown < 253)][:_SAMPLE].astype(np.float64))
    return float(np.percentile(np.diff(values), 5)) if len(values) > 64 else 0.0


def _alone_flat(name: str, ranges: Mapping[str, NDArray[np.float32]]) -> bool:
    mates = [held for other, held in ranges.items() if other != name]
    return bool(mates) and bool(((ranges[name] <= _FLAT) & (np.min(mates, axis=0) >= _STRUCTURED)).any())


def _block_ranges(image: FloatArray) -> NDArray[np.float32]:
    rows, columns = image.shape[0] // BLOCK, image.shape[1] // BLOCK
    blocks = image[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK)
    return np.asarray(np.ptp(blocks, axis=(1, 3)))


def _borders(image: FloatArray) -> tuple[FloatArray, ...]:
    depth = min(_DEPTH, *(side // 4 for side in image.shape))
    return image[:depth], image[-depth:], image.T[:depth], image.T[-depth:]


def _line_ranges(image: FloatArray) -> NDArray[np.float32]:
    return np.concatenate([np.ptp(side, axis=1) for side in _borders(image)])


def _line_means(apart: FloatArray) -> tuple[NDArray[np.float32], float]:
    """Return the mean of each line at the borders, and what is usual inside."""
    border = np.concatenate([side.mean(1) for side in _borders(apart)])
    depth = min(_DEPTH, *(side // 4 for side in apart.shape))
    inside = apart[depth:-depth, depth:-depth] if depth else apart
    return border, float(np.median(np.concatenate([inside.mean(0), inside.mean(1)])))


def _sample(pixels: FloatArray) -> NDArray[np.float32]:
    values = np.nan_to_num(pixels).ravel()
    return values[:: max(1, values.size // (4 * _SAMPLE))]


def _finding(check: str, leak: str, names: object) -> Finding:
    shown = ", ".join(sorted(name[:8] for name in names))  # type: ignore[attr-defined]
    return Finding(check, leak, f"stimuli: {shown}", SET_UP_AGAIN)
