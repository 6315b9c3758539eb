"""JPEG Extended with 12 bits, through gdcm itself: pydicom's gdcm plugin declines it, although gdcm decodes it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.uid import JPEGExtended12Bit

from medsr_viewer.imaging.layout import Layout


def decode_jpeg12(frame: bytes, layout: Layout) -> npt.NDArray[Any]:
    """Decode one frame of JPEG Extended with more than 8 bits.

    Parameters
    ----------
    frame : bytes
        The compressed frame.
    layout : Layout
        Its size and type; one sample per pixel, 16 bits allocated.

    Returns
    -------
    ndarray
        (H, W) uint16 or int16.

    Raises
    ------
    ValueError
        If gdcm is not installed or cannot decode the frame.
    """
    try:
        import gdcm
    except ImportError as exc:
        raise ValueError("JPEG Extended with 12 bits needs the package python-gdcm") from exc
    if layout.samples != 1 or layout.bits_allocated != 16:
        raise ValueError("JPEG Extended with 12 bits is read for gray pixels of 16 bits allocated alone")

    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(frame)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())

    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((layout.columns, layout.rows, 1))
    image.SetDataElement(element)
    gray = gdcm.PhotometricInterpretation.GetPIType("MONOCHROME2")
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(gray))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(str(JPEGExtended12Bit))))
    image.SetPixelFormat(gdcm.PixelFormat(1, 16, layout.bits_stored, layout.bits_stored - 1, int(layout.signed)))

    text = image.GetBuffer()  # bytes that gdcm's wrapper hands out as text
    stored = np.frombuffer((text or "").encode("utf-8", "surrogateescape"), "<u2")
    if stored.size != layout.rows * layout.columns:
        raise ValueError("gdcm could not decode the JPEG Extended frame: it is damaged")
    spare = 16 - layout.bits_stored
    typed = stored.view("<i2") if layout.signed else stored
    return np.asarray(np.right_shift(np.left_shift(typed, spare), spare)).reshape(layout.rows, layout.columns)
