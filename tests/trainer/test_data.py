from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from medsr_viewer.errors import NothingToOpen, UnreadableFile
from medsr_viewer.imaging.degrade import degrade
from medsr_viewer.imaging.resample import enlarge, resize
from trainer.data import BLACK, WHITE, PatchSampler, TrainingImage, bicubic, load_images
from trainer.recipe import DataRecipe

PLAIN = DataRecipe(patch=8, batch=4, ct_window_share=0, stretch_share=0, invert_share=0)


def image(pixels: np.ndarray[Any, Any], folder: str = "a", source: str = "s", modality: str = "") -> TrainingImage:
    return TrainingImage(pixels.astype(np.float32), "x.png", folder, source, modality)


def noise(*shape: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.random.default_rng(0).uniform(size=shape)


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


def test_a_folder_without_a_manifest_is_one_source(tmp_path: Path) -> None:
    path = tmp_path / "own" / "train" / "a.png"
    path.parent.mkdir(parents=True)
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(path)
    (found,) = load_images([tmp_path / "own"], "train")
    assert (found.source, found.modality) == ("own", "")


def test_no_image_and_a_colour_image_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NothingToOpen, match="train"):
        load_images([tmp_path], "train")
    path = tmp_path / "train" / "a.png"
    path.parent.mkdir()
    for content in (np.zeros((8, 8, 3), np.uint8), None):
        if content is None:
            path.write_text("not a PNG file")
        else:
            Image.fromarray(content).save(path)
        with pytest.raises(UnreadableFile, match=r"a\.png: not a gray PNG"):
            load_images([tmp_path], "train")


@pytest.mark.parametrize("scale_factor", [2, 3, 4, 8])
def test_torch_resamples_as_pillow_does(scale_factor: int) -> None:
    pixels = noise(24 * scale_factor, 17 * scale_factor).astype(np.float32)
    tensor = torch.from_numpy(pixels)[None, None]
    degraded = bicubic(tensor, 1 / scale_factor)
    np.testing.assert_allclose(degraded[0, 0], degrade(pixels, scale_factor), atol=2e-6)
    enlarged = resize(degraded[0, 0].numpy(), pixels.shape, "bicubic")
    np.testing.assert_allclose(bicubic(degraded, scale_factor)[0, 0], enlarged, atol=2e-6)


@pytest.mark.parametrize("scale_factor", [2, 3, 4, 8])
def test_reduced_sizes_are_exact(scale_factor: int) -> None:
    """1 / 3 is not a float: no size may come out one pixel short."""
    for side in range(1, 400, 7):
        assert bicubic(torch.zeros(1, 1, 1 * scale_factor, side * scale_factor), 1 / scale_factor).shape[-1] == side


@pytest.mark.parametrize("scale_factor", [2, 3, 4, 8])
def test_degraded_and_base_are_those_of_the_reference(scale_factor: int) -> None:
    """A patch is what degrading the whole image gives there; only its edge knows more than the patch alone."""
    sampler = PatchSampler([image(noise(200, 190))], PLAIN, scale_factor, seed=3)
    batch = sampler.batch(0)
    assert batch.degraded.shape == (4, 1, 8, 8)
    assert batch.reference.shape == batch.base.shape == (4, 1, 8 * scale_factor, 8 * scale_factor)
    for reference, degraded, base in zip(batch.reference, batch.degraded, batch.base, strict=True):
        again = degrade(reference[0].numpy(), scale_factor)
        np.testing.assert_allclose(degraded[0, 2:-2, 2:-2], again[2:-2, 2:-2], atol=1e-5)
        cut = slice(2 * scale_factor, -2 * scale_factor)
        np.testing.assert_allclose(
            base[0, cut, cut], enlarge(degraded[0].numpy(), scale_factor, "bicubic")[cut, cut], atol=1e-5
        )


def test_a_step_always_draws_the_same_batch() -> None:
    images = [image(noise(60, 60)), image(1 - noise(50, 70))]
    recipe = DataRecipe(patch=8, batch=3)
    one, other = PatchSampler(images, recipe, 2, seed=1), PatchSampler(images, recipe, 2, seed=1)
    other.batch(5)
    assert torch.equal(one.batch(7).reference, other.batch(7).reference)
    assert not torch.equal(one.batch(7).reference, one.batch(8).reference)
    assert not torch.equal(one.batch(7).reference, PatchSampler(images, recipe, 2, seed=2).batch(7).reference)


