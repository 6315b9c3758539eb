from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from medsr_viewer.errors import NothingToOpen, UnreadableFile
from trainer import cli
from trainer.images import TrainingImage, data_name, large_enough, load_images, manifest_rows, read_gray

from .preparing import save_dicom, slice_of


def save(path: Path, stored: np.ndarray[Any, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".tif":
        tifffile.imwrite(path, stored)
    else:
        Image.fromarray(stored).save(path)
    return path


def test_images_are_read_with_their_manifest(data: list[Path]) -> None:
    images = load_images(data, "train")
    assert [(i.folder, i.source, i.modality) for i in images] == [
        *[("xray", "A", "")] * 2, ("xray", "B", ""), *[("ct", "C", "CT")] * 2, ("ct", "D", "MR"),
    ]  # fmt: skip
    assert len(load_images(data, "val")) == 2


def test_8_bits_are_0_to_255_and_16_bits_their_percentiles(data: list[Path]) -> None:
    by_folder = {i.folder: i for i in load_images(data, "val")}
    stored = np.asarray(Image.open(data[0] / "val" / "v.png"))
    np.testing.assert_allclose(by_folder["xray"].pixels, stored / 255, atol=1e-6)
    pixels = by_folder["ct"].pixels
    assert pixels.dtype == np.float32
    assert np.percentile(pixels, 0.1) == pytest.approx(0, abs=1e-5)
    assert np.percentile(pixels, 99.9) == pytest.approx(1, abs=1e-5)
    assert np.corrcoef(pixels.ravel(), np.asarray(Image.open(data[1] / "val" / "v.png")).ravel())[0, 1] > 0.9999


def test_memory_holds_what_is_stored_and_no_float(data: list[Path]) -> None:
    for image in load_images(data, "train"):
        assert image.stored is not None
        assert image.stored.dtype == (np.uint8 if image.folder == "xray" else np.uint16)


def test_images_beyond_the_memory_are_read_again_at_every_draw(data: list[Path]) -> None:
    reports: list[str] = []
    whole = load_images(data, "train")
    few = load_images(data, "train", memory_bytes=60 * 70, report=reports.append)
    assert sum(image.stored is not None for image in few) == 1
    assert reports == ["5 of 6 images are beyond 0.0 GiB: read again at every draw"]
    for kept, again in zip(whole, few, strict=True):
        assert kept.shape == again.shape
        np.testing.assert_array_equal(kept.crop(3, 5, 20, 30), again.crop(3, 5, 20, 30))
        np.testing.assert_array_equal(kept.pixels, again.pixels)


def test_a_crop_is_mirrored_beyond_the_border() -> None:
    pixels = np.arange(12, dtype=np.float32).reshape(3, 4)
    image = TrainingImage(pixels, "", "", "", "")
    np.testing.assert_array_equal(image.crop(1, 1, 4, 3), np.pad(pixels, ((0, 2), (0, 0)), "symmetric")[1:5, 1:4])


def test_a_folder_without_a_manifest_is_one_source(tmp_path: Path) -> None:
    save(tmp_path / "own" / "train" / "a.png", np.zeros((8, 8), np.uint8))
    (found,) = load_images([tmp_path / "own"], "train")
    assert (found.source, found.modality) == ("own", "")


@pytest.mark.parametrize("place", ["list.csv", "sub/manifest.csv"])
def test_a_manifest_stands_for_a_folder(tmp_path: Path, place: str) -> None:
    path = tmp_path / place
    save(path.parent / "deep" / "a.png", np.full((8, 8), 1, np.uint8))
    save(path.parent / "b.tif", np.full((9, 8), 2, np.uint16))
    path.write_text(
        "file,split,source,modality,patient,black,white\ndeep/a.png,train,S,DX,p1,,\nb.tif,val,T,MR,p2,1,5\n"
    )
    (a,), (b,) = (load_images([path], split) for split in ("train", "val"))
    assert (a.folder, a.source, a.modality, a.shape) == (data_name(path), "S", "DX", (8, 8))
    assert data_name(path) == ("list" if place == "list.csv" else "sub")
    np.testing.assert_allclose(b.pixels, 0.25)
    assert [row["patient"] for row in manifest_rows(path)] == ["p1", "p2"]


def test_a_manifest_that_lacks_a_column_or_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("file,source\na.png,S\n")
    with pytest.raises(UnreadableFile, match="no column named split"):
        load_images([path], "train")
    path.write_text("name,split\na.png,train\n")
    with pytest.raises(UnreadableFile, match="no column named file"):
        load_images([path], "train")
    path.write_bytes(b"\xff\xfe\x00file")
    with pytest.raises(UnreadableFile, match="not a CSV file"):
        load_images([path], "train")
    path.write_text("file,split\na.png,train\n")
    with pytest.raises(NothingToOpen, match="no image for 'val'"):
        load_images([path], "val")


def test_no_image_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(NothingToOpen, match="no image for 'train'") as caught:
        load_images([tmp_path], "train")
    assert "train/*.png" in caught.value.advice
    assert "medsr-train prepare" in caught.value.advice


@pytest.mark.skipif(os.name == "nt", reason="the command is quoted for another shell there")
@pytest.mark.parametrize("name", ["a.png", "p1/IM000001"])
def test_images_without_train_and_val_are_answered_with_the_command_that_prepares_them(
    name: str, data: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures, or DICOM files without a suffix, as scanners export them; alone or beside a data folder."""
    place = tmp_path / "my studies"
    (place / name).parent.mkdir(parents=True)
    if name.endswith(".png"):
        save(place / name, np.random.default_rng(0).integers(0, 255, (160, 160), np.uint8))
    else:
        save_dicom(place / name, slice_of(1, 160, 160))
    for places in ([place], [*data, place]):
        with pytest.raises(NothingToOpen, match="no image for 'train' in .*my studies") as caught:
            load_images(places, "train")
        command = f"medsr-train prepare '{place}' --out '{place}-prepared'"
        assert f"`{command}`" in caught.value.advice
    assert cli.main(shlex.split(command)[1:]) == 0, "what the message says can be typed"
    assert (tmp_path / "my studies-prepared" / "manifest.csv").is_file()

    monkeypatch.chdir(place)
    with pytest.raises(NothingToOpen) as caught:
        load_images([Path()], "train")
    assert f"`medsr-train prepare . --out '{place}-prepared'`" in caught.value.advice


def test_a_data_folder_without_that_split_is_not_to_be_prepared_again(tmp_path: Path) -> None:
    save(tmp_path / "train" / "a.png", np.zeros((64, 64), np.uint8))
    with pytest.raises(NothingToOpen, match="no image for 'val'") as caught:
        load_images([tmp_path], "val")
    assert "val/*.png" in caught.value.advice
    assert "--out" not in caught.value.advice


def test_a_folder_that_is_not_there_is_named_beside_others(data: list[Path], tmp_path: Path) -> None:
    with pytest.raises(NothingToOpen, match="no image for 'train' in .*nowhere: there is no such file or folder"):
        load_images([*data, tmp_path / "nowhere"], "train")


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_colour_becomes_luma(tmp_path: Path, depth: Any, suffix: str) -> None:
    top = np.iinfo(depth).max
    colour = np.random.default_rng(0).integers(0, top, (6, 7, 3), depth)
    path = tmp_path / f"a.{suffix}"
    cv2.imwrite(str(path), colour[..., ::-1])
    gray = read_gray(path)
    assert gray.dtype == depth
    np.testing.assert_allclose(gray, colour @ [0.299, 0.587, 0.114], atol=0.51 + top * 1e-4)


def test_tiff_of_float_is_read_by_its_percentiles(tmp_path: Path) -> None:
    stored = np.random.default_rng(0).normal(0, 1e-3, (40, 40)).astype(np.float32)
    save(tmp_path / "d" / "train" / "a.tif", stored)
    (image,) = load_images([tmp_path / "d"], "train")
    assert np.percentile(image.pixels, (0.1, 99.9)) == pytest.approx((0, 1), abs=1e-5)
    stored[0, 0] = np.nan
    with pytest.raises(UnreadableFile, match="not finite"):
        read_gray(save(tmp_path / "n.tif", stored))


def encoded(suffix: str, pixels: np.ndarray[Any, Any], *settings: int) -> bytes:
    done, data = cv2.imencode(suffix, pixels, settings)
    assert done
    return bytes(data)


def half_of_zeros(data: bytes) -> bytes:
    """What is left of a file whose copy was broken off: its size, and zeros where nothing came."""
    return data[: len(data) // 2].ljust(len(data), b"\0")


def one_byte_off(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0x55]) + data[middle + 1 :]


SMOOTH: Any = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 65535, (90, 80), np.uint16), (0, 0), 3)
GRAY = (SMOOTH >> 8).astype(np.uint8)
DEFLATED = (cv2.IMWRITE_TIFF_COMPRESSION, 8)
PROGRESSIVE = (cv2.IMWRITE_JPEG_PROGRESSIVE, 1)


@pytest.mark.parametrize("spoil", [half_of_zeros, lambda data: data[: len(data) // 2], lambda data: data[:-2]])
@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        (".jpg", encoded(".jpg", GRAY)),
        (".jpg", encoded(".jpg", GRAY, *PROGRESSIVE)),
        (".png", encoded(".png", SMOOTH)),
        (".tif", encoded(".tif", SMOOTH, *DEFLATED)),
        (".tif", encoded(".tif", np.dstack([SMOOTH] * 3))),
    ],
)
def test_a_file_that_was_cut_off_is_refused(
    suffix: str, data: bytes, spoil: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(data)
    assert read_gray(path).shape == GRAY.shape
    path.write_bytes(spoil(data))
    with pytest.raises(UnreadableFile, match="damaged"):
        read_gray(path)


@pytest.mark.parametrize("data", [encoded(".tif", SMOOTH, *DEFLATED), encoded(".png", SMOOTH)])
def test_a_file_with_one_wrong_byte_is_refused_where_its_format_tells(data: bytes, tmp_path: Path) -> None:
    """OpenCV fills what it cannot decode of a TIFF with garbage."""
    path = tmp_path / "a.tif"
    path.write_bytes(one_byte_off(data))
    with pytest.raises(UnreadableFile, match="damaged"):
        read_gray(path)


def test_a_preview_inside_a_jpeg_is_not_its_end(tmp_path: Path) -> None:
    whole, preview = encoded(".jpg", GRAY), encoded(".jpg", GRAY[::4, ::4])
    segment = b"\xff\xe1" + (len(preview) + 2).to_bytes(2, "big") + preview
    path = tmp_path / "a.jpg"
    path.write_bytes(whole[:2] + segment + whole[2:] + b"something of the camera's")
    assert read_gray(path).shape == GRAY.shape
    path.write_bytes(whole[:2] + segment + half_of_zeros(whole[2:]))
    with pytest.raises(UnreadableFile, match="damaged"):
        read_gray(path)


def blank(place: Path, split: str, count: int) -> Path:
    for index in range(count):
        save(place / split / f"{index:03}.png", np.zeros((8, 8), np.uint8))
    return place


def damage(place: Path, split: str, *numbers: int) -> None:
    for number in numbers:
        (place / split / f"{number:03}.png").write_bytes(b"damaged")


def test_a_few_unreadable_images_are_left_out_by_name(tmp_path: Path) -> None:
    damage(blank(tmp_path, "train", 101), "train", 7)
    reports: list[str] = []
    assert len(load_images([tmp_path], "train", report=reports.append)) == 100
    assert len(reports) == 1
    assert "left out: " in reports[0]
    assert "007.png: it is damaged" in reports[0]
    (tmp_path / "train" / "008.png").write_bytes(b"")
    too_many = rf"2 of 101 images of 'train' in {tmp_path.name}: too many .*007\.png.*008\.png"
    with pytest.raises(UnreadableFile, match=too_many):
        load_images([tmp_path], "train", report=reports.append)


def test_one_damaged_file_of_a_small_split_is_left_out(tmp_path: Path) -> None:
    """A thousand images are split in unequal parts: one corrupt file among them may be in any."""
    damage(blank(tmp_path, "val", 20), "val", 3)
    reports: list[str] = []
    assert len(load_images([tmp_path], "val", report=reports.append)) == 19
    assert len(reports) == 1
    damage(blank(tmp_path, "test", 9), "test", 3)
    with pytest.raises(UnreadableFile, match="1 of 9 images of 'test'"):
        load_images([tmp_path], "test", report=reports.append)


def test_a_folder_that_is_half_broken_is_refused_beside_large_ones(tmp_path: Path) -> None:
    large = blank(tmp_path / "large", "train", 600)
    damage(blank(tmp_path / "small", "train", 10), "train", *range(5))
    with pytest.raises(UnreadableFile, match="5 of 10 images of 'train' in small"):
        load_images([large, tmp_path / "small"], "train", report=lambda _: None)


def test_images_are_resized_as_they_are_read(tmp_path: Path) -> None:
    save(tmp_path / "train" / "a.png", np.repeat(np.arange(0, 80, 10, dtype=np.uint8), 8).reshape(8, 8))
    reports: list[str] = []
    for memory in (1 << 20, 0):
        (image,) = load_images([tmp_path], "train", resize=(4, 2), memory_bytes=memory, report=reports.append)
        assert image.shape == (4, 2)
        np.testing.assert_allclose(image.pixels, np.repeat([[5], [25], [45], [65]], 2, 1) / 255, atol=1e-6)
    (image,) = load_images([tmp_path], "train", resize=(16, 12))
    assert image.pixels.shape == (16, 12)


def test_validation_images_that_are_too_small_are_left_out_by_name() -> None:
    small, large = (TrainingImage(np.zeros(shape, np.float32), f"{shape}.png", "a", "s", "")
                    for shape in ((31, 90), (32, 32)))  # fmt: skip
    reports: list[str] = []
    assert large_enough([small, large], 4, reports.append) == [large]
    assert reports == ["(31, 90).png: 31 x 90 pixels are too few to score at x4; left out"]
    with pytest.raises(NothingToOpen, match="64 x 64"):
        large_enough([small, large], 8, reports.append)
