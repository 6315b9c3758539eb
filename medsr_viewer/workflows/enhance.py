"""Upscale one image and write it, labelled as upscaled."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from medsr_viewer import __version__
from medsr_viewer.cancel import CancelToken
from medsr_viewer.imaging.frame import FloatArray, Frame
from medsr_viewer.upscaling.blends import file_name_of
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.upscaler import Precision, Upscaled
from medsr_viewer.whole_files import write_whole
from medsr_viewer.workflows.compare import NO_REFERENCE, ComparisonRequest, compare
from medsr_viewer.workflows.inputs import Input
from medsr_viewer.workflows.weights import weights_report

FileFormat: TypeAlias = Literal["png", "npz"]

_SUFFIXES = frozenset({".dcm", ".dicom", ".ima", ".png", ".jpg", ".jpeg", ".tif", ".tiff"})
_PNG_HEADER_END = 33
"""Bytes of a PNG file up to the end of its IHDR chunk (ISO/IEC 15948, 11.2.2): text chunks may follow."""


def enhance(
    source: Input, method: Method, scale_factor: int, *, device: str = "auto", precision: Precision = "fp32"
) -> tuple[Frame, Upscaled]:
    """Upscale an image as it is; the result's notes are all that its reader must know.

    Raises
    ------
    MedsrError
        If it cannot be read or upscaled.
    """
    frame = source.read()
    request = ComparisonRequest(
        frame, source.instance.modality, "enhance", scale_factor, (method,), device=device, precision=precision
    )
    comparison = compare(request, CancelToken())
    (result,) = comparison.results
    if result.error:
        raise result.error
    assert result.upscaled is not None  # noqa: S101 - a result holds an error or an image
    notes = (*(note for note in comparison.prepared.notes if note != NO_REFERENCE), *result.notes)
    return frame, replace(result.upscaled, notes=notes)


def unique_stems(inputs: Sequence[Input]) -> list[str]:
    """Return a file name for each input, without suffix: its own, and its frame where it has several.

    Where two are alike, also on file systems that do not tell upper from lower case, the later ones are numbered.
    """
    taken: set[str] = set()
    stems = []
    for source in inputs:
        stem = wanted = _stem(source)
        number = 1
        while stem.casefold() in taken:
            number += 1
            stem = f"{wanted}_{number}"
        taken.add(stem.casefold())
        stems.append(stem)
    return stems


def write_upscaled(
    folder: Path, stem: str, source: Input, frame: Frame, upscaled: Upscaled, file_format: FileFormat
) -> Path:
    """Write an upscaled image with what it is: in the file, in its name, and for PNG in a JSON file beside it.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    stem : str
        How the file's name begins (see `unique_stems`).
    source : Input
        What was upscaled.
    frame : Frame
        Its pixels.
    upscaled : Upscaled
        The result.
    file_format : {"png", "npz"}
        16-bit PNG: ``value = intercept + slope * stored``, both recorded. NumPy: float32 ``upscaled``, and
        ``description``.

    Returns
    -------
    Path
        The image file.

    Raises
    ------
    CannotWrite
        If a file cannot be written.
    """
    path = folder / f"{stem}_upscaled_x{upscaled.scale_factor}_{file_name_of(upscaled.method)}.{file_format}"
    description = _describe(source, frame, upscaled)
    if file_format == "npz":
        write_whole(path, lambda file: np.savez(file, upscaled=upscaled.pixels, description=json.dumps(description)))
        return path
    stored, description["slope"], description["intercept"] = to_16_bit(upscaled.pixels, frame.stored_maximum)
    write_whole(path, _png(stored, description))
    write_whole(path.with_suffix(".json"), json.dumps(description, indent=2, ensure_ascii=False) + "\n")
    return path


def to_16_bit(pixels: FloatArray, stored_maximum: float | None) -> tuple[NDArray[np.uint16], float, float]:
    """Quantise pixels to 16 bits without clipping any.

    Parameters
    ----------
    pixels : ndarray
        (H, W) or (H, W, 3) float32.
    stored_maximum : float or None
        255 for 8-bit sources: black and white stay where they were, unless the result overshoots them.

    Returns
    -------
    stored : ndarray
        uint16.
    slope, intercept : float
        ``value = intercept + slope * stored``.
    """
    low, high = float(pixels.min()), float(pixels.max())
    if stored_maximum is not None:
        low, high = min(low, 0.0), max(high, stored_maximum)
    slope = (high - low) / 65535 or 1.0
    return np.rint((pixels.astype(np.float64) - low) / slope).astype(np.uint16), slope, low


def _stem(source: Input) -> str:
    path = Path(source.instance.source)
    # Names that are UIDs (1.2.840…) end in a number, not in a suffix.
    stem = path.stem if path.suffix.lower() in _SUFFIXES else path.name
    return f"{stem}_frame{source.index + 1}" if source.instance.frame_count > 1 else stem


def _describe(source: Input, frame: Frame, upscaled: Upscaled) -> dict[str, Any]:
    return {
        "label": f"UPSCALED x{upscaled.scale_factor} by {upscaled.method}. Research use only.",
        "source": Path(source.instance.source).name,
        "frame": source.index + 1,
        "method": upscaled.method,
        **weights_report(upscaled.card),
        "scale_factor": upscaled.scale_factor,
        "precision": upscaled.precision,
        "device": upscaled.device.label,
        "mapping": asdict(upscaled.mapping) if upscaled.mapping else None,
        "unit": frame.unit,
        "inverted": frame.inverted,
        "notes": [*upscaled.notes, *frame.warnings],
        "program": f"MedSR Viewer {__version__}",
    }


def _png(stored: NDArray[np.uint16], description: dict[str, Any]) -> bytes:
    planes = stored if stored.ndim == 2 else stored[..., ::-1]  # OpenCV writes blue first
    _, encoded = cv2.imencode(".png", np.ascontiguousarray(planes))
    data = encoded.tobytes()
    payload = b"Description\0" + json.dumps(description).encode("latin-1", "replace")
    chunk = b"tEXt" + payload
    text = struct.pack(">I", len(payload)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return data[:_PNG_HEADER_END] + text + data[_PNG_HEADER_END:]
