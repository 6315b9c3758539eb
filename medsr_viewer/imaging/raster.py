"""PNG, TIFF and JPEG files: size and pages from the header, and one page's pixels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from medsr_viewer.imaging.elements import HeaderError
from medsr_viewer.imaging.frame import Frame
from medsr_viewer.imaging.frame_values import assemble_frame
from medsr_viewer.imaging.raster_tiff import read_tiff_page, tiff_pages

_ALPHA = "The alpha channel was dropped."
_TURNED = "The image was turned as its EXIF orientation asks."
_MAX_PIXELS = 178_956_970  # Pillow's own limit, for the readers that have none
_EXIF_ORIENTATION = 0x0112


@dataclass(frozen=True)
class RasterSize:
    """What the header of a raster file says."""

    rows: int
    columns: int
    pages: int


def read_raster_size(path: Path, kind: str) -> RasterSize:
    """Return the size and the number of pages of a raster file, without decoding it.

    Parameters
    ----------
    path : Path
        The file.
    kind : {"PNG", "JPEG", "TIFF"}
        What its first bytes say.

    Raises
    ------
    HeaderError
        If it is larger than can be shown.
    """
    if kind == "TIFF":
        rows, columns, pages = tiff_pages(path)
    else:
        with _open(path) as image:
            columns, rows = image.size
            pages = 1
            # Not image.getexif(): a PNG decodes all its pixels for it, in case the tag follows them.
            if Image.Image.getexif(image).get(_EXIF_ORIENTATION, 1) >= 5:  # turned by a quarter
                rows, columns = columns, rows
    if rows * columns > _MAX_PIXELS:
        raise HeaderError(f"it has {columns} x {rows} pixels, more than can be shown")
    return RasterSize(rows, columns, pages)


def read_raster_frame(path: Path, kind: str, index: int) -> Frame:
    """Read one page of a raster file.

    Parameters
    ----------
    path : Path
        The file.
    kind : {"PNG", "JPEG", "TIFF"}
        What its first bytes say.
    index : int
        The page, from 0.

    Raises
    ------
    HeaderError
        If it is larger than can be shown, or has no such page.
    """
    size = read_raster_size(path, kind)
    if not 0 <= index < size.pages:
        raise HeaderError(f"it has {size.pages} pages; page {index + 1} does not exist")
    if kind == "TIFF":
        page = read_tiff_page(path, index)
        return _frame(page.pixels, list(page.notes), inverted=page.inverted)
    if kind == "PNG" and _is_deep_png(path):
        return _frame(_read_deep_png(path), [])
    with _open(path) as image:
        pixels, notes = _decode(image)
    return _frame(pixels, notes, lossy=kind == "JPEG")


def _open(path: Path) -> Image.Image:
    try:
        return Image.open(path, formats=("PNG", "JPEG", "MPO"))
    except Image.DecompressionBombError as exc:
        raise HeaderError("it has more pixels than can be shown") from exc


def _decode(image: Image.Image) -> tuple[npt.NDArray[Any], list[str]]:
    notes = []
    turned = ImageOps.exif_transpose(image)
    if turned.size != image.size or image.getexif().get(_EXIF_ORIENTATION, 1) not in (0, 1):
        notes.append(_TURNED)
    if turned.mode in {"LA", "RGBA", "PA"} or "transparency" in turned.info:
        notes.append(_ALPHA)
    if turned.mode == "CMYK":
        notes.append("CMYK was converted to RGB.")
    if turned.mode.startswith(("I", "F")):
        return np.asarray(turned), notes
    gray = turned.mode in {"1", "L", "LA"}
    return np.asarray(turned.convert("L" if gray else "RGB")), notes


def _is_deep_png(path: Path) -> bool:
    """Whether a PNG has 16 bits and colour or alpha, which Pillow would reduce to 8 bits."""
    with path.open("rb") as file:
        header = file.read(26)
    return header[24] == 16 and header[25] in (2, 4, 6)  # bit depth and colour type of IHDR


def _read_deep_png(path: Path) -> npt.NDArray[Any]:
    import cv2

    # imdecode rather than imread: the path may hold characters that OpenCV cannot open.
    pixels = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise HeaderError("the PNG is damaged or cut off")
    with path.open("rb") as file:
        has_colour = file.read(26)[25] in (2, 6)
    if pixels.ndim == 2:
        return np.asarray(pixels)
    channels = pixels[..., 2::-1]  # OpenCV's order is BGR(A)
    if pixels.shape[2] == 4:
        channels = np.dstack([channels, pixels[..., 3]])
    return np.asarray(channels if has_colour else channels[..., :1])


def _frame(pixels: npt.NDArray[Any], notes: list[str], *, inverted: bool = False, lossy: bool = False) -> Frame:
    if pixels.ndim == 3 and pixels.shape[2] in (2, 4):
        notes = [*notes, _ALPHA]
        pixels = pixels[..., : pixels.shape[2] - 1]
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    if pixels.dtype == np.bool_:
        pixels = pixels.astype(np.uint8) * 255
    floating = np.issubdtype(pixels.dtype, np.floating)
    return assemble_frame(
        pixels.astype(np.float32),
        inverted=inverted,
        bits_stored=None if floating else 8 * pixels.dtype.itemsize,
        stored_maximum=255.0 if pixels.dtype == np.uint8 else None,
        lossy=lossy,
        warnings=tuple(notes),
    )
