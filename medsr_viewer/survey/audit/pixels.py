"""Pixels that tell without being what is rated: no numbers, another unit, flat areas and lines, clipping, rounding.

Images are compared as they are displayed, from 0 to 255 levels, since that is what observers see; each with the others
of its case. How they differ in sharpness, noise and detail is what is rated, and no leak.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.imaging.frame import FloatArray
from medsr_viewer.imaging.stored_values import stored_values
from medsr_viewer.survey.audit.finding import LOOK_AT_IT, SET_UP_AGAIN, Finding, some

_DEPTH = 8
"""Lines at each border that are looked at."""
_STRUCTURED = 16.0
"""Displayed levels from which on a line or block is surely not of one value."""
_FAR_OFF = 24.0
"""Displayed levels, on the mean of a line."""
_OUTSIDE = 0.5
_ADDED = 0.7
"""Share of what lies outside that the local mean has too: all of what was put in, of noise blurred away 0.4 at most."""
_CLIPPED, _BEYOND = 0.02, 4.0
_CLIPPED_INPUTS = 8
"""Input pixels that must have one value: of 8 x 8 nearest neighbours two that are equal by chance are 3 % already."""
_SAMPLE = 1 << 14

Stack = Mapping[str, FloatArray]


def displayed(pixels: FloatArray, window: tuple[float, float]) -> FloatArray:
    """Return what is seen: (H, W) float32 from 0 to 255, not rounded; colours averaged, no numbers as 0."""
    center, width = window
    gray = pixels if pixels.ndim == 2 else pixels.mean(2)
    levels = (np.nan_to_num(gray) - np.float32(center - width / 2)) * np.float32(255 / max(width, 1e-12))
    return np.asarray(np.clip(levels, 0, 255, out=levels), np.float32)


def check_numbers(stack: Stack) -> Iterator[Finding]:
    """Find pixels that are no numbers."""
    bad = [name for name, pixels in stack.items() if not np.isfinite(pixels).all()]
    if bad:
        yield _finding("values", "it has pixels that are no numbers", bad)


def check_range(stack: Stack, window: tuple[float, float], scale_factor: int) -> Iterator[Finding]:
    """Find an image whose values lie far outside those of its case: padding, another unit, overshoot.

    The half percent of smallest and greatest pixels is left out: a small bright detail is legitimately blurred away.
    So is noise: what degrading an image takes from its range, it leaves in the mean.
    """
    ends = {name: np.percentile(_sample(pixels), (0.5, 99.5)) for name, pixels in stack.items()}
    odd = []
    for name, (low, high) in ends.items():
        mates = np.array([held for other, held in ends.items() if other != name])
        if len(mates):
            least, most = mates.min(0)[0], mates.max(0)[1]
            span = max(most - least, 0.05 * window[1])
            far = max(least - low, high - most) > _OUTSIDE * span
            if far and _is_in_mean(stack, name, (least, most), scale_factor):
                odd.append(name)
    if odd:
        yield _finding("value range", "its values lie far outside those of the case's other images", odd)


def check_clipping(stack: Stack, window: tuple[float, float], scale_factor: int) -> Iterator[Finding]:
    """Find an image that is clipped at a value inside the window, which all others of its case pass."""
    samples = {name: _sample(pixels) for name, pixels in stack.items()}
    size = min(_gray(pixels).size for pixels in stack.values())
    clipped = max(_CLIPPED, _CLIPPED_INPUTS * scale_factor**2 / size)
    level = window[1] / 255
    inside = window[0] - 0.48 * window[1], window[0] + 0.48 * window[1]
    odd = set()
    for name, values in samples.items():
        mates = [held for other, held in samples.items() if other != name]
        for limit, sign in ((values.min(), -1), (values.max(), 1)):
            if not inside[0] <= limit <= inside[1] or (values == limit).mean() < clipped:
                continue
            if mates and all(((mate - limit) * sign > _BEYOND * level).mean() > _CLIPPED for mate in mates):
                odd.add(name)
    if odd:
        yield _finding("clipping", "it is clipped at a value that the case's other images pass", odd)


def check_flat_areas(stack: Stack, shown: Stack, scale_factor: int) -> Iterator[Finding]:
    """Find an image with blocks of one value where all others of its case have structure.

    Blocks are of 8 input pixels, and structure is looked for in their middle: nearest neighbours are flat where others
    smooth the edge beside them. Where values end, or the window does, a block that others show a little of is no leak.
    """
    side, margin = max(16, 8 * scale_factor), 3 * scale_factor
    flat = {name: np.ptp(_blocks(_gray(pixels), side, 0), axis=(1, 3)) == 0 for name, pixels in stack.items()}
    middles = {name: _blocks(image, side, margin) for name, image in shown.items()}
    structured = {name: np.ptp(blocks, axis=(1, 3)) >= _STRUCTURED for name, blocks in middles.items()}
    levels = {name: blocks.mean((1, 3)) for name, blocks in middles.items()}
    odd = []
    for name in stack:
        mates = [levels[other] for other in stack if other != name]
        far = np.min([np.abs(mate - levels[name]) for mate in mates], axis=0) >= _FAR_OFF if mates else False
        inside = np.abs(levels[name] - 127.5) < 125
        if _alone(name, {name: flat[name] & (far | inside)}, structured):
            odd.append(name)
    if odd:
        yield _suspicion(
            "constant areas", "it has an area of one value where the case's other images have structure", odd
        )


def check_borders(stack: Stack, shown: Stack) -> Iterator[Finding]:
    """Find an image with lines of one value at its border, or a border that is far off those of its case."""
    flat = {name: _line_ranges(_gray(pixels)) == 0 for name, pixels in stack.items()}
    structured = {name: _line_ranges(image) >= _STRUCTURED for name, image in shown.items()}
    odd = {name for name in stack if _alone(name, flat, structured)}
    apart = _border_excess(shown) if len(shown) > 1 else {}
    for name, excess in apart.items():
        others = [held for other, held in apart.items() if other != name]
        if excess > max(_FAR_OFF, 2 * float(np.median(others)) if len(others) > 1 else 0.0):
            odd.add(name)
    if odd:
        yield _suspicion("border", "lines at its border are of one value, or far off those of the case's others", odd)


def check_rounding(stack: Stack, window: tuple[float, float]) -> Iterator[Finding]:
    """Find images whose values are on steps, or on coarser ones, where others of their case are not.

    Computed pixels are on none, stored ones are.
    """
    samples = {name: _sample(pixels) for name, pixels in stack.items()}
    steps = {name: step for name, values in samples.items() if (step := _step(values, window)) > 0}
    coarse = {name for name, step in steps.items() if step > 20 * min(steps.values())}
    stored = {name for name, values in samples.items() if stored_values(values)}
    coarse |= stored if len(stored) < len(stack) else set()
    if coarse:
        yield Finding(
            "rounding",
            "its values are rounded, those of the case's other images are not: statistics of the file tell it",
            f"stimuli: {some(coarse)}",
            "Round all images of a case to the same step.",
            "warning",
        )


def _is_in_mean(stack: Stack, name: str, limits: tuple[float, float], scale_factor: int) -> bool:
    """Whether what an image has beyond limits makes its local mean differ from that of its case's other images."""
    side = min(4 * scale_factor, *stack[name].shape[:2])
    means = {one: _blocks(np.nan_to_num(_gray(pixels)), side, 0).mean((1, 3)) for one, pixels in stack.items()}
    values = np.nan_to_num(_gray(stack[name]))
    beyond = _blocks(values - np.clip(values, *limits), side, 0).mean((1, 3))
    off = means.pop(name) - np.median(list(means.values()), axis=0)
    return bool((off * beyond).sum() > _ADDED * (beyond**2).sum())


