"""From stored values to modality units: rescale, tables, polarity, padding, unusual types."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_modality_lut

from medsr_viewer.imaging.frame import Frame, Window
from medsr_viewer.imaging.read import sample_path

Read = Callable[..., Frame]
Make = Callable[..., Path]
Reason = Callable[[Path], str]

GRAY = np.arange(48, dtype=np.uint16).reshape(6, 8) * 10
SIGNED = (np.arange(48, dtype=np.int16).reshape(6, 8) - 24) * 50


def test_rescale_to_hounsfield_units(make_dicom: Make, read: Read) -> None:
    frame = read(make_dicom(SIGNED, Modality="CT", RescaleSlope="2", RescaleIntercept="-1024"))
    np.testing.assert_array_equal(frame.pixels, SIGNED * 2.0 - 1024)
    assert frame.unit == "HU"
    assert frame.bits_stored == 16
    assert frame.value_range == (float(SIGNED.min()) * 2 - 1024, float(SIGNED.max()) * 2 - 1024)
    assert frame.pixels.flags.c_contiguous
    assert not frame.pixels.flags.writeable


@pytest.mark.parametrize("slope", ["0", "nan", "1e300"])
def test_an_absurd_slope_counts_as_absent_and_is_named(make_dicom: Make, read: Read, slope: str) -> None:
    path = make_dicom(GRAY, RescaleIntercept="-1024")
    ds = pydicom.dcmread(path)
    ds._dict[pydicom.tag.Tag("RescaleSlope")] = pydicom.dataelem.RawDataElement(
        pydicom.tag.Tag("RescaleSlope"), "DS", len(slope), slope.encode(), 0, False, True
    )
    ds.save_as(path)
    frame = read(path)
    np.testing.assert_array_equal(frame.pixels, GRAY)
    assert any("slope" in warning for warning in frame.warnings)


def test_a_modality_lut_equals_pydicoms(make_dicom: Make, read: Read) -> None:
    item = Dataset()
    item.add_new("LUTDescriptor", "SS", [300, 20, 16])
    item.add_new("LUTData", "US", [int(entry) for entry in np.linspace(0, 60000, 300)])
    item.ModalityLUTType = "OD"
    path = make_dicom(GRAY, ModalityLUTSequence=[item])
    frame = read(path)
    np.testing.assert_array_equal(frame.pixels, apply_modality_lut(GRAY, pydicom.dcmread(path)))
    assert frame.unit == "OD"


@pytest.mark.parametrize(
    ("photometric", "shape", "inverted"),
    [
        ("MONOCHROME1", None, True),
        ("MONOCHROME1", "INVERSE", True),
        ("MONOCHROME1", "IDENTITY", True),
        ("MONOCHROME2", "INVERSE", True),
        ("MONOCHROME2", "IDENTITY", False),
        ("MONOCHROME2", None, False),
    ],
)
def test_polarity_is_inverted_once(
    make_dicom: Make, read: Read, photometric: str, shape: str | None, *, inverted: bool
) -> None:
    elements = {"PhotometricInterpretation": photometric} | ({"PresentationLUTShape": shape} if shape else {})
    frame = read(make_dicom(GRAY, **elements))
    assert frame.inverted is inverted
    np.testing.assert_array_equal(frame.pixels, GRAY)


def test_padding_is_left_out_of_range_and_windows(make_dicom: Make, read: Read) -> None:
    pixels = SIGNED.copy()
    pixels[0, :3] = [-2000, -1999, -1998]
    path = make_dicom(pixels, PixelPaddingValue=-2000, PixelPaddingRangeLimit=-1999)
    frame = read(path)
    assert frame.valid is not None
    assert (~frame.valid).sum() == 2
    assert frame.value_range == (-1998.0, float(SIGNED.max()))
    assert frame.pixels[0, 0] == -2000


def test_an_image_of_padding_alone_is_still_shown(make_dicom: Make, read: Read) -> None:
    frame = read(make_dicom(np.full((4, 4), 9, np.uint16), PixelPaddingValue=9))
    assert frame.valid is None
    assert frame.value_range == (9.0, 9.0)
    assert frame.vois


def test_floating_point_pixels_and_nan(make_dicom: Make, read: Read) -> None:
    pixels = np.linspace(-1, 1, 48, dtype=np.float32).reshape(6, 8)
    pixels[2, 3] = np.nan
    frame = read(make_dicom(pixels))
    assert frame.valid is not None
    assert not frame.valid[2, 3]
    assert frame.value_range == (-1.0, 1.0)
    assert np.isfinite(frame.pixels).all()
    assert frame.bits_stored is None


def test_one_bit_frames_that_do_not_end_on_a_byte(make_dicom: Make, read: Read) -> None:
    masks = np.random.default_rng(4).integers(0, 2, (3, 5, 5)).astype(np.uint8)
    path = make_dicom(masks, BitsAllocated=1, BitsStored=1, HighBit=0)
    ds = pydicom.dcmread(path)
    packed = np.packbits(masks.ravel(), bitorder="little").tobytes()
    ds.PixelData = packed + b"\0" * (len(packed) % 2)
    ds.save_as(path)
    for index in range(3):
        np.testing.assert_array_equal(read(path, index).pixels, masks[index])


def test_unused_high_bits_are_ignored(make_dicom: Make, read: Read) -> None:
    frame = read(make_dicom(GRAY | 0xF000, BitsStored=12, HighBit=11))
    np.testing.assert_array_equal(frame.pixels, GRAY)


def test_a_constant_image(make_dicom: Make, read: Read) -> None:
    frame = read(make_dicom(np.full((4, 4), 7, np.uint16)))
    assert frame.value_range == (7.0, 7.0)
    assert isinstance(frame.vois[0], Window)
    assert frame.vois[0].width > 0


def test_the_sample(read: Read) -> None:
    frame = read(sample_path())
    assert frame.shape == (512, 512)
    assert frame.unit == "HU"
    assert frame.value_range == (-2000.0, 1896.0)
