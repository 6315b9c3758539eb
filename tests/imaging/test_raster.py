from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from medsr_viewer.imaging.frame import Frame

Read = Callable[..., Frame]
Reason = Callable[[Path], str]

RNG = np.random.default_rng(5)
GRAY8 = RNG.integers(0, 256, (11, 17)).astype(np.uint8)
GRAY16 = RNG.integers(0, 65536, (11, 17)).astype(np.uint16)
RGB8 = RNG.integers(0, 256, (11, 17, 3)).astype(np.uint8)
RGB16 = RNG.integers(0, 65536, (11, 17, 3)).astype(np.uint16)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("pixels", [GRAY8, GRAY16, RGB8, RGB16], ids=["gray8", "gray16", "rgb8", "rgb16"])
def test_lossless_rasters_keep_every_value(tmp_path: Path, read: Read, pixels: np.ndarray, suffix: str) -> None:
    path = tmp_path / f"bild ä{suffix}"
    if suffix == ".tif":
        tifffile.imwrite(path, pixels, photometric="rgb" if pixels.ndim == 3 else "minisblack")
    else:
        done, data = cv2.imencode(".png", pixels[..., ::-1] if pixels.ndim == 3 else pixels)
        assert done
        path.write_bytes(data.tobytes())
    frame = read(path)
    np.testing.assert_array_equal(frame.pixels, pixels)
    assert frame.bits_stored == 8 * pixels.dtype.itemsize
    assert frame.stored_maximum == (255 if pixels.dtype == np.uint8 else None)
    assert frame.is_colour == (pixels.ndim == 3)
    assert not frame.warnings


@pytest.mark.parametrize("pixels", [GRAY8, RGB8], ids=["gray", "rgb"])
def test_jpeg(tmp_path: Path, read: Read, pixels: np.ndarray) -> None:
    Image.fromarray(pixels).save(path := tmp_path / "photo.jpg", quality=95)
    frame = read(path)
    np.testing.assert_array_equal(frame.pixels, np.asarray(Image.open(path)))
    assert frame.lossy


def test_recognised_by_content_rather_than_name(tmp_path: Path, read: Read) -> None:
    Image.fromarray(GRAY8).save(tmp_path / "image.png")
    path = (tmp_path / "image.png").rename(tmp_path / "IM0001.dcm")
    np.testing.assert_array_equal(read(path).pixels, GRAY8)


def test_equal_channels_stay_colour(tmp_path: Path, read: Read) -> None:
    Image.fromarray(np.dstack([GRAY8] * 3)).save(path := tmp_path / "gray.png")
    assert read(path).is_colour


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_alpha_is_dropped_and_named(tmp_path: Path, read: Read, mode: str) -> None:
    image = Image.fromarray(RGB8).convert(mode)
    image.save(path := tmp_path / "alpha.png")
    frame = read(path)
    np.testing.assert_array_equal(frame.pixels, np.asarray(image)[..., : 3 if mode == "RGBA" else 1].squeeze())
    assert frame.warnings == ("The alpha channel was dropped.",)


def test_alpha_of_16_bits_is_dropped(tmp_path: Path, read: Read) -> None:
    with_alpha = np.dstack([RGB16[..., ::-1], GRAY16])
    (path := tmp_path / "deep.png").write_bytes(cv2.imencode(".png", with_alpha)[1].tobytes())
    frame = read(path)
    np.testing.assert_array_equal(frame.pixels, RGB16)
    assert frame.warnings


def test_a_palette_png_becomes_rgb(tmp_path: Path, read: Read) -> None:
    image = Image.fromarray(RGB8).convert("P", palette=Image.Palette.ADAPTIVE)
    image.save(path := tmp_path / "palette.png")
    np.testing.assert_array_equal(read(path).pixels, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_one_bit_is_black_and_white(tmp_path: Path, read: Read, suffix: str) -> None:
    mask = GRAY8 > 127
    Image.fromarray(mask).save(path := tmp_path / f"mask{suffix}")
    np.testing.assert_array_equal(read(path).pixels, mask * 255.0)


def test_exif_orientation_is_applied_and_named(tmp_path: Path, read: Read) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter, clockwise
    Image.fromarray(GRAY8).save(path := tmp_path / "turned.png", exif=exif)
    frame = read(path)
    np.testing.assert_array_equal(frame.pixels, np.rot90(GRAY8, -1))
    assert any("turned" in warning for warning in frame.warnings)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_tiff_orientation_equals_pillows(tmp_path: Path, read: Read, orientation: int) -> None:
    from PIL import ImageOps

    tifffile.imwrite(
        path := tmp_path / "turned.tif", GRAY8, photometric="minisblack", extratags=[(274, "H", 1, orientation, True)]
    )
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(GRAY8).save(png := tmp_path / "turned.png", exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(png)))
    np.testing.assert_array_equal(read(path).pixels, expected)


def test_tiff_pages_are_frames(tmp_path: Path, read: Read) -> None:
    pages = np.stack([GRAY16, GRAY16[::-1], GRAY16[:, ::-1]])
    tifffile.imwrite(path := tmp_path / "stack.tif", pages, photometric="minisblack")
    for index in range(3):
        np.testing.assert_array_equal(read(path, index).pixels, pages[index])


def test_floating_point_tiff(tmp_path: Path, read: Read) -> None:
    pixels = RNG.normal(0, 1000, (9, 12)).astype(np.float32)
    tifffile.imwrite(path := tmp_path / "float.tif", pixels, photometric="minisblack")
    frame = read(path)
    np.testing.assert_array_equal(frame.pixels, pixels)
    assert frame.bits_stored is None


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
@pytest.mark.parametrize("pixels", [GRAY8, RGB8, GRAY16], ids=["gray8", "rgb8", "gray16"])
def test_compressed_tiff(tmp_path: Path, read: Read, pixels: np.ndarray, compression: str) -> None:
    Image.fromarray(pixels).save(path := tmp_path / "packed.tif", compression=compression)
    np.testing.assert_array_equal(read(path).pixels, pixels)


def test_white_is_zero_is_a_matter_of_display(tmp_path: Path, read: Read) -> None:
    tifffile.imwrite(path := tmp_path / "film.tif", GRAY8, photometric="miniswhite")
    frame = read(path)
    np.testing.assert_array_equal(frame.pixels, GRAY8)
    assert frame.inverted


def test_planar_tiff(tmp_path: Path, read: Read) -> None:
    tifffile.imwrite(
        path := tmp_path / "planes.tif", np.moveaxis(RGB8, -1, 0), photometric="rgb", planarconfig="separate"
    )
    np.testing.assert_array_equal(read(path).pixels, RGB8)


def huge_png(rows: int, columns: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))

    header = struct.pack(">LLBBBBB", columns, rows, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 10)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (huge_png(60_000, 60_000), "can be shown"),
        (b"", "empty"),
        (b"hello, this is text", "not a DICOM, PNG, TIFF or JPEG file"),
        (b"II*\0\x08\0\0\0", "no page"),
    ],
    ids=["bomb", "empty", "text", "tiff"],
)
def test_files_that_are_no_image(tmp_path: Path, reason: Reason, data: bytes, words: str) -> None:
    (path := tmp_path / "file").write_bytes(data)
    assert words in reason(path)


def test_a_truncated_png_is_an_error(tmp_path: Path, read: Any) -> None:
    from medsr_viewer.errors import UnreadableFile

    Image.fromarray(RGB8).save(path := tmp_path / "cut.png")
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(UnreadableFile):
        read(path)