def _step(values: NDArray[np.float32], window: tuple[float, float]) -> float:
    """Return the size of the smallest steps between an image's values; 0 where it has too few."""
    different = np.unique(values[np.abs(values - window[0]) < 0.49 * window[1]].astype(np.float64))
    return float(np.percentile(np.diff(different), 5)) if len(different) > 64 else 0.0


def _alone(name: str, flat: Mapping[str, NDArray[np.bool_]], structured: Mapping[str, NDArray[np.bool_]]) -> bool:
    """Whether an image is flat anywhere where all others are structured."""
    mates = [held for other, held in structured.items() if other != name]
    return bool(mates) and bool((flat[name] & np.logical_and.reduce(mates)).any())


def _blocks(image: FloatArray, side: int, margin: int) -> FloatArray:
    """Return (rows, inner, columns, inner): the middles of square blocks."""
    rows, columns = image.shape[0] // side, image.shape[1] // side
    middle = slice(margin, side - margin)
    return image[: rows * side, : columns * side].reshape(rows, side, columns, side)[:, middle, :, middle]


def _borders(image: FloatArray, depth: int = _DEPTH) -> tuple[FloatArray, ...]:
    depth = min(depth, *(side // 4 for side in image.shape))
    return image[:depth], image[-depth:], image.T[:depth], image.T[-depth:]


def _line_ranges(image: FloatArray) -> FloatArray:
    return np.concatenate([np.ptp(side, axis=1) for side in _borders(image)])


def _border_excess(shown: Stack) -> dict[str, float]:
    """Return for each image how far its border lines are off those of the others, less thrice what lines inside are."""
    sides = [np.stack(lines) for lines in zip(*(_borders(image, 4 * _DEPTH) for image in shown.values()), strict=True)]
    found = {}
    for number, name in enumerate(shown):
        off = [_off_others(side, number).mean(1) for side in sides]
        off = [lines if place % 2 == 0 else lines[::-1] for place, lines in enumerate(off)]  # the outermost first
        found[name] = max(float(lines[:_DEPTH].max() - 3 * lines[_DEPTH:].max(initial=0)) for lines in off)
    return found


def _off_others(lines: FloatArray, number: int) -> FloatArray:
    return np.asarray(np.abs(lines[number] - np.median(np.delete(lines, number, 0), axis=0)))


def _gray(pixels: FloatArray) -> FloatArray:
    return pixels if pixels.ndim == 2 else pixels[..., 1]


def _sample(pixels: FloatArray) -> NDArray[np.float32]:
    values = _gray(pixels).ravel()
    return np.nan_to_num(values[:: max(1, values.size // (4 * _SAMPLE)) | 1])  # odd: not one column of the image


def _finding(check: str, leak: str, names: Collection[str]) -> Finding:
    return Finding(check, leak, f"stimuli: {some(names)}", SET_UP_AGAIN)


def _suspicion(check: str, leak: str, names: Collection[str]) -> Finding:
    return Finding(check, leak, f"stimuli: {some(names)}", LOOK_AT_IT, "warning")
