"""One frame: from a file to a 16-bit PNG and its row of the manifest. Runs in worker processes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medsr_viewer.errors import CannotWrite, UnreadableFile
from medsr_viewer.imaging.frame import Frame
from medsr_viewer.imaging.read import read_frame
from medsr_viewer.imaging.study import Instance
from medsr_viewer.upscaling.mapping import IntensityMapping, fit_mapping
from medsr_viewer.whole_files import write_whole
from trainer.images import resized
from trainer.prepare.facts import Facts, read_facts
from trainer.prepare.filters import detail_score, is_blank, unwanted
from trainer.prepare.options import PrepareOptions
from trainer.prepare.zero_filling import crop_kspace, zero_filling_factor

DONE_IS_KEPT = "What is done is kept: make room, and run it again."
"""Advice where a file cannot be written."""

_LARGEST = 65535
_PNG_COMPRESSION = (cv2.IMWRITE_PNG_COMPRESSION, 4)

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class Unit:
    """One frame that is to be prepared.

    Attributes
    ----------
    instance : Instance
        Its file.
    frame : int
        From 0.
    patient, series, origin : str
        Salted keys of patient, series and frame.
    split : {"train", "val", "test"}
        Where it goes.
    """

    instance: Instance
    frame: int
    patient: str
    series: str
    origin: str
    split: str


def prepare_frame(unit: Unit, staging: Path, options: PrepareOptions) -> dict[str, str]:
    """Write one frame as ``ORIGIN.png`` into a folder.

    Parameters
    ----------
    unit : Unit
        Which.
    staging : Path
        The folder.
    options : PrepareOptions
        What is asked for.

    Returns
    -------
    dict
        Its row of the manifest, or ``{"skipped": reason}``.

    Raises
    ------
    CannotWrite
        If the PNG cannot be written.
    """
    try:
        facts = read_facts(unit.instance, unit.frame, options.raster_modality)
        reason = unwanted(facts, options)
        if reason:
            return {"skipped": reason}
        image = _prepared(read_frame(unit.instance, unit.frame), facts, options)
    except UnreadableFile as exc:
        return {"skipped": exc.reason.removeprefix(f"{unit.instance.source}: ")}
    if isinstance(image, str):
        return {"skipped": image}
    data = _encoded(image.stored)
    write_whole(staging / f"{unit.origin}.png", data, advice=DONE_IS_KEPT, durable=False)
    name = f"{facts.modality.lower() or 'image'}_{unit.patient[:8]}_{unit.origin}.png"
    return {
        "file": f"{unit.split}/{name}",
        "split": unit.split,
        "source": options.source,
        "modality": facts.modality,
        "patient": unit.patient,
        "series": unit.series,
        "sha256": hashlib.sha256(data).hexdigest(),
        "licence": options.licence,
        "attribution": options.attribution,
        "origin": unit.origin,
        **image.row,
    }


def to_16_bits(pixels: FloatArray) -> tuple[NDArray[np.uint16], float, float]:
    """Map modality units linearly to 16 bits.

    Parameters
    ----------
    pixels : ndarray
        (H, W) float32, finite.

    Returns
    -------
    stored : ndarray
        (H, W) uint16; ``pixels = slope * stored + intercept``, exactly where they are whole numbers that span less than
        65,536, else within half of `slope`.
    slope, intercept : float
        Of this image.
    """
    low, high = float(pixels.min()), float(pixels.max())
    whole = high - low <= _LARGEST and low == round(low) and bool((pixels == np.rint(pixels)).all())
    slope = 1.0 if whole or high == low else (high - low) / _LARGEST
    stored = np.rint((pixels.astype(np.float64) - low) / slope).clip(0, _LARGEST).astype(np.uint16)
    return stored, slope, low


@dataclass(frozen=True, eq=False)
class _Image:
    stored: NDArray[np.uint16]
    row: dict[str, str]


def _prepared(frame: Frame, facts: Facts, options: PrepareOptions) -> _Image | str:
    """Return the image, or why it is not taken."""
    pixels, valid = _gray(frame)
    factor = 1.0
    if facts.acquisition and not options.keep_zero_filling and valid is None:
        factor = zero_filling_factor((pixels.shape[0], pixels.shape[1]), facts.acquisition)
        pixels = crop_kspace(pixels, factor) if factor > 1 else pixels
    if min(pixels.shape) < options.min_side:
        undone = " after its zero-filling was undone" if factor > 1 else ""
        return f"{pixels.shape[0]} x {pixels.shape[1]} pixels are too few{undone}"
    if options.resize:
        valid = resized(valid.astype(np.uint8), options.resize) > 0 if valid is not None else None
        pixels = resized(pixels, options.resize)
    mapping = _mapping(frame, pixels, valid)
    unit_range = mapping.to_network(pixels).clip(0, 1)
    if not mapping.span or is_blank(unit_range):
        return "blank"
    stored, slope, intercept = to_16_bits(pixels)
    row = {
        "rows": str(pixels.shape[0]),
        "columns": str(pixels.shape[1]),
        "slope": repr(slope),
        "intercept": repr(intercept),
        "unit": frame.unit,
        "black": f"{(mapping.low - intercept) / slope:.7g}",
        "white": f"{(mapping.low + mapping.span - intercept) / slope:.7g}",
        "inverted": str(int(frame.inverted)),
        "kspace_crop": f"{1 / factor:.6g}",
        "pixel_spacing_mm": _spacing(frame, pixels.shape),
        "filter_score": f"{detail_score(unit_range):.7g}",
    }
    return _Image(stored, row)


def _gray(frame: Frame) -> tuple[FloatArray, NDArray[np.bool_] | None]:
    """Return pixels in modality units as they are stored (MONOCHROME1 too: so the viewer feeds its networks)."""
    pixels = np.array(frame.pixels)
    if frame.is_colour:
        pixels = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32)
        pixels = np.rint(pixels) if frame.stored_maximum else pixels
    if frame.valid is not None:
        pixels[~frame.valid] = frame.value_range[0]
    return pixels, frame.valid


def _mapping(frame: Frame, pixels: FloatArray, valid: NDArray[np.bool_] | None) -> IntensityMapping:
    # Pictures of 8 bits are made for display: 0 and 255 are their black and white, as in the literature.
    return IntensityMapping(0.0, frame.stored_maximum) if frame.stored_maximum else fit_mapping(pixels, valid)


def _spacing(frame: Frame, shape: tuple[int, ...]) -> str:
    if frame.pixel_spacing is None:
        return ""
    rows, columns = (
        spacing * before / after
        for spacing, before, after in zip(frame.pixel_spacing, frame.shape[:2], shape, strict=True)
    )
    return f"{rows:.5g}\\{columns:.5g}"


def _encoded(stored: NDArray[Any]) -> bytes:
    done, data = cv2.imencode(".png", stored, _PNG_COMPRESSION)
    if not done:
        raise CannotWrite("an image could not be encoded as PNG")
    return bytes(data)
