"""Where an image lies in the patient: normals, edge letters, spacing (PS3.3 C.7.6.2, C.10.7)."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from medsr_viewer.imaging.elements import numbers, text, value
from medsr_viewer.imaging.frame import Orientation, SpacingSource
from medsr_viewer.imaging.functional_groups import FrameHeader

Cosines: TypeAlias = tuple[float, float, float, float, float, float]
Point: TypeAlias = tuple[float, float, float]

_OPPOSITE = str.maketrans("RLAPHF", "LRPAFH")
# Letters toward which the patient axes x, y, z point, and away from which they come.
_TOWARD = "LPH"
_AWAY = "RAF"
# A direction is named after an axis that it follows to within 72 degrees: cos 72 = 0.31.
_LEAST_COSINE = 0.31


def read_position(header: FrameHeader) -> Point | None:
    """Return Image Position (Patient) in mm, or None."""
    found = numbers(header.macro("PlanePositionSequence", "ImagePositionPatient"), "ImagePositionPatient")
    return (found[0], found[1], found[2]) if len(found) == 3 else None


def read_cosines(header: FrameHeader) -> Cosines | None:
    """Return Image Orientation (Patient), or None where it is absent or not two perpendicular unit vectors."""
    found = numbers(header.macro("PlaneOrientationSequence", "ImageOrientationPatient"), "ImageOrientationPatient")
    if len(found) != 6:
        return None
    row, column = np.array(found[:3]), np.array(found[3:])
    if max(abs(row @ row - 1), abs(column @ column - 1), abs(row @ column)) > 0.05:
        return None
    return (found[0], found[1], found[2], found[3], found[4], found[5])


def read_orientation(header: FrameHeader) -> Orientation | None:
    """Return what lies at the edges of the image, or None where the file does not say."""
    cosines = read_cosines(header)
    if cosines is not None:
        return _edges(_letters(cosines[:3]), _letters(cosines[3:]))
    stated = value(header.header, "PatientOrientation")
    parts = [str(part).strip().upper() for part in stated] if stated and not isinstance(stated, str) else []
    if len(parts) != 2 or not all(part and set(part) <= set("RLAPHF") for part in parts):
        return None
    return _edges(parts[0], parts[1])


def read_laterality(header: FrameHeader) -> str:
    """Return "R", "L", "B", "U" or ""."""
    anatomy = header.macro("FrameAnatomySequence", "FrameLaterality")
    for source, keyword in (
        (header.header, "ImageLaterality"),
        (header.header, "Laterality"),
        (anatomy, "FrameLaterality"),
    ):
        found = text(source, keyword).upper()
        if found in {"R", "L", "B", "U"}:
            return found
    return ""


def read_spacing(header: FrameHeader) -> tuple[tuple[float, float] | None, SpacingSource]:
    """Return row and column spacing in mm and where it holds (PS3.3 10.7.1.3)."""
    measures = header.macro("PixelMeasuresSequence", "PixelSpacing")
    at_detector = _pair(header.header, "ImagerPixelSpacing")
    spacing = _pair(measures, "PixelSpacing")
    if spacing is not None:
        return spacing, "detector" if spacing == at_detector else "calibrated"
    if at_detector is not None:
        return at_detector, "detector"
    nominal = _pair(header.header, "NominalScannedPixelSpacing")
    return nominal, "nominal" if nominal else ""


def read_aspect(header: FrameHeader) -> float:
    """Return how many times as high as wide a pixel is (PS3.3 C.7.6.3.1.7); 1 where the file does not say."""
    height_and_width = _pair(header.header, "PixelAspectRatio")
    return height_and_width[0] / height_and_width[1] if height_and_width is not None else 1.0


def normal_of(cosines: Cosines) -> tuple[float, float, float]:
    """Return the normal of an image plane: rows x columns."""
    normal = np.cross(np.array(cosines[:3]), np.array(cosines[3:]))
    return (float(normal[0]), float(normal[1]), float(normal[2]))


def _pair(source: Any, keyword: str) -> tuple[float, float] | None:
    found = numbers(source, keyword)
    return (found[0], found[1]) if len(found) == 2 and min(found) > 0 else None


def _letters(direction: tuple[float, ...]) -> str:
    order = sorted(range(3), key=lambda axis: -abs(direction[axis]))
    named = [axis for axis in order if abs(direction[axis]) >= _LEAST_COSINE]
    return "".join(_TOWARD[axis] if direction[axis] > 0 else _AWAY[axis] for axis in named[:2])


def _edges(right: str, bottom: str) -> Orientation:
    return Orientation(left=right.translate(_OPPOSITE), right=right, top=bottom.translate(_OPPOSITE), bottom=bottom)
