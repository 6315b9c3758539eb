"""What the program and its decoder process say to each other: a few fields, and bytes."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import IO, Any

import numpy as np
import numpy.typing as npt

_LENGTHS = struct.Struct("<LQ")  # of the fields as JSON, of the bytes


def send(stream: IO[bytes], fields: Mapping[str, Any], data: bytes | memoryview = b"") -> None:
    """Write one message.

    Parameters
    ----------
    stream : binary file
        A pipe.
    fields : mapping
        Values that JSON has.
    data : bytes-like
        What comes with them.
    """
    text = json.dumps(fields).encode()
    stream.write(_LENGTHS.pack(len(text), len(data)) + text)
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], npt.NDArray[np.uint8]]:
    """Read one message, waiting for it.

    Raises
    ------
    EOFError
        If the other side is gone.
    """
    text_length, length = _LENGTHS.unpack(_exactly(stream, _LENGTHS.size))
    fields: dict[str, Any] = json.loads(_exactly(stream, text_length))
    data = np.empty(length, np.uint8)
    view, filled = data.data, 0
    while filled < length:
        count = stream.readinto(view[filled:])  # type: ignore[attr-defined] # a buffered pipe has it
        if not count:
            raise EOFError
        filled += count
    return fields, data


def _exactly(stream: IO[bytes], length: int) -> bytes:
    found = stream.read(length)
    if len(found) < length:
        raise EOFError
    return found
