"""What the header of a compressed frame says, and the repair of one known fault in it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_J2K_START = b"\xff\x4f\xff\x51"
_SOI = b"\xff\xd8"
_SOS = 0xDA
# Start-of-frame markers: SOF0..SOF15 without DHT, JPG and DAC, and JPEG-LS's SOF55.
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}
_SEQUENTIAL = frozenset({0xC0, 0xC1})


@dataclass(frozen=True)
class CodestreamSize:
    """Size, precision and (JPEG 2000 alone) sign that a codestream states of itself."""

    rows: int
    columns: int
    components: int
    precision: int
    signed: bool = False


def codestream_size(frame: bytes) -> CodestreamSize | None:
    """Return what a JPEG, JPEG-LS or JPEG 2000 codestream states, or None where it cannot be found.

    Parameters
    ----------
    frame : bytes
        One compressed frame.
    """
    try:
        return _jpeg_size(frame) if frame.startswith(_SOI) else _j2k_size(frame)
    except (struct.error, IndexError):
        return None


def without_jp2_boxes(frame: bytes) -> bytes:
    """Return a JPEG 2000 codestream without the boxes of a JP2 file, which PS3.5 A.4.4 forbids but some writers keep.

    pydicom loops without end over boxes of damaged length; it must not see them.

    Parameters
    ----------
    frame : bytes
        One compressed frame.
    """
    if frame.startswith(_J2K_START):
        return frame
    start = frame.find(_J2K_START)
    return frame[start:] if start >= 0 else frame


def repair_spectral_selection(frame: bytes) -> tuple[bytes, bool]:
    """Return a sequential JPEG frame with the end of spectral selection that the standard requires.

    In a sequential scan, Ss is 0 and Se is 63 (ISO/IEC 10918-1 table B.3). Some encoders of JPEG Extended wrote other
    values there; decoders then refuse data that is otherwise sound.

    Parameters
    ----------
    frame : bytes
        One compressed frame; not changed.

    Returns
    -------
    (bytes, bool)
        The frame, and whether anything was changed.
    """
    sequential = False
    for marker, start, length in _segments(frame):
        sequential = sequential or marker in _SEQUENTIAL
        if marker == _SOS and sequential:
            selection = start + length - 3
            if frame[selection : selection + 2] == b"\x00\x3f":
                return frame, False
            return frame[:selection] + b"\x00\x3f" + frame[selection + 2 :], True
    return frame, False


def _segments(frame: bytes) -> list[tuple[int, int, int]]:
    """Return (marker, offset of its length field, length) up to and with the first scan header."""
    found = []
    offset = len(_SOI)
    while offset + 4 <= len(frame) and frame[offset] == 0xFF:
        marker = frame[offset + 1]
        if marker == 0xFF:  # a fill byte
            offset += 1
            continue
        length = struct.unpack_from(">H", frame, offset + 2)[0]
        found.append((marker, offset + 2, length))
        if marker == _SOS:
            break
        offset += 2 + length
    return found


def _jpeg_size(frame: bytes) -> CodestreamSize | None:
    for marker, start, _ in _segments(frame):
        if marker in _SOF:
            precision, rows, columns, components = struct.unpack_from(">BHHB", frame, start + 2)
            return CodestreamSize(rows, columns, components, precision)
    return None


def _j2k_size(frame: bytes) -> CodestreamSize | None:
    if not frame.startswith(_J2K_START):
        return None
    # SIZ (ISO/IEC 15444-1 A.5.1): Xsiz, Ysiz, XOsiz, YOsiz, four tile fields, number of components, first Ssiz.
    width, height, left, top = struct.unpack_from(">4L", frame, 8)
    components, depth = struct.unpack_from(">HB", frame, 40)
    return CodestreamSize(height - top, width - left, components, (depth & 0x7F) + 1, bool(depth & 0x80))
