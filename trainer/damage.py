"""Damage that OpenCV decodes around, with garbage for pixels and a line on stderr at most."""

from __future__ import annotations

import io

from PIL import Image, UnidentifiedImageError

_JPEG, _SCAN, _END = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"
"""Markers: start of image, start of scan, end of image (ITU-T T.81, table B.1); inside a scan neither occurs."""
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def is_damaged(data: bytes) -> bool:
    """Return whether an image file that OpenCV reads is cut off or garbled all the same.

    Parameters
    ----------
    data : bytes
        The file's: a JPEG must have an end after its last scan, a TIFF's strips must decode without an error. Other
        formats have checksums that OpenCV heeds.
    """
    if data.startswith(_JPEG):
        return data.rfind(_END) < data.rfind(_SCAN)
    return data.startswith(_TIFF) and _is_garbled(data)


def _is_garbled(data: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
    except (UnidentifiedImageError, Image.DecompressionBombError):
        return False  # a kind that Pillow does not read, or will not
    except OSError:
        return True
    return False
