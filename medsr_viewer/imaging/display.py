"""How a file wants to be displayed: windows, VOI LUTs, polarity (PS3.3 C.11.2, C.11.6)."""

from __future__ import annotations

from typing import Any, cast, get_args

from medsr_viewer.imaging.elements import items, numbers, text, value
from medsr_viewer.imaging.frame import Voi, VoiFunction, VoiLut, Window
from medsr_viewer.imaging.functional_groups import FrameHeader
from medsr_viewer.imaging.lookup_tables import read_lookup_table


def read_vois(header: FrameHeader, *, signed: bool) -> tuple[Voi, ...]:
    """Return the windows and VOI LUTs of a frame, windows first; empty where it has none that can be used.

    Parameters
    ----------
    header : FrameHeader
        The header for this frame.
    signed : bool
        Whether values in modality units may be negative.
    """
    return (*_windows(header), *_voi_luts(header, signed=signed))


def is_inverted(header: Any, photometric: str) -> bool:
    """Whether the smallest value is to be shown white.

    MONOCHROME1 and Presentation LUT Shape INVERSE say the same thing: objects that require the latter require it
    exactly where the former stands (PS3.3 C.8.11.3.1.2, C.11.6.1). Both together invert once.

    Parameters
    ----------
    header : pydicom Dataset
        The file's header.
    photometric : str
        Photometric Interpretation.
    """
    shape = text(header, "PresentationLUTShape").upper()
    return photometric == "MONOCHROME1" or (photometric == "MONOCHROME2" and shape == "INVERSE")


def _windows(header: FrameHeader) -> list[Window]:
    source = header.macro("FrameVOILUTSequence", "WindowCenter")
    centers, widths = numbers(source, "WindowCenter"), numbers(source, "WindowWidth")
    named = text(source, "VOILUTFunction").upper()
    function = cast(VoiFunction, named if named in get_args(VoiFunction) else "LINEAR")
    names = _names(source)
    least = 1.0 if function == "LINEAR" else 0.0
    return [
        Window(center, width, function, names[at] if at < len(names) else "")
        for at, (center, width) in enumerate(zip(centers, widths, strict=False))
        if width >= least and width > 0
    ]


def _names(source: Any) -> list[str]:
    found = value(source, "WindowCenterWidthExplanation")
    parts = [found] if isinstance(found, str) else list(found or [])
    return [" ".join(str(part).split()) for part in parts]


def _voi_luts(header: FrameHeader, *, signed: bool) -> list[VoiLut]:
    source = header.macro("FrameVOILUTSequence", "VOILUTSequence")
    tables = (read_lookup_table(item, signed=signed) for item in items(source, "VOILUTSequence"))
    return [VoiLut(table.table, float(table.first), table.bits, table.name) for table in tables if table is not None]
