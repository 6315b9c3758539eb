"""One frame of a DICOM file: decoded, in modality units, with what is needed to display it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsr_viewer.imaging.decoders import LOSSY_SYNTAXES
from medsr_viewer.imaging.decoding import decode_frame
from medsr_viewer.imaging.dicom_file import DicomFile, open_dicom
from medsr_viewer.imaging.display import is_inverted, read_vois
from medsr_viewer.imaging.elements import HeaderError, text
from medsr_viewer.imaging.frame import Frame
from medsr_viewer.imaging.frame_rate import read_frame_rate
from medsr_viewer.imaging.frame_values import assemble_frame
from medsr_viewer.imaging.functional_groups import FrameHeader
from medsr_viewer.imaging.geometry import read_aspect, read_laterality, read_orientation, read_spacing
from medsr_viewer.imaging.layout import Layout
from medsr_viewer.imaging.modality import to_modality_units, valid_pixels
from medsr_viewer.imaging.palette import apply_palette


def read_dicom_frame(path: Path, index: int) -> Frame:
    """Read one frame of a DICOM file.

    Parameters
    ----------
    path : Path
        The file.
    index : int
        The frame, from 0.

    Raises
    ------
    HeaderError, DecodeError
        If the file cannot be read.
    """
    with open_dicom(path) as file:
        layout = file.layout()
        if not 0 <= index < layout.frames or file.element is None:
            raise HeaderError(f"it has {layout.frames} frames; frame {index + 1} does not exist")
        stored, photometric, notes = decode_frame(file, layout, file.element, index)
    header = FrameHeader(file.header, index)
    about = _about(file, header) | {"warnings": (*file.notes, *notes)}
    if photometric == "PALETTE COLOR" and stored.ndim == 2:
        colours = apply_palette(stored, file.header)
        return _colour_frame(colours, 8 * colours.dtype.itemsize, about)
    if stored.ndim == 3:
        return _colour_frame(stored, layout.bits_stored, about)
    return _gray_frame(stored, header, layout, about | {"inverted": is_inverted(file.header, photometric)})


def _gray_frame(stored: npt.NDArray[Any], header: FrameHeader, layout: Layout, about: dict[str, Any]) -> Frame:
    values, unit, notes = to_modality_units(stored, header, layout)
    floating = np.issubdtype(stored.dtype, np.floating)
    return assemble_frame(
        values,
        valid=valid_pixels(stored, header.header, layout),
        vois=read_vois(header, signed=bool((values < 0).any())),
        unit=unit,
        bits_stored=None if floating else layout.bits_stored,
        **_with_notes(about, notes),
    )


def _colour_frame(stored: npt.NDArray[Any], bits: int, about: dict[str, Any]) -> Frame:
    return assemble_frame(
        stored[..., :3].astype(np.float32),
        bits_stored=bits,
        stored_maximum=255.0 if stored.dtype == np.uint8 else None,
        **_with_notes(about, ["The fourth channel is not shown."] if stored.shape[2] > 3 else []),
    )


def _with_notes(about: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    return about | {"warnings": (*about["warnings"], *notes)}


def _about(file: DicomFile, header: FrameHeader) -> dict[str, Any]:
    spacing, source = read_spacing(header)
    return {
        "pixel_spacing": spacing,
        "spacing_source": source,
        "pixel_aspect": read_aspect(header) if spacing is None else spacing[0] / spacing[1],
        "frame_rate": read_frame_rate(file.header),
        "orientation": read_orientation(header),
        "laterality": read_laterality(header),
        "lossy": text(file.header, "LossyImageCompression") == "01" or file.syntax in LOSSY_SYNTAXES,
    }
