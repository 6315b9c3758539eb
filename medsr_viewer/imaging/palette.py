"""PALETTE COLOR to RGB, from plain or segmented palettes (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6, C.7.9)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from medsr_viewer.imaging.elements import HeaderError, integer, numbers, value

_COLOURS = ("Red", "Green", "Blue")
_MAX_ENTRIES = 1 << 16
_DISCRETE, _LINEAR, _INDIRECT = 0, 1, 2


def apply_palette(stored: npt.NDArray[Any], header: Any) -> npt.NDArray[Any]:
    """Return the colours that indices stand for.

    Parameters
    ----------
    stored : ndarray
        (H, W) indices.
    header : pydicom Dataset
        With the Palette Color Lookup Table module.

    Returns
    -------
    ndarray
        (H, W, 3) uint8, or uint16 where the palette has 16 bits.

    Raises
    ------
    HeaderError
        If the palette is absent or damaged.
    """
    tables = [_table(header, colour) for colour in _COLOURS]
    first = _descriptor(header, "Red")[1]
    indices = stored.astype(np.int64) - first
    return np.stack([table[np.clip(indices, 0, table.size - 1)] for table in tables], axis=-1)


def _descriptor(header: Any, colour: str) -> tuple[int, int, int]:
    # Red's first value counts for all; some writers leave the others without a descriptor.
    found = numbers(header, f"{colour}PaletteColorLookupTableDescriptor")
    if len(found) != 3:
        found = numbers(header, "RedPaletteColorLookupTableDescriptor")
    if len(found) != 3:
        raise HeaderError("its colour palette is missing or damaged")
    count, first, bits = (int(part) for part in found)
    if first >= 1 << 15 and integer(header, "PixelRepresentation") == 1:
        first -= 1 << 16
    return count or _MAX_ENTRIES, first, bits  # 65,536 entries do not fit 16 bits and are written as 0


def _table(header: Any, colour: str) -> npt.NDArray[Any]:
    count, _, bits = _descriptor(header, colour)
    plain = value(header, f"{colour}PaletteColorLookupTableData")
    segmented = value(header, f"Segmented{colour}PaletteColorLookupTableData")
    entries: npt.NDArray[Any]
    if plain is not None:
        words = _as_words(plain, header)
        eight_bits = bits == 8 and words.size < count
        entries = _as_bytes(words) if eight_bits else words
    elif segmented is not None:
        words = _as_words(segmented, header)
        eight_bits = bits == 8
        data = _as_bytes(words) if eight_bits else words
        entries = np.asarray(_expand([int(part) for part in data], 1 if eight_bits else 2), np.int64)
    else:
        raise HeaderError("its colour palette is missing or damaged")
    if not entries.size:
        raise HeaderError("its colour palette is empty")
    return entries[:count].astype(np.uint8 if bits == 8 else np.uint16)


def _as_words(data: Any, header: Any) -> npt.NDArray[np.uint16]:
    if isinstance(data, (bytes, bytearray)):
        order = ">" if header.original_encoding[1] is False else "<"
        padded = bytes(data) + b"\0" * (len(data) % 2)
        return np.frombuffer(padded, order + "u2").astype(np.uint16)
    return (np.asarray(data, np.int64).reshape(-1) & 0xFFFF).astype(np.uint16)


def _as_bytes(words: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint8]:
    # Two entries a word, the first in its lower half, whatever the byte order of the words (PS3.3 C.7.6.3.1.6).
    return np.stack([words & 0xFF, words >> 8], axis=-1).reshape(-1).astype(np.uint8)


def _expand(data: list[int], size: int, start: int = 0, segments: int | None = None, last: int = 0) -> list[int]:
    """Return the entries that segments stand for (PS3.3 C.7.9.2).

    Parameters
    ----------
    data : list of int
        All segments.
    size : int
        Bytes of a number: 1 or 2.
    start : int
        Where to begin in `data`.
    segments : int, optional
        How many segments to expand; to the end of the data where left out.
    last : int
        The entry before the first: where a linear segment sets out.
    """
    entries: list[int] = []
    at = start
    while at + 2 < len(data) and segments != 0:
        kind, length = data[at], data[at + 1]
        at += 2
        previous = entries[-1] if entries else last
        if kind == _DISCRETE:
            entries += data[at : at + length]
            at += length
        elif kind == _LINEAR:
            entries += [int(part) for part in np.rint(np.linspace(previous, data[at], length + 1)[1:])]
            at += 1
        elif kind == _INDIRECT and segments is None:  # an indirect segment never points to another
            numbers_used = 4 // size
            offset = sum(part << (8 * size * place) for place, part in enumerate(data[at : at + numbers_used]))
            entries += _expand(data, size, offset // size, length, previous)
            at += numbers_used
        else:
            raise HeaderError("its segmented colour palette is damaged")
        if len(entries) > _MAX_ENTRIES:
            raise HeaderError("its segmented colour palette is too long")
        segments = None if segments is None else segments - 1
    return entries