def test_patches_are_parts_of_the_image_turned_and_mirrored() -> None:
    pixels = np.arange(60 * 60).reshape(60, 60) / 3600
    seen = set()
    for patch in PatchSampler([image(pixels)], dataclasses.replace(PLAIN, batch=64), 2, 0).batch(0).reference[:, 0]:
        down, right = float(patch[1, 0] - patch[0, 0]) * 3600, float(patch[0, 1] - patch[0, 0]) * 3600
        assert sorted((round(abs(down)), round(abs(right)))) == [1, 60]
        seen.add((round(down), round(right)))
    assert len(seen) == 8, "all turns and mirrorings occur"


def test_a_small_image_is_mirrored_rather_than_left_out() -> None:
    pixels = np.full((5, 40), 0.25)
    batch = PatchSampler([image(pixels)], PLAIN, 2, 0).batch(0)
    torch.testing.assert_close(batch.reference, torch.full((4, 1, 16, 16), 0.25))


def test_ct_is_seen_through_clipped_windows_and_others_are_not() -> None:
    recipe = dataclasses.replace(PLAIN, batch=32, ct_window_share=1.0)
    ct = PatchSampler([image(noise(60, 60) * 3 - 1, modality="CT")], recipe, 2, 0).batch(0).reference
    assert ct.min() == 0
    assert ct.max() == 1
    assert len({round(float(patch.std()), 2) for patch in ct}) > 5, "windows of many widths"
    mr = PatchSampler([image(noise(60, 60) * 3 - 1, modality="MR")], recipe, 2, 0).batch(0).reference
    assert mr.min() < 0
    assert mr.max() > 1


def test_inverting_turns_black_to_white() -> None:
    plain, inverted = (
        PatchSampler([image(noise(60, 60))], dataclasses.replace(PLAIN, invert_share=share), 2, 0).batch(0)
        for share in (0, 1)
    )
    torch.testing.assert_close(inverted.reference, 1 - plain.reference)


def test_stretching_moves_black_and_white_within_their_limits() -> None:
    recipe = dataclasses.replace(PLAIN, batch=64, stretch_share=1)
    values = PatchSampler([image(np.full((60, 60), 0.3))], recipe, 2, 0).batch(0).reference[:, 0, 0, 0]
    assert len(values.unique()) == 64
    low, high = (0.3 - BLACK[1]) / (WHITE[1] - BLACK[1]), (0.3 - BLACK[0]) / (WHITE[0] - BLACK[0])
    assert low <= values.min() < values.max() <= high
    assert values.max() - values.min() > 0.5 * (high - low)


@pytest.mark.parametrize(
    ("balance", "weights", "shares"),
    [
        (1.0, {}, {0.1: 3 / 8, 0.2: 1 / 8, 0.3: 1 / 2}),
        (0.0, {}, {0.1: 1 / 4, 0.2: 1 / 4, 0.3: 1 / 2}),
        (1.0, {"b": 3.0}, {0.1: 3 / 16, 0.2: 1 / 16, 0.3: 3 / 4}),
    ],
)
def test_sources_and_folders_are_balanced(
    balance: float, weights: dict[str, float], shares: dict[float, float]
) -> None:
    """Folder a: three images of one source (0.1), one of another (0.2); folder b: one image (0.3)."""
    images = [image(np.full((20, 20), 0.1), source="s") for _ in range(3)]
    images += [image(np.full((20, 20), 0.2), source="t"), image(np.full((20, 20), 0.3), folder="b", source="s")]
    recipe = dataclasses.replace(PLAIN, patch=1, batch=4000, source_balance=balance, folder_weights=weights)
    batch = PatchSampler(images, recipe, 2, 0).batch(0)
    counts = Counter(round(float(value), 2) for value in batch.reference[:, 0, 0, 0])
    for value, share in shares.items():
        assert counts[value] / 4000 == pytest.approx(share, abs=0.03)
