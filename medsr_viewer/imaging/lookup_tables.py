"""Lookup tables of DICOM: modality LUT, VOI LUT (PS3.3 C.11.1, C.11.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from medsr_viewer.imaging.elements import integer, numbers, text, value


@dataclass(frozen=True, eq=False)
class LookupTable:
    """One item of a LUT sequence.

    Parameters
    ----------
    table : ndarray
        (N,) uint16, the entries.
    first : int
        The input value that the first entry stands for.
    bits : int
        Bits of an entry.
    name : str
        LUT Explanation.
    """

    table: npt.NDArray[np.uint16]
    first: int
    bits: int
    name: str

    def __call__(self, values: npt.NDArray[Any]) -> npt.NDArray[np.uint16]:
        """Return the entries for integer values; those outside the table take its first or last entry."""
        index = np.clip(values.astype(np.int64) - self.first, 0, self.table.size - 1)
        return self.table[index]


def read_lookup_table(item: Any, *, signed: bool) -> LookupTable | None:
    """Return the table that an item of a LUT sequence holds, or None where it is incomplete.

    Parameters
    ----------
    item : pydicom Dataset
        With LUT Descriptor and LUT Data.
    signed : bool
        Whether the input values may be negative: how the descriptor's second value is to be read.
    """
    descriptor = [int(part) for part in numbers(item, "LUTDescriptor")]
    entries = _entries(item)
    if len(descriptor) != 3 or entries is None or not entries.size:
        return None
    count, first, bits = descriptor
    count = count or 1 << 16  # 65,536 does not fit its 16 bits and is written as 0
    if signed and first >= 1 << 15:
        first -= 1 << 16
    if not 1 <= bits <= 16:
        return None
    if entries.size * 2 == count or (bits == 8 and count > entries.size):
        entries = entries.view(np.uint8).astype(np.uint16)  # two 8-bit entries a word
    # Some writers state fewer bits than their entries need.
    bits = max(bits, int(entries.max()).bit_length())
    return LookupTable(entries[:count], first, bits, text(item, "LUTExplanation"))


def _entries(item: Any) -> npt.NDArray[np.uint16] | None:
    found = value(item, "LUTData")
    if isinstance(found, (bytes, bytearray)):
        order = "<" if _is_little_endian(item) else ">"
        return np.frombuffer(found[: len(found) // 2 * 2], order + "u2").astype(np.uint16)
    values = numbers(item, "LUTData")
    if not values:
        single = integer(item, "LUTData")
        values = (float(single),) if single is not None else ()
    return (np.asarray(values, np.int64) & 0xFFFF).astype(np.uint16) if values else None


def _is_little_endian(item: Any) -> bool:
    """Whether an item's words are little endian; they are where it does not say."""
    encoding = getattr(item, "original_encoding", (None, None))
    return encoding[1] is not False
