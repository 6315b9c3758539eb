"""TIFF files: 1 to 32 bits, floating point, gray, palette and colour, one page or many."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile

from medsr_viewer.imaging.elements import HeaderError

_MINISWHITE, _RGB, _PALETTE = 0, 2, 3
_TURNED = "The image was turned as its orientation tag asks."


@dataclass(frozen=True, eq=False)
class TiffPage:
    """One page: (H, W) or (H, W, channels) stored values, whether white is zero, and notes."""

    pixels: npt.NDArray[Any]
    inverted: bool
    notes: tuple[str, ...]


def tiff_pages(path: Path) -> tuple[int, int, int]:
    """Return (rows, columns, pages) of a TIFF file: size of its first page, pages of that size and type."""
    with tifffile.TiffFile(path) as file:
        first = _page(file, 0)
        rows, columns = first.imagelength, first.imagewidth
        if _orientation(first) >= 5:
            rows, columns = columns, rows
        return rows, columns, len(file.pages)


def read_tiff_page(path: Path, index: int) -> TiffPage:
    """Read one page.

    Parameters
    ----------
    path : Path
        The file.
    index : int
        The page, from 0.

    Raises
    ------
    HeaderError
        If the page is damaged or compressed in a way that nothing here reads.
    """
    with tifffile.TiffFile(path) as file:
        page = _page(file, index)
        pixels = _pixels(page, path, index)
        if page.photometric == _PALETTE and page.colormap is not None and pixels.ndim == 2:
            pixels = _coloured(pixels, page.colormap)
        orientation = _orientation(page)
        notes = (_TURNED,) if orientation > 1 else ()
        return TiffPage(_turned(pixels, orientation), page.photometric == _MINISWHITE, notes)


def _page(file: Any, index: int) -> Any:
    if not len(file.pages):
        raise HeaderError("the TIFF file has no page")
    return file.pages[index].aspage()


def _pixels(page: Any, path: Path, index: int) -> npt.NDArray[Any]:
    if page.imagelength * page.imagewidth * page.samplesperpixel > 1 << 29:
        raise HeaderError(f"it has {page.imagewidth} x {page.imagelength} pixels, more than can be shown")
    try:
        pixels = np.asarray(page.asarray())
    except (ValueError, ImportError, KeyError, NotImplementedError):
        pixels = _pixels_by_opencv(path, index)  # LZW, JPEG and others that tifffile leaves to another package
    if page.planarconfig == 2 and pixels.ndim == 3 and pixels.shape[0] == page.samplesperpixel:
        pixels = np.moveaxis(pixels, 0, -1)
    if pixels.ndim == 3 and page.photometric != _RGB and page.photometric in (0, 1) and pixels.shape[2] > 2:
        raise HeaderError(f"a gray TIFF with {pixels.shape[2]} channels is not supported")
    if pixels.ndim not in (2, 3) or np.iscomplexobj(pixels):
        raise HeaderError(f"a TIFF page of shape {pixels.shape} and type {pixels.dtype} is not supported")
    return _full_bits(pixels, page.bitspersample)


def _full_bits(pixels: npt.NDArray[Any], bits: int) -> npt.NDArray[Any]:
    # 1, 2 and 4 bits are shown as 8 bits, as PNG readers do.
    if pixels.dtype == np.bool_:
        return pixels.astype(np.uint8) * 255
    if pixels.dtype == np.uint8 and bits in (2, 4):
        return np.asarray(pixels * (255 // (2**bits - 1)), np.uint8)
    return pixels


def _pixels_by_opencv(path: Path, index: int) -> npt.NDArray[Any]:
    import cv2

    done, pages = cv2.imdecodemulti(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED, range=(index, index + 1))
    if not done or not len(pages):
        raise HeaderError("the TIFF page is damaged, or compressed in a way that nothing here reads")
    pixels = np.asarray(pages[0])
    return pixels if pixels.ndim == 2 else np.concatenate([pixels[..., 2::-1], pixels[..., 3:]], axis=2)


def _coloured(pixels: npt.NDArray[Any], colormap: npt.NDArray[Any]) -> npt.NDArray[Any]:
    colours = np.moveaxis(np.asarray(colormap), 0, -1)[pixels]
    # Colour maps have 16 bits; where each entry repeats one byte, or leaves the lower one empty, 8 bits hold it all.
    if not (colours % 257).any():
        return np.asarray(colours // 257, np.uint8)
    shift = 8 if not (colours & 0xFF).any() else 0
    return np.asarray(colours >> shift, np.uint8 if shift else np.uint16)


def _orientation(page: Any) -> int:
    tag = page.tags.get(274)
    return int(tag.value) if tag is not None and tag.value in range(1, 9) else 1


def _turned(pixels: npt.NDArray[Any], orientation: int) -> npt.NDArray[Any]:
    # TIFF 6.0 tag 274: which visual corner the first stored row and column stand for.
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    flip_rows, flip_columns = {
        2: (False, True),
        3: (True, True),
        4: (True, False),
        6: (False, True),
        7: (True, True),
        8: (True, False),
    }.get(orientation, (False, False))
    if flip_rows:
        pixels = pixels[::-1]
    return np.asarray(pixels[:, ::-1] if flip_columns else pixels)
