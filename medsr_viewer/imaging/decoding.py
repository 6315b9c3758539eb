"""Decoding one frame of a DICOM file to stored values."""

from __future__ import annotations

from typing import Any

from pydicom.encaps import get_frame
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEG2000TransferSyntaxes, JPEGExtended12Bit, RLELossless

from medsr_viewer.imaging.codestream import codestream_size, repair_spectral_selection, without_jp2_boxes
from medsr_viewer.imaging.decoder_process import DECODER
from medsr_viewer.imaging.decoders import NATIVE_SYNTAXES, is_readable
from medsr_viewer.imaging.dicom_file import DicomFile
from medsr_viewer.imaging.elements import HeaderError, value
from medsr_viewer.imaging.layout import Layout, PixelElement
from medsr_viewer.imaging.plugins import DecodeError, Pixels, decode_compressed, pydicom_options

_REPAIRED = "A byte in the JPEG header was corrected (end of spectral selection)."
_SIGN_CONFLICT = (
    "The header says that pixels are unsigned, the JPEG 2000 data that they are signed; the header was followed."
)
_MAX_REASON = 160


def check_syntax(syntax: UID, layout: Layout) -> None:
    """Refuse a transfer syntax that nothing reads.

    Raises
    ------
    DecodeError
        If no decoder known to this program reads it.
    """
    if not is_readable(syntax):
        known = f"{syntax.name} ({syntax})" if syntax.name != syntax else f"{syntax}"
        raise DecodeError(f"no decoder reads its transfer syntax, {known[:_MAX_REASON]}")
    if syntax == RLELossless and layout.bits_allocated == 1:
        raise DecodeError("no decoder reads RLE compression of 1-bit pixels")


def decode_frame(file: DicomFile, layout: Layout, element: PixelElement, index: int) -> tuple[Pixels, str, list[str]]:
    """Decode one frame.

    Parameters
    ----------
    file : DicomFile
        The open file.
    layout : Layout
        As `file.layout()` returned it.
    element : PixelElement
        `file.element`.
    index : int
        The frame, from 0; below `layout.frames`.

    Returns
    -------
    pixels : ndarray
        (H, W), or (H, W, 3) with YBR converted to RGB; stored values in the file's type.
    photometric : str
        Photometric interpretation of `pixels`.
    notes : list of str
        What was repaired.

    Raises
    ------
    DecodeError, HeaderError
        If no decoder reads the frame, or its size is not what the header says.
    """
    check_syntax(file.syntax, layout)
    file.stream.seek(element.offset)
    if file.syntax in NATIVE_SYNTAXES:
        # A deflated data set was inflated on opening: its pixels are plain.
        syntax = ExplicitVRLittleEndian if file.syntax.is_deflated else file.syntax
        decoder: Any = get_decoder(syntax)
        pixels, properties = decoder.as_array(file.stream, index=index, **pydicom_options(layout, element))
        return pixels, str(properties["photometric_interpretation"]), []
    frame = get_frame(
        file.stream, index, number_of_frames=layout.frames, extended_offsets=_extended_offsets(file.header)
    )
    return _decode_checked(frame, file.syntax, layout, element)


def _extended_offsets(header: Any) -> tuple[bytes, bytes] | None:
    offsets, lengths = value(header, "ExtendedOffsetTable"), value(header, "ExtendedOffsetTableLengths")
    return (offsets, lengths) if offsets and lengths and len(offsets) == len(lengths) else None


def _decode_checked(frame: bytes, syntax: UID, layout: Layout, element: PixelElement) -> tuple[Pixels, str, list[str]]:
    notes = []
    if syntax == JPEGExtended12Bit:
        frame, repaired = repair_spectral_selection(frame)
        notes = [_REPAIRED] if repaired else []
    if syntax in JPEG2000TransferSyntaxes:
        frame = without_jp2_boxes(frame)
    if syntax != RLELossless:
        # Decoders allocate what the header claims: compare it with the codestream before they do.
        size = codestream_size(frame)
        if size is None:
            raise DecodeError("the compressed frame has no readable header: the file is damaged")
        if (size.rows, size.columns) != (layout.rows, layout.columns):
            raise HeaderError(
                f"the header claims {layout.columns} x {layout.rows} pixels, "
                f"but the compressed frame has {size.columns} x {size.rows}"
            )
        if size.components != layout.samples or size.precision > layout.bits_allocated:
            raise HeaderError(
                f"the header claims {layout.samples} x {layout.bits_allocated} bits a pixel, "
                f"but the compressed frame has {size.components} x {size.precision}"
            )
        if size.signed and not layout.signed and layout.samples == 1:
            notes.append(_SIGN_CONFLICT)
    # Run-length coding is quick, and its decoders have not been seen to crash: no detour.
    decode = decode_compressed if syntax == RLELossless else DECODER.decode
    pixels, photometric = decode(frame, syntax, layout, element)
    return pixels, photometric, notes
