from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from medsr_viewer.errors import InvalidRecipe, UnreadableFile
from medsr_viewer.imaging.degrade import degrade
from medsr_viewer.imaging.resample import enlarge, resize
from medsr_viewer.models.layers import bicubic
from trainer.augmentation import BLACK, WHITE
from trainer.data import PatchSampler, TrainingImage, load_images
from trainer.degradations import blur, truncate_kspace
from trainer.recipe import DataRecipe, DegradationRecipe
from trainer.terms import files_of

PLAIN = DataRecipe(patch=8, batch=4, ct_window_share=0, stretch_share=0, invert_share=0)


def image(pixels: np.ndarray[Any, Any], folder: str = "a", source: str = "s", modality: str = "") -> TrainingImage:
    return TrainingImage(pixels.astype(np.float32), "x.png", folder, source, modality)


def noise(*shape: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.random.default_rng(0).uniform(size=shape)


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


def test_the_batches_of_a_seed_stay_what_they_were() -> None:
    """Drawn by the first release of the trainer: runs that it began go on with the same batches."""
    y, x = np.mgrid[:90, :100]
    pixels = [((y * 7 + x * 13 + seed * 5) % 251) / 250 for seed in range(3)]
    images = [
        image(pixels[0][:90, :80], "a", "s", "CT"),
        image(pixels[1][:30, :100], "a", "s", "MR"),
        image(pixels[2][:70, :70], "b", "t", ""),
    ]
    sampler = PatchSampler(images, DataRecipe(patch=8, batch=6), 4, seed=11)
    drawn = {
        0: ([0.40427, 0.97918, 0.452, 0.23833, 1.0, 0.32805], [1.0223, 0.38527, 0.50637, 0.83898, 0.48708, 1.18622]),
        5: ([0.29667, 1.0, 1.00679, 1.42078, 0.2678, 0.60814], [0.78897, 1.04241, 0.75494, 1.07751, 0.17274, 0.43166]),
        1000: ([0.08, -0.1022, 0.17754, 0.316, 0.784, -0.0207], [0.26773, 0.47549, 0.63594, 0.82213, 0.49258, 0.56553]),
    }  # fmt: skip
    for step, (reference, degraded) in drawn.items():
        batch = sampler.batch(step)
        np.testing.assert_allclose(batch.reference[:, 0, 3, 17], reference, atol=2e-5)
        np.testing.assert_allclose(batch.degraded[:, 0, 2, 5], degraded, atol=2e-5)


def test_a_degradation_changes_the_degraded_patches_and_no_reference() -> None:
    images = [image(noise(90, 90), modality="MR")]
    plain = PatchSampler(images, PLAIN, 2, 0).batch(3)
    for recipe, expected in (
        (DegradationRecipe(kspace_share=1), truncate_kspace),
        (DegradationRecipe(blur_share=1, blur_sigma=(2, 2)), lambda p, s: degrade(blur(p, 2), s)),
    ):
        batch = PatchSampler(images, PLAIN, 2, 0, recipe).batch(3)
        assert torch.equal(batch.reference, plain.reference)
        assert torch.equal(batch.degraded, PatchSampler(images, PLAIN, 2, 0, recipe).batch(3).degraded)
        assert (batch.degraded - plain.degraded).abs().max() > 0.05
        assert batch.base.shape == batch.reference.shape
        # What the whole patch gives, inside; at its edge the sampler knows more than the patch alone.
        inside = (slice(3, -3), slice(3, -3))
        for reference, degraded in zip(batch.reference, batch.degraded, strict=True):
            off = degraded[0].numpy() - expected(reference[0].numpy(), 2)
            assert np.abs(off[inside]).mean() < 0.06


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


def test_a_weight_of_a_folder_that_is_not_there_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    images = [image(noise(20, 20), folder="a"), image(noise(20, 20), folder="b")]
    with pytest.raises(InvalidRecipe, match="folder_weights names c, ") as caught:
        PatchSampler(images, DataRecipe(folder_weights={"a": 1.0, "c": 2.0}), 2, 0)
    assert "Given: a, b." in caught.value.advice
    with pytest.raises(InvalidRecipe, match="all 0"):
        PatchSampler(images, DataRecipe(folder_weights={"a": 0.0, "b": 0.0}), 2, 0)
    assert not caplog.messages
    PatchSampler(images, DataRecipe(folder_weights={"x": 1.0, "y": 2.0}), 2, 0)
    assert caplog.messages == ["data.folder_weights names x, y alone: the data folders given are drawn alike"]


def filed(place: Path, count: int) -> list[TrainingImage]:
    """Return images that are read again at every draw."""
    for index in range(count):
        path = place / "train" / f"{index:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((noise(40, 40) * 250 + index % 5).astype(np.uint8)).save(path)
    return load_images([place], "train", memory_bytes=0, report=lambda _: None)


def test_in_place_of_a_file_that_can_no_longer_be_read_another_is_drawn_always_the_same(tmp_path: Path) -> None:
    images = filed(tmp_path, 12)
    sampler = PatchSampler(images, PLAIN, 2, 0)
    (gone,) = (image for image in images if image.path == files_of(sampler, 5)[1])
    before = sampler.batch(5)
    assert before.unreadable == ()
    Path(gone.path).unlink()
    one, other = sampler.batch(5), PatchSampler(images, PLAIN, 2, 0).batch(5)
    assert torch.equal(one.reference, other.reference)
    assert torch.equal(one.reference[0], before.reference[0])
    assert not torch.equal(one.reference[1], before.reference[1])
    assert {(folder, exc.path) for folder, exc in one.unreadable} == {(gone.folder, gone.path)}
    assert one.part(slice(0, 1)).unreadable == one.unreadable


def test_where_no_file_can_be_read_any_more_the_last_one_is_named(tmp_path: Path) -> None:
    images = filed(tmp_path, 12)
    for image in images:
        Path(image.path).write_bytes(b"damaged")
    with pytest.raises(UnreadableFile, match=r"\d\d\.png: it is damaged"):
        PatchSampler(images, PLAIN, 2, 0).batch(0)


def test_a_file_that_another_image_has_replaced_is_not_cut(tmp_path: Path) -> None:
    image, *_ = filed(tmp_path, 1)
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(image.path)
    with pytest.raises(UnreadableFile, match="no longer the image"):
        image.crop(20, 20, 8, 8)
