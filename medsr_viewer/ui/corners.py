"""The lines in the corners of a panel."""

# ruff: noqa: RUF001 - the multiplication and minus signs are meant

from __future__ import annotations

from dataclasses import dataclass

from medsr_viewer.imaging.frame import Frame
from medsr_viewer.ui.scoring import describe_voi
from medsr_viewer.ui.state import OpenImage, View

_LATERALITY = {"R": "right", "L": "left", "B": "both sides"}


@dataclass(frozen=True)
class Corners:
    """Lines for each corner."""

    top_left: list[str]
    top_right: list[str]
    bottom_left: list[str]
    bottom_right: list[str]


def corner_lines(image: OpenImage, view: View) -> Corners:
    """Return who, what, which image, and how it is shown. Zoom and interpolation are the panel's own."""
    study, series = image.study, image.series
    identity = " · ".join(part for part in (_readable(study.patient_name), study.patient_id) if part)
    number = f"series {series.number}" if series.number is not None else ""
    return Corners(
        top_left=_lines(identity, study.date, study.description if study.description != series.description else ""),
        top_right=_lines(series.description, " · ".join(p for p in (series.modality, series.body_part, number) if p)),
        bottom_left=_lines(_position(image), _size(image.frame), *_flags(image.frame)),
        bottom_right=_lines(shown_through(view, image.frame)),
    )


def shown_through(view: View, frame: Frame) -> str:
    """Return the window in words, with the polarity where it is not the usual one: the file's, or the user's key."""
    text = describe_voi(view.voi)
    if view.inverted != frame.inverted:
        return f"{text} · inverted (key I)"
    return f"{text} · low is white (the file's)" if frame.inverted else text


def _position(image: OpenImage) -> str:
    text = f"image {image.index + 1} / {image.series.frame_count}"
    if image.instance.frame_count > 1 and len(image.series.instances) > 1:
        text += f" · frame {image.frame_index + 1} / {image.instance.frame_count}"
    return text


def _size(frame: Frame) -> str:
    bits = f" · {frame.bits_stored} bit" if frame.bits_stored else ""
    return f"file {frame.shape[1]} × {frame.shape[0]} px{bits}"


def _flags(frame: Frame) -> list[str]:
    side = _LATERALITY.get(frame.laterality, "")
    return [f"laterality: {side}" if side else "", "lossy source" if frame.lossy else ""]


def _readable(name: str) -> str:
    """Return a DICOM person name (PS3.5 6.2.1.1) as one reads it: the alphabetic group, family name first."""
    parts = [part.strip() for part in name.partition("=")[0].split("^") if part.strip()]
    return ", ".join((parts[0], " ".join(parts[1:]))) if len(parts) > 1 else "".join(parts)


def _lines(*lines: str) -> list[str]:
    return [line for line in lines if line]
