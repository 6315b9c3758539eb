from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian, RLELossless

from medsr_viewer.errors import UnreadableFile
from medsr_viewer.imaging.frame import Frame, Orientation, VoiLut, Window
from medsr_viewer.imaging.read import read_frame, sample_path
from medsr_viewer.imaging.study import Instance

Read = Callable[..., Frame]
Make = Callable[..., Path]
Reason = Callable[[Path], str]

GRAY = np.arange(48, dtype=np.uint16).reshape(6, 8) * 10
SIGNED = (np.arange(48, dtype=np.int16).reshape(6, 8) - 24) * 50
RGB = np.random.default_rng(3).integers(0, 256, (6, 8, 3)).astype(np.uint8)


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


def test_colour_by_plane_and_by_pixel(make_dicom: Make, read: Read) -> None:
    by_pixel = read(make_dicom(RGB))
    planes = np.ascontiguousarray(np.moveaxis(RGB, -1, 0)).tobytes()
    by_plane = read(make_dicom(RGB, name="plane.dcm", PlanarConfiguration=1, PixelData=planes))
    np.testing.assert_array_equal(by_pixel.pixels, RGB)
    np.testing.assert_array_equal(by_plane.pixels, RGB)
    assert by_pixel.is_colour
    assert by_pixel.stored_maximum == 255


def test_deep_colour_keeps_its_values(make_dicom: Make, read: Read) -> None:
    deep = RGB.astype(np.uint16) * 257
    frame = read(make_dicom(deep))
    np.testing.assert_array_equal(frame.pixels, deep)
    assert frame.stored_maximum is None
    assert frame.vois == (Window(32767.5, 65535.0, "LINEAR_EXACT", "full range"),)


def test_ybr_becomes_rgb(make_dicom: Make, read: Read) -> None:
    from PIL import Image

    ybr = np.asarray(Image.fromarray(RGB).convert("YCbCr"))
    frame = read(make_dicom(ybr, PhotometricInterpretation="YBR_FULL"))
    np.testing.assert_allclose(frame.pixels, RGB, atol=3)


def palette_elements(entries: dict[str, np.ndarray], *, segmented: bool = False, bits: int = 16) -> dict[str, Any]:
    prefix = "Segmented" if segmented else ""
    found: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour, table in entries.items():
        found[f"{colour}PaletteColorLookupTableDescriptor"] = [256, 0, bits]
        found[f"{prefix}{colour}PaletteColorLookupTableData"] = table.tobytes()
    return found


TABLES = {
    colour: np.random.default_rng(seed).integers(0, 65536, 256).astype(np.uint16)
    for seed, colour in enumerate(("Red", "Green", "Blue"))
}


def test_a_palette_of_16_bits_equals_pydicoms(make_dicom: Make, read: Read) -> None:
    indices = np.arange(256, dtype=np.uint8).reshape(16, 16)
    path = make_dicom(indices, **palette_elements(TABLES))
    frame = read(path)
    np.testing.assert_array_equal(frame.pixels, apply_color_lut(indices, pydicom.dcmread(path)))
    assert frame.value_range[1] > 255


def test_a_palette_of_8_bits_equals_pydicoms(make_dicom: Make, read: Read) -> None:
    indices = np.arange(256, dtype=np.uint8).reshape(16, 16)
    tables = {colour: (table >> 8).astype(np.uint8) for colour, table in TABLES.items()}
    path = make_dicom(indices, **palette_elements(tables, bits=8))
    frame = read(path)
    np.testing.assert_array_equal(frame.pixels, apply_color_lut(indices, pydicom.dcmread(path)))
    assert frame.stored_maximum == 255


def test_a_big_endian_palette_gives_the_same_colours(make_dicom: Make, read: Read) -> None:
    indices = np.arange(256, dtype=np.uint8).reshape(16, 16)
    swapped = {colour: table.byteswap() for colour, table in TABLES.items()}
    path = make_dicom(indices, syntax=ExplicitVRBigEndian, **palette_elements(swapped))
    expected = np.stack([TABLES[colour][indices] for colour in ("Red", "Green", "Blue")], axis=-1)
    np.testing.assert_array_equal(read(path).pixels, expected)


def test_a_segmented_palette(make_dicom: Make, read: Read) -> None:
    indices = np.arange(256, dtype=np.uint8).reshape(16, 16)
    # two given entries, a line of 100 entries to 5000, then 154 more entries at 5000
    segments = np.array([0, 2, 0, 1000, 1, 100, 5000, 1, 154, 5000], np.uint16)
    path = make_dicom(indices, **palette_elements(dict.fromkeys(("Red", "Green", "Blue"), segments), segmented=True))
    expected = np.concatenate([[0, 1000], np.rint(1000 + 40 * np.arange(1, 101)), np.full(154, 5000)])
    np.testing.assert_array_equal(read(path).pixels[..., 0].ravel(), expected)


