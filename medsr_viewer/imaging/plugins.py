"""Decoding one compressed frame by the decoders that are installed, in this process."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID, JPEGExtended12Bit

from medsr_viewer.imaging.codestream import codestream_size
from medsr_viewer.imaging.decoders import PLUGIN_ORDER
from medsr_viewer.imaging.layout import Layout, PixelElement

Pixels = npt.NDArray[Any]

_MAX_REASON = 160


class DecodeError(ValueError):
    """No decoder could read a frame; the message says why in one sentence."""


def decode_compressed(frame: bytes, syntax: UID, layout: Layout, element: PixelElement) -> tuple[Pixels, str]:
    """Decode a compressed frame.

    Some decoders end the process over damaged data, and most hold the interpreter's lock while they work: what comes
    from a user's file goes through `decoder_process` instead.

    Parameters
    ----------
    frame : bytes
        The frame alone, without fragments' headers.
    syntax : UID
        A compressed transfer syntax.
    layout : Layout
        What the header says of the pixels.
    element : PixelElement
        What the frame is part of.

    Returns
    -------
    pixels : ndarray
        (H, W), or (H, W, 3) with YBR converted to RGB; stored values in the file's type.
    photometric : str
        Photometric interpretation of `pixels`.

    Raises
    ------
    DecodeError
        If no decoder reads it.
    """
    if syntax == JPEGExtended12Bit and (size := codestream_size(frame)) is not None and size.precision > 8:
        from medsr_viewer.imaging.jpeg12 import decode_jpeg12

        try:
            return decode_jpeg12(frame, layout), layout.photometric
        except ValueError as exc:
            raise DecodeError(str(exc)) from exc
    return _try_plugins(frame, syntax, pydicom_options(layout, element))


def pydicom_options(layout: Layout, element: PixelElement) -> dict[str, Any]:
    """Return what pydicom's decoders want to know."""
    return {
        "rows": layout.rows,
        "columns": layout.columns,
        "number_of_frames": layout.frames,
        "samples_per_pixel": layout.samples,
        "bits_allocated": layout.bits_allocated,
        "bits_stored": layout.bits_stored,
        "photometric_interpretation": layout.photometric,
        "pixel_representation": int(layout.signed),
        "planar_configuration": layout.planar,
        "pixel_keyword": element.keyword,
        "pixel_vr": element.vr,
    }


def _try_plugins(frame: bytes, syntax: UID, options: dict[str, Any]) -> tuple[Pixels, str]:
    decoder: Any = get_decoder(syntax)
    names = [name for name in PLUGIN_ORDER[syntax] if name in decoder.available_plugins]
    if not names:
        raise DecodeError(f"no installed decoder reads {syntax.name}; run `medsr doctor` to see which to install")
    reasons = []
    for name in names:
        try:
            # Alone in a Basic Offset Table of no entries, so that pydicom finds exactly this frame.
            pixels, properties = decoder.as_array(
                _encapsulated(frame), index=0, decoding_plugin=name, **(options | {"number_of_frames": 1})
            )
        except (KeyboardInterrupt, SystemExit, MemoryError):
            raise
        except BaseException as exc:  # a panic in Rust (pylibjpeg-rle) is not an Exception
            reasons.append(f"{name}: {_last_line(exc)}")
        else:
            return pixels, str(properties["photometric_interpretation"])
    raise DecodeError(f"the compressed frame is damaged or of an unknown kind ({'; '.join(reasons)})")


def _encapsulated(frame: bytes) -> bytes:
    padded = frame + b"\0" * (len(frame) % 2)
    return b"\xfe\xff\x00\xe0\0\0\0\0" + b"\xfe\xff\x00\xe0" + len(padded).to_bytes(4, "little") + padded


def _last_line(exc: BaseException) -> str:
    lines = [line.strip() for line in str(exc).splitlines() if line.strip()]
    message = lines[-1] if lines else type(exc).__name__
    if "NoneType" in message:  # how pydicom's gdcm plugin says that gdcm returned nothing
        message = "it could not be decoded"
    return message.split(": ", 1)[-1][:_MAX_REASON]
