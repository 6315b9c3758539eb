"""Opening a DICOM file: its header, its transfer syntax and where its pixels lie, without reading them."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pydicom import dcmread
from pydicom.filereader import read_dataset, read_file_meta_info
from pydicom.tag import Tag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from medsr_viewer.imaging.elements import HeaderError, NoPixelDataError, text
from medsr_viewer.imaging.layout import (
    Layout,
    PixelElement,
    check_fragments,
    check_native_length,
    locate_pixels,
    read_layout,
)

_MAX_INFLATED = 1 << 30
_CHUNK = 1 << 20


@dataclass(frozen=True)
class DicomFile:
    """An open DICOM file.

    Parameters
    ----------
    header : pydicom Dataset
        Everything before the pixel data.
    syntax : UID
        Transfer syntax, assumed where the file names none.
    element : PixelElement or None
        None where the file holds no pixel data.
    stream : binary file
        Where the pixel data is read from.
    notes : tuple of str
        What had to be assumed.
    """

    header: Any
    syntax: UID
    element: PixelElement | None
    stream: BinaryIO
    notes: tuple[str, ...]

    def layout(self) -> Layout:
        """Return how the pixels are stored, checked against the bytes that are there.

        Raises
        ------
        HeaderError
            If there are no pixels, or they cannot be as the header says.
        """
        if self.element is None:
            raise NoPixelDataError(_no_pixels(self.header))
        layout = read_layout(self.header, self.element)
        if self.syntax.is_encapsulated:
            check_fragments(self.stream, layout, self.element)
        else:
            check_native_length(layout, self.element)
        return layout


@contextmanager
def open_dicom(path: Path, tags: list[str] | None = None) -> Iterator[DicomFile]:
    """Open a DICOM file and read its header.

    Parameters
    ----------
    path : Path
        The file.
    tags : list of str, optional
        Keywords to read; all where left out.

    Raises
    ------
    HeaderError
        If the transfer syntax is unknown or the inflated file is too large.
    """
    with path.open("rb") as file:
        if _is_deflated(file):
            yield _open_deflated(path, file, tags)
            return
        header = dcmread(file, force=True, stop_before_pixels=True, specific_tags=tags)
        syntax, notes = _transfer_syntax(header)
        yield DicomFile(header, syntax, locate_pixels(file, syntax), file, notes)


def _is_deflated(file: BinaryIO) -> bool:
    # pydicom inflates such a file whole, without a limit: it must be known before pydicom sees it.
    head = file.read(1024)
    file.seek(0)
    return head[128:132] == b"DICM" and DeflatedExplicitVRLittleEndian.encode() in head


def _open_deflated(path: Path, file: BinaryIO, tags: list[str] | None) -> DicomFile:
    """Open a file whose data set is deflated (PS3.5 A.5)."""
    meta = read_file_meta_info(path)
    file.seek(144 + meta.FileMetaInformationGroupLength)  # counted from the end of the element that holds it
    stream = _inflate(file)
    header = read_dataset(stream, False, True, stop_when=_at_pixels, specific_tags=_as_tags(tags))
    header.file_meta = meta
    return DicomFile(header, DeflatedExplicitVRLittleEndian, locate_pixels(stream, ExplicitVRLittleEndian), stream, ())


def _transfer_syntax(header: Any) -> tuple[UID, tuple[str, ...]]:
    named = text(getattr(header, "file_meta", {}), "TransferSyntaxUID")
    if named:
        return UID(named), ()
    implicit, little = header.original_encoding
    if implicit is None:
        raise HeaderError("it is not a DICOM file, or is cut off before any content")
    assumed = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian if little else ExplicitVRBigEndian
    return assumed, (f"The file names no transfer syntax; {assumed.name} was assumed.",)


def _inflate(file: BinaryIO) -> BinaryIO:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    plain = bytearray()
    data = file.read()
    while data and not unpacker.eof:
        plain += unpacker.decompress(data, _CHUNK)
        data = unpacker.unconsumed_tail
        if len(plain) > _MAX_INFLATED:
            raise HeaderError("it inflates to more than 1 GiB")
    return io.BytesIO(bytes(plain))


def _at_pixels(tag: Any, vr: str | None, length: int) -> bool:  # noqa: ARG001 - pydicom's signature
    return tag in (0x7FE00008, 0x7FE00009, 0x7FE00010)


def _as_tags(keywords: list[str] | None) -> list[Any] | None:
    return None if keywords is None else [Tag(keyword) for keyword in keywords]


def _no_pixels(header: Any) -> str:
    modality = text(header, "Modality")
    if not modality and not text(header, "SOPClassUID"):
        return "no pixel data, and no sign of a DICOM image"
    return f"no pixel data (modality {modality[:16]})" if modality else "no pixel data"