def test_an_indirect_segment_repeats_others(make_dicom: Make, read: Read) -> None:
    # a discrete segment of 4 entries, then the 1 segment that begins at byte 0 once more
    segments = np.array([0, 4, 7, 8, 9, 10, 2, 1, 0, 0], np.uint16)
    elements = palette_elements(dict.fromkeys(("Red", "Green", "Blue"), segments), segmented=True)
    frame = read(make_dicom(np.arange(8, dtype=np.uint8).reshape(2, 4), **elements))
    np.testing.assert_array_equal(frame.pixels[..., 0].ravel(), [7, 8, 9, 10, 7, 8, 9, 10])


def test_windows_come_in_the_files_order_with_their_names(make_dicom: Make, read: Read) -> None:
    frame = read(
        make_dicom(
            GRAY,
            WindowCenter=["100", "200", "300"],
            WindowWidth=["50", "0", "60"],
            WindowCenterWidthExplanation=["first", "broken", "last"],
            VOILUTFunction="LINEAR_EXACT",
        )
    )
    assert frame.vois == (Window(100, 50, "LINEAR_EXACT", "first"), Window(300, 60, "LINEAR_EXACT", "last"))


def test_a_window_outside_the_values_is_left_out(make_dicom: Make, read: Read) -> None:
    frame = read(make_dicom(GRAY, WindowCenter="40000", WindowWidth="100"))
    assert frame.vois == (Window(235.0, 470.0, "LINEAR_EXACT", "full range"),)
    assert any("window" in warning for warning in frame.warnings)


def test_a_voi_lut_is_offered(make_dicom: Make, read: Read) -> None:
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [4, 10, 12])
    item.add_new("LUTData", "US", [0, 1000, 2000, 4095])
    item.LUTExplanation = "bone"
    (voi,) = read(make_dicom(GRAY, VOILUTSequence=[item])).vois
    assert isinstance(voi, VoiLut)
    assert (voi.first, voi.bits, voi.name, voi.table.tolist()) == (10.0, 12, "bone", [0, 1000, 2000, 4095])


def functional_groups(slope: str, center: str) -> Dataset:
    transformation, voi, group = Dataset(), Dataset(), Dataset()
    transformation.RescaleSlope, transformation.RescaleIntercept, transformation.RescaleType = slope, "1", "HU"
    voi.WindowCenter, voi.WindowWidth = center, "10"
    group.PixelValueTransformationSequence, group.FrameVOILUTSequence = [transformation], [voi]
    return group


def test_attributes_of_one_frame_and_of_all_frames(make_dicom: Make, read: Read) -> None:
    frames = np.stack([GRAY, GRAY + 1])
    measures, orientation, shared = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing = ["0.5", "0.25"]
    orientation.ImageOrientationPatient = ["0", "1", "0", "0", "0", "-1"]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [orientation]
    path = make_dicom(
        frames,
        SharedFunctionalGroupsSequence=[shared],
        PerFrameFunctionalGroupsSequence=[functional_groups("1", "20"), functional_groups("3", "40")],
    )
    second = read(path, 1)
    np.testing.assert_array_equal(second.pixels, (GRAY + 1) * 3.0 + 1)
    assert second.vois == (Window(40, 10),)
    assert second.unit == "HU"
    assert second.pixel_spacing == (0.5, 0.25)
    assert second.orientation == Orientation(left="A", right="P", top="H", bottom="F")
    np.testing.assert_array_equal(read(path, 0).pixels, GRAY + 1.0)


def test_a_radiographs_edges_side_and_spacing(make_dicom: Make, read: Read) -> None:
    frame = read(
        make_dicom(GRAY, PatientOrientation=["L", "FP"], ImageLaterality="R", ImagerPixelSpacing=["0.1", "0.2"])
    )
    assert frame.orientation == Orientation(left="R", right="L", top="HA", bottom="FP")
    assert frame.laterality == "R"
    assert frame.pixel_spacing == (0.1, 0.2)
    assert frame.spacing_source == "detector"


def test_an_oblique_plane_has_two_letters(make_dicom: Make, read: Read) -> None:
    cosines = ["1", "0", "0", "0", "0.8", "-0.6"]
    frame = read(make_dicom(GRAY, ImageOrientationPatient=cosines, PixelSpacing=["1", "1"]))
    assert frame.orientation == Orientation(left="R", right="L", top="AH", bottom="PF")
    assert frame.spacing_source == "calibrated"


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
