"""Colour images and palettes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.pixels.processing import apply_color_lut
from pydicom.uid import ExplicitVRBigEndian

from medsr_viewer.imaging.frame import Frame, Window

Read = Callable[..., Frame]
Make = Callable[..., Path]
Reason = Callable[[Path], str]

RGB = np.random.default_rng(3).integers(0, 256, (6, 8, 3)).astype(np.uint8)


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
