"""What a file says of its images beside the pixels: windows, functional groups, orientation, spacing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from medsr_viewer.imaging.frame import Frame, Orientation, VoiLut, Window

Read = Callable[..., Frame]
Make = Callable[..., Path]
Reason = Callable[[Path], str]

GRAY = np.arange(48, dtype=np.uint16).reshape(6, 8) * 10


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
