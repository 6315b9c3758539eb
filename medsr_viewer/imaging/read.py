"""Reading one frame of one file. The one place where a decoder's failure becomes a known error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from medsr_viewer.cancel import Cancelled
from medsr_viewer.errors import MedsrError, UnreadableFile
from medsr_viewer.imaging.frame import Frame
from medsr_viewer.imaging.study import Instance

SAMPLE_NAME = "J2K_pixelrep_mismatch.dcm"

_DECODE_ADVICE = "Export the image again, uncompressed or as JPEG 2000 or JPEG-LS, and open that."
_HEADER_ADVICE = "Copy the file again from where it came: it may have been cut off or damaged on the way."
_NO_IMAGE_ADVICE = "Open the images that it belongs to: this DICOM object (a report, contours, annotations) holds none."
_MAX_MESSAGE = 300


def read_frame(instance: Instance, index: int = 0) -> Frame:
    """Decode one frame, and no other.

    Parameters
    ----------
    instance : Instance
        Which file.
    index : int
        The frame, from 0.

    Returns
    -------
    Frame
        Its pixels and how to display them.

    Raises
    ------
    UnreadableFile
        Whatever is wrong with the file.
    """
    from medsr_viewer.imaging.quiet import quiet

    with readable(instance.path, instance.source), quiet():
        from medsr_viewer.imaging.kinds import kind_of

        kind = kind_of(instance.path)
        if kind in {"PNG", "JPEG", "TIFF"}:
            from medsr_viewer.imaging.raster import read_raster_frame

            return read_raster_frame(instance.path, kind, index)
        from medsr_viewer.imaging.dicom_frame import read_dicom_frame

        return read_dicom_frame(instance.path, index)


@contextmanager
def readable(path: Path, source: str = "") -> Iterator[None]:
    """Turn whatever goes wrong while a file is read into `UnreadableFile`.

    Parameters
    ----------
    path : Path
        The file.
    source : str
        How the user knows it, where that is not its path.
    """
    name = source or str(path)
    try:
        yield
    except (MedsrError, Cancelled, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except MemoryError as exc:
        raise UnreadableFile(name, "there is too little memory to read it") from exc
    except OSError as exc:
        # strerror for the system's errors; Pillow's have a message alone.
        raise UnreadableFile(name, _one_line(exc.strerror or str(exc)), _HEADER_ADVICE) from exc
    except BaseException as exc:  # a panic in a Rust decoder is not an Exception
        reason, advice = _explain(exc)
        raise UnreadableFile(name, reason, advice) from exc


def sample_path() -> Path:
    """Return the sample image: a head CT, 512 x 512, lossless, that comes with pydicom.

    Raises
    ------
    UnreadableFile
        If the installed pydicom lacks it.
    """
    from pydicom.data import get_testdata_file

    found = get_testdata_file(SAMPLE_NAME, download=False)
    if not isinstance(found, str):
        raise UnreadableFile(SAMPLE_NAME, "the installed pydicom does not hold the sample", "Install pydicom again.")
    return Path(found)


def _explain(exc: BaseException) -> tuple[str, str]:
    from medsr_viewer.imaging.elements import HeaderError, NoPixelDataError
    from medsr_viewer.imaging.plugins import DecodeError

    if isinstance(exc, NoPixelDataError):
        return _one_line(str(exc)), _NO_IMAGE_ADVICE
    if isinstance(exc, DecodeError):
        return _one_line(str(exc)), _DECODE_ADVICE
    if isinstance(exc, HeaderError):
        return _one_line(str(exc)), _HEADER_ADVICE
    return f"it is damaged, or of a kind that is not supported ({type(exc).__name__})", _HEADER_ADVICE


def _one_line(message: str) -> str:
    return " ".join(message.split())[:_MAX_MESSAGE] or "it cannot be read"
