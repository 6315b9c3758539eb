"""How the pixels of a DICOM file are stored, checked against the bytes that are there."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, BinaryIO

from pydicom.uid import UID

from medsr_viewer.imaging.elements import HeaderError, optional_integer, required_integer, text

MAX_FRAME_SAMPLES = 1 << 28
"""Samples of one frame that are accepted: 268 megapixels of gray, 1 GiB as float32."""

_PIXEL_KEYWORDS = {0x0010: "PixelData", 0x0008: "FloatPixelData", 0x0009: "DoubleFloatPixelData"}
_COLOUR = frozenset(
    {"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_420", "YBR_PARTIAL_422", "YBR_ICT", "YBR_RCT", "HSV", "XYB"}
)
_GRAY = frozenset({"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"})
_UNDEFINED = 0xFFFFFFFF
_ITEM = (0xFFFE, 0xE000)


@dataclass(frozen=True)
class PixelElement:
    """Where the pixel data of a file lies.

    Parameters
    ----------
    keyword, vr : str
        "PixelData", "FloatPixelData" or "DoubleFloatPixelData", and its value representation.
    offset : int
        First byte of the value.
    length : int or None
        Declared length of the value; None where it is undefined (compressed data).
    available : int
        Bytes from `offset` to the end of the file.
    """

    keyword: str
    vr: str
    offset: int
    length: int | None
    available: int


@dataclass(frozen=True)
class Layout:
    """The Image Pixel module (PS3.3 C.7.6.3), checked."""

    rows: int
    columns: int
    frames: int
    samples: int
    photometric: str
    bits_allocated: int
    bits_stored: int
    signed: bool
    planar: int

    @property
    def frame_bits(self) -> int:
        """Bits of one uncompressed frame."""
        pixels = self.rows * self.columns
        if self.photometric == "YBR_FULL_422":
            return pixels * 2 * self.bits_allocated  # two luma samples share one pair of chroma samples
        return pixels * self.samples * self.bits_allocated


def locate_pixels(file: BinaryIO, syntax: UID) -> PixelElement | None:
    """Return the pixel data element that begins at the file's position, or None where none does."""
    start = file.tell()
    end = file.seek(0, 2)
    file.seek(start)
    head = file.read(12)
    order = "<" if syntax.is_little_endian else ">"
    if len(head) < 8 or struct.unpack(order + "H", head[:2])[0] != 0x7FE0:
        return None
    keyword = _PIXEL_KEYWORDS.get(struct.unpack(order + "H", head[2:4])[0])
    if keyword is None:
        return None
    if syntax.is_implicit_VR:
        vr, length, offset = "OW", struct.unpack(order + "L", head[4:8])[0], start + 8
    elif len(head) == 12:
        vr, length, offset = head[4:6].decode("latin-1"), struct.unpack(order + "L", head[8:12])[0], start + 12
    else:
        return None
    return PixelElement(keyword, vr, offset, None if length == _UNDEFINED else length, end - offset)


def read_layout(ds: Any, element: PixelElement) -> Layout:
    """Return how the pixels are stored.

    Raises
    ------
    HeaderError
        If the description is incomplete, contradicts itself or is too large.
    """
    depth = {"FloatPixelData": 32, "DoubleFloatPixelData": 64}.get(element.keyword)
    allocated = depth or required_integer(ds, "BitsAllocated")
    photometric = text(ds, "PhotometricInterpretation").upper()
    samples = optional_integer(ds, "SamplesPerPixel", 3 if photometric in _COLOUR else 1)
    layout = Layout(
        rows=required_integer(ds, "Rows"),
        columns=required_integer(ds, "Columns"),
        frames=max(1, optional_integer(ds, "NumberOfFrames", 1)),
        samples=samples,
        # A name that the standard does not have is most often a damaged one of these two.
        photometric=photometric if photometric in _COLOUR | _GRAY else "MONOCHROME2" if samples == 1 else "RGB",
        bits_allocated=allocated,
        bits_stored=depth or optional_integer(ds, "BitsStored", allocated),
        signed=optional_integer(ds, "PixelRepresentation", 0) == 1,
        planar=optional_integer(ds, "PlanarConfiguration", 0),
    )
    _check(layout)
    return layout


def check_native_length(layout: Layout, element: PixelElement) -> None:
    """Refuse uncompressed pixel data that is shorter than the header claims.

    Raises
    ------
    HeaderError
        If bytes are missing.
    """
    needed = -(-layout.frame_bits * layout.frames // 8)
    present = element.available if element.length is None else min(element.length, element.available)
    if present < needed:
        raise HeaderError(
            f"the header claims {layout.frames} x {layout.columns} x {layout.rows} pixels ({needed:,} bytes), "
            f"but only {present:,} bytes of pixel data are there"
        )


def check_fragments(file: BinaryIO, layout: Layout, element: PixelElement) -> None:
    """Refuse compressed pixel data that ends early or holds fewer frames than the header claims.

    Only the headers of the fragments are read.

    Raises
    ------
    HeaderError
        If a fragment is cut off, frames are missing, or the data is not in fragments (PS3.5 A.4).
    """
    end = element.offset + element.available
    position, count = element.offset, -1  # the first item is the Basic Offset Table
    while position + 8 <= end:
        file.seek(position)
        group, number, length = struct.unpack("<HHL", file.read(8))
        if (group, number) != _ITEM:
            break
        position += 8 + length
        count += 1
        if position > end:
            raise HeaderError("the compressed pixel data ends early: the file is cut off")
    if count < 0:
        raise HeaderError("the header names a compressed transfer syntax, but the pixel data is not compressed")
    if count < layout.frames:
        raise HeaderError(f"the header claims {layout.frames:,} frames, but only {count:,} are there")


def _check(layout: Layout) -> None:
    if not layout.rows or not layout.columns:
        raise HeaderError("the header says that the image has no rows or no columns")
    if layout.samples not in (1, 3, 4):
        raise HeaderError(f"{layout.samples} samples per pixel are not supported")
    # Decoders take this on trust: gdcm ends the process where the two disagree.
    if (layout.samples == 1 and layout.photometric in _COLOUR) or (layout.samples > 1 and layout.photometric in _GRAY):
        raise HeaderError(f"{layout.samples} samples per pixel do not fit {layout.photometric}")
    if layout.bits_allocated not in (1, 8, 16, 32, 64):
        raise HeaderError(f"{layout.bits_allocated} bits allocated are not supported")
    if not 1 <= layout.bits_stored <= layout.bits_allocated:
        raise HeaderError(f"{layout.bits_stored} bits stored do not fit {layout.bits_allocated} bits allocated")
    if layout.rows * layout.columns * layout.samples > MAX_FRAME_SAMPLES:
        raise HeaderError(f"the header claims {layout.columns} x {layout.rows} pixels, more than can be shown")
