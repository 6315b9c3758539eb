"""Values of DICOM elements as plain Python types, tolerant of damaged ones.

Elements that only describe an image (names, spacing, windows) count as absent when they cannot be read; elements that
say how its pixels are laid out go through `required_integer` and `optional_integer`, which refuse instead.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import Any

from pydicom.multival import MultiValue

DAMAGED = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
"""What pydicom raises while it converts a damaged element."""


class HeaderError(ValueError):
    """A header cannot be used; the message says why in one sentence."""


class NoPixelDataError(HeaderError):
    """A DICOM object holds no image: a report, a structure set, an annotation."""


def value(ds: Any, keyword: str) -> Any:
    """Return an element's value, or None where it is absent, empty or damaged."""
    try:
        found = ds.get(keyword)
    except DAMAGED:
        return None
    return None if found is None or found == "" else found


def text(ds: Any, keyword: str) -> str:
    """Return an element as text on one line, "" where it is absent; the first of several values."""
    found = value(ds, keyword)
    if isinstance(found, (MultiValue, list)):
        found = found[0] if len(found) else ""
    try:
        return " ".join(str(found).replace("\0", " ").split()) if found is not None else ""
    except DAMAGED:
        return ""


def numbers(ds: Any, keyword: str) -> tuple[float, ...]:
    """Return an element as finite numbers; empty where any of them is not one."""
    found = value(ds, keyword)
    if found is None:
        return ()
    try:
        parts = tuple(float(part) for part in (found if isinstance(found, (MultiValue, list)) else [found]))
    except DAMAGED:
        return ()
    return parts if all(math.isfinite(part) for part in parts) else ()


def number(ds: Any, keyword: str) -> float | None:
    """Return the first of an element's numbers, or None."""
    return next(iter(numbers(ds, keyword)), None)


def integer(ds: Any, keyword: str) -> int | None:
    """Return an element as an integer, or None where it is not one."""
    found = number(ds, keyword)
    return int(found) if found is not None and found == int(found) else None


def items(ds: Any, keyword: str) -> Iterator[Any]:
    """Yield the items of a sequence; none where it is absent or damaged."""
    found = value(ds, keyword)
    if found is not None and hasattr(found, "__iter__") and not isinstance(found, (str, bytes)):
        yield from found


def first_item(ds: Any, keyword: str) -> Any:
    """Return the first item of a sequence, or None."""
    return next(items(ds, keyword), None)


def optional_integer(ds: Any, keyword: str, default: int) -> int:
    """Return an integer that describes the pixels, or a default where it is absent.

    Raises
    ------
    HeaderError
        If the element is there but is not an integer.
    """
    try:
        if keyword not in ds or ds[keyword].value in (None, "", b""):
            return default
    except DAMAGED as exc:
        raise HeaderError(f"the header's {keyword} is damaged") from exc
    found = integer(ds, keyword)
    if found is None:
        raise HeaderError(f"the header's {keyword} is not a whole number")
    return found


def required_integer(ds: Any, keyword: str) -> int:
    """Return an integer that describes the pixels.

    Raises
    ------
    HeaderError
        If the element is absent or not an integer.
    """
    found = optional_integer(ds, keyword, -1)
    if found < 0:
        raise HeaderError(f"the header has no usable {keyword}")
    return found
