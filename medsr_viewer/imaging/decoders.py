"""Which decoder reads which DICOM transfer syntax, in which order, and which of them are installed."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType

# Fixed orders, so that a file gives the same pixels on every machine. gdcm leads where it reads JPEG 2000: Pillow
# decodes files whose codestream and header disagree about the sign 32,768 apart. pyjpegls is four times as fast as
# gdcm, and reads 6 and 7 bits; gdcm reads some files that pyjpegls refuses.
_JPEG = ("gdcm", "pillow")
_JPEG_LS = ("pyjpegls", "gdcm")
_JPEG_2000 = ("gdcm", "pylibjpeg")

PLUGIN_ORDER = MappingProxyType(
    {
        "1.2.840.10008.1.2.4.50": _JPEG,
        "1.2.840.10008.1.2.4.51": _JPEG,
        "1.2.840.10008.1.2.4.57": ("gdcm",),
        "1.2.840.10008.1.2.4.70": ("gdcm",),
        "1.2.840.10008.1.2.4.80": _JPEG_LS,
        "1.2.840.10008.1.2.4.81": _JPEG_LS,
        "1.2.840.10008.1.2.4.90": _JPEG_2000,
        "1.2.840.10008.1.2.4.91": _JPEG_2000,
        "1.2.840.10008.1.2.4.201": ("pylibjpeg",),
        "1.2.840.10008.1.2.4.202": ("pylibjpeg",),
        "1.2.840.10008.1.2.4.203": ("pylibjpeg",),
        "1.2.840.10008.1.2.5": ("pylibjpeg", "pydicom"),
    }
)
"""pydicom's names of decoder plugins to try, by compressed transfer syntax."""

NATIVE_SYNTAXES = frozenset(
    {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"}
)
"""Transfer syntaxes without compressed pixels."""

LOSSY_SYNTAXES = frozenset(f"1.2.840.10008.1.2.4.{last}" for last in (50, 51, 81))
"""Transfer syntaxes that always lose information."""


@dataclass(frozen=True)
class Decoder:
    """A package that decodes images.

    Parameters
    ----------
    name : str
        Its name in the package index.
    version : str or None
        None where it is not installed.
    reads : str
        What it is used for.
    install_hint : str
        The command that installs it.
    """

    name: str
    version: str | None
    reads: str
    install_hint: str


_PACKAGES = (
    (("pydicom",), "DICOM: uncompressed, deflated, RLE"),
    (("python-gdcm",), "DICOM: JPEG, JPEG Extended 12-bit, JPEG Lossless, JPEG-LS, JPEG 2000"),
    (("pyjpegls",), "DICOM: JPEG-LS"),
    (("pylibjpeg",), "DICOM: needed by the next two"),
    (("pylibjpeg-openjpeg",), "DICOM: High-Throughput JPEG 2000, JPEG 2000"),
    (("pylibjpeg-rle",), "DICOM: RLE"),
    (("pillow",), "PNG, JPEG; DICOM: JPEG Baseline"),
    (("tifffile",), "TIFF"),
    (("opencv-python-headless", "opencv-python"), "16-bit colour PNG, compressed TIFF"),
)


def available_decoders() -> tuple[Decoder, ...]:
    """Return the decoders that this program uses, installed or not."""
    return tuple(
        Decoder(names[0], _first_version(names), reads, f"python -m pip install {names[0]}")
        for names, reads in _PACKAGES
    )


def is_readable(syntax: str) -> bool:
    """Whether any decoder known to this program reads a transfer syntax, installed or not."""
    return syntax in NATIVE_SYNTAXES or syntax in PLUGIN_ORDER


def readable_syntaxes() -> tuple[tuple[str, str, bool], ...]:
    """Return (UID, name, whether an installed decoder reads it) of every transfer syntax known to this program."""
    from pydicom.uid import UID

    return tuple((uid, UID(uid).name, _is_installed(uid)) for uid in sorted(NATIVE_SYNTAXES | PLUGIN_ORDER.keys()))


def _is_installed(uid: str) -> bool:
    from pydicom.pixels.decoders.base import get_decoder

    if uid in NATIVE_SYNTAXES:
        return True
    return bool(set(PLUGIN_ORDER[uid]) & set(get_decoder(uid).available_plugins))


def _first_version(names: tuple[str, ...]) -> str | None:
    for name in names:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return None
