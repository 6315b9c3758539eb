"""Files as they come: compressed, incomplete, damaged, absurd."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ImplicitVRLittleEndian, RLELossless

from medsr_viewer.errors import UnreadableFile
from medsr_viewer.imaging.frame import Frame
from medsr_viewer.imaging.read import read_frame
from medsr_viewer.imaging.study import Instance

Read = Callable[..., Frame]
Make = Callable[..., Path]
Reason = Callable[[Path], str]

GRAY = np.arange(48, dtype=np.uint16).reshape(6, 8) * 10


def test_rle_frames(make_dicom: Make, read: Read) -> None:
    path = make_dicom(np.stack([GRAY, GRAY[::-1]]))
    ds = pydicom.dcmread(path)
    ds.compress(RLELossless)
    ds.save_as(path)
    np.testing.assert_array_equal(read(path, 1).pixels, GRAY[::-1])


@pytest.mark.timeout(20)
def test_boxes_of_damaged_length_around_jpeg_2000_do_not_hang(make_dicom: Make, read: Read) -> None:
    import io

    from PIL import Image
    from pydicom.encaps import encapsulate
    from pydicom.uid import JPEG2000Lossless

    pixels = np.random.default_rng(7).integers(0, 256, (32, 32)).astype(np.uint8)
    Image.fromarray(pixels).save(stream := io.BytesIO(), "JPEG2000", irreversible=False)
    boxed = bytearray(stream.getvalue())
    boxed[12:16] = bytes(4)  # the length of the second box
    ds = pydicom.dcmread(make_dicom(pixels))
    ds.file_meta.TransferSyntaxUID = JPEG2000Lossless
    ds.PixelData = encapsulate([bytes(boxed)])
    ds["PixelData"].is_undefined_length = True
    ds.save_as(path := make_dicom(pixels).with_name("boxed.dcm"))
    np.testing.assert_array_equal(read(path).pixels, pixels)


def test_a_file_without_transfer_syntax(make_dicom: Make, read: Read, tmp_path: Path) -> None:
    ds = pydicom.dcmread(make_dicom(GRAY))
    bare = tmp_path / "bare.dcm"
    plain = Dataset()
    plain.update(ds)
    plain.save_as(bare, implicit_vr=True, little_endian=True)
    frame = read(bare)
    np.testing.assert_array_equal(frame.pixels, GRAY)
    assert any(ImplicitVRLittleEndian.name in warning for warning in frame.warnings)


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        ({"Rows": 65535, "Columns": 65535}, "more than can be shown"),
        ({"Rows": 4000}, "bytes of pixel data are there"),
        ({"NumberOfFrames": 1_000_000}, "bytes of pixel data are there"),
        ({"Rows": 0}, "no rows"),
        ({"BitsStored": 20}, "do not fit"),
        ({"PhotometricInterpretation": "RGB"}, "do not fit RGB"),
        ({"SamplesPerPixel": 3, "PlanarConfiguration": 0}, "do not fit MONOCHROME2"),
        ({"SamplesPerPixel": 2}, "2 samples per pixel"),
        ({"BitsAllocated": 24}, "24 bits allocated"),
    ],
)
def test_absurd_headers_are_refused_before_memory_is_taken(
    make_dicom: Make, reason: Reason, elements: dict[str, Any], words: str
) -> None:
    assert words in reason(make_dicom(GRAY, **elements))


def test_a_cut_off_file_is_refused(make_dicom: Make, reason: Reason) -> None:
    path = make_dicom(GRAY)
    path.write_bytes(path.read_bytes()[:-4])
    assert "92 bytes of pixel data are there" in reason(path)


def test_missing_frames_of_compressed_data_are_refused(make_dicom: Make, reason: Reason) -> None:
    ds = pydicom.dcmread(make_dicom(GRAY))
    ds.compress(RLELossless)
    ds.NumberOfFrames = 70_000
    ds.save_as(path := make_dicom(GRAY).with_name("rle.dcm"))
    assert "claims 70,000 frames, but only 1 " in reason(path)


def test_an_object_without_pixels_is_named(make_dicom: Make, reason: Reason) -> None:
    ds = pydicom.dcmread(make_dicom(GRAY))
    del ds.PixelData
    ds.Modality = "SR"
    ds.save_as(path := make_dicom(GRAY).with_name("sr.dcm"))
    assert reason(path) == "no pixel data (modality SR)"


def test_a_frame_that_does_not_exist(make_dicom: Make, read: Read) -> None:
    with pytest.raises(UnreadableFile, match="frame 3 does not exist"):
        read(make_dicom(np.stack([GRAY, GRAY])), 2)


def test_a_file_that_vanished() -> None:
    gone = Instance(Path("gone.dcm"), "gone.dcm", "", "", "", "CT", 4, 4)
    with pytest.raises(UnreadableFile, match="No such file"):
        read_frame(gone)


def test_what_decoders_print_stays_off_the_terminal(
    make_dicom: Make, read: Read, capfd: pytest.CaptureFixture[str]
) -> None:
    path = make_dicom(GRAY)
    ds = pydicom.dcmread(path)
    ds.compress(RLELossless)
    ds.PixelData = ds.PixelData[:24] + b"\xff" * 12 + ds.PixelData[36:]
    ds.save_as(path)
    with pytest.raises(UnreadableFile, match="damaged"):
        read(path)
    assert capfd.readouterr() == ("", "")


def test_names_in_a_wrong_character_set_do_not_matter(make_dicom: Make, read: Read) -> None:
    path = make_dicom(
        GRAY, name="Bild mit Ümläuten/画像.dcm", SpecificCharacterSet="ISO_IR 100", PatientName="Müller^Zoë"
    )
    path.write_bytes(path.read_bytes().replace(b"ISO_IR 100", b"ISO_XX 999"))
    np.testing.assert_array_equal(read(path).pixels, GRAY)
