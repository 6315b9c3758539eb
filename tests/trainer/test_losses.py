from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from medsr_viewer.imaging.degrade import degrade
from trainer.degradations import KERNELS, Kernel, reduce
from trainer.losses import (
    ADVERSARIAL_FORMS,
    consistency_loss,
    discriminator_loss,
    generator_loss,
    lattice_loss,
    pixel_loss,
    total_variation_loss,
)

UPSCALED = torch.tensor([0.0, 0.5, 1.0, 0.25]).view(1, 1, 2, 2)
REFERENCE = torch.tensor([0.0, 1.0, 0.0, 0.5]).view(1, 1, 2, 2)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("l1", (0.5 + 1 + 0.25) / 4),
        ("mse", (0.25 + 1 + 0.0625) / 4),
        ("charbonnier", (1e-3 + math.sqrt(0.25 + 1e-6) + math.sqrt(1 + 1e-6) + math.sqrt(0.0625 + 1e-6)) / 4),
        ("psnr", 10 * math.log10((0.25 + 1 + 0.0625) / 4 + 1e-7)),
    ],
)
def test_pixel_losses_by_hand(name: str, expected: float) -> None:
    assert float(pixel_loss(name, UPSCALED, REFERENCE)) == pytest.approx(expected, rel=1e-5)


def test_psnr_loss_is_the_mean_over_patches() -> None:
    both = pixel_loss("psnr", torch.cat([UPSCALED, REFERENCE]), torch.cat([REFERENCE, REFERENCE]))
    assert float(both) == pytest.approx((float(pixel_loss("psnr", UPSCALED, REFERENCE)) - 70) / 2, abs=1e-3)


def test_an_unknown_pixel_loss_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown pixel loss 'huber'"):
        pixel_loss("huber", UPSCALED, REFERENCE)


def test_standard_adversarial_losses_by_hand() -> None:
    scores = torch.tensor([[0.0], [2.0]])
    expected = -(math.log(0.5) + math.log(1 / (1 + math.exp(-2)))) / 2
    assert float(generator_loss(scores)) == pytest.approx(expected, rel=1e-6)
    reference, upscaled = torch.tensor([[3.0]]), torch.tensor([[-1.0]])
    expected = -math.log(1 / (1 + math.exp(-3))) - math.log(1 - 1 / (1 + math.exp(1)))
    assert float(discriminator_loss(reference, upscaled)) == pytest.approx(expected, rel=1e-6)


def log_sigmoid(logit: float) -> float:
    return -math.log(1 + math.exp(-logit))


def test_relativistic_adversarial_losses_by_hand() -> None:
    reference, upscaled = torch.tensor([[3.0], [1.0]]), torch.tensor([[-1.0], [0.0]])
    # Means 2 and -0.5: the reference is judged against the upscaled's mean, and the other way round.
    real, fake = (3.5, 1.5), (-3.0, -2.0)
    expected = -sum(log_sigmoid(x) for x in real) / 2 - sum(log_sigmoid(-x) for x in fake) / 2
    assert float(discriminator_loss(reference, upscaled, form="relativistic")) == pytest.approx(expected, rel=1e-6)
    expected = -sum(log_sigmoid(-x) for x in real) / 2 - sum(log_sigmoid(x) for x in fake) / 2
    assert float(generator_loss(upscaled, reference, form="relativistic")) == pytest.approx(expected, rel=1e-6)


def test_fmens_adversarial_losses_by_hand() -> None:
    reference, upscaled = torch.tensor([[0.0], [math.log(3)]]), torch.tensor([[0.0], [-math.log(4)]])
    # D is 0.5 and 0.75 for the reference, 0.5 and 0.2 for the upscaled.
    assert float(discriminator_loss(reference, upscaled, form="fmen")) == pytest.approx(1 - 0.625 + 0.35, rel=1e-6)
    assert float(generator_loss(upscaled, form="fmen")) == pytest.approx((0.5 + 0.8) / 2, rel=1e-6)


@pytest.mark.parametrize("form", ADVERSARIAL_FORMS)
def test_adversarial_gradients_point_the_right_way(form: str) -> None:
    upscaled, reference = torch.zeros(2, 1, 3, 3, requires_grad=True), torch.ones(2, 1, 3, 3, requires_grad=True)
    (raised,) = torch.autograd.grad(generator_loss(upscaled, reference, form=form), upscaled)
    assert (raised < 0).all(), "a higher score of its patches is a lower loss"
    for_upscaled, for_reference = torch.autograd.grad(
        discriminator_loss(reference, upscaled, form=form), (upscaled, reference)
    )
    assert (for_upscaled > 0).all()
    assert (for_reference < 0).all()
    if form == "relativistic":
        with pytest.raises(RuntimeError, match="not have been used"):
            torch.autograd.grad(generator_loss(upscaled, reference, form=form), reference)


def test_adversarial_losses_refuse_what_they_cannot_compute() -> None:
    scores = torch.zeros(1, 1)
    with pytest.raises(ValueError, match="needs the reference's scores"):
        generator_loss(scores, form="relativistic")
    for loss in (generator_loss, discriminator_loss):
        with pytest.raises(ValueError, match="unknown adversarial form 'wgan': use standard, relativistic, fmen"):
            loss(scores, scores, form="wgan")


def test_total_variation_by_hand() -> None:
    # Two channels of 2 x 3: squared differences of neighbours, each direction by its number of pairs.
    pixels = torch.tensor([[[[0.0, 1.0, 3.0], [2.0, 2.0, 2.0]], [[0.0, 0.0, 0.0], [0.0, 0.0, 1.0]]]])
    rows, columns = (4 + 1 + 1) + (0 + 0 + 1), (1 + 4 + 0 + 0) + (0 + 0 + 0 + 1)
    expected = 2 * (rows / 6 + columns / 8)
    assert float(total_variation_loss(pixels)) == pytest.approx(expected)
    assert float(total_variation_loss(pixels.repeat(3, 1, 1, 1))) == pytest.approx(expected)


@pytest.mark.parametrize("scale_factor", [2, 3, 4])
def test_consistency_is_the_squared_difference_after_degrading(scale_factor: int) -> None:
    rng = np.random.default_rng(0)
    upscaled = rng.uniform(size=(12 * scale_factor, 12 * scale_factor)).astype(np.float32)
    degraded = rng.uniform(size=(12, 12)).astype(np.float32)
    expected = np.mean((degrade(upscaled, scale_factor) - degraded)[3:-3, 3:-3] ** 2)
    found = consistency_loss(torch.from_numpy(upscaled)[None, None], torch.from_numpy(degraded)[None, None])
    assert float(found) == pytest.approx(float(expected), rel=1e-4)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("scale_factor", [2, 3, 4])
def test_what_a_kernel_made_is_consistent_with_itself_and_with_no_other(kernel: Kernel, scale_factor: int) -> None:
    pixels = np.random.default_rng(0).random((16 * scale_factor, 12 * scale_factor), np.float32)
    upscaled = torch.from_numpy(pixels)[None, None].requires_grad_()
    degraded = torch.from_numpy(reduce(pixels, scale_factor, kernel))[None, None]
    losses = {other: consistency_loss(upscaled, degraded, other) for other in KERNELS}
    assert float(losses[kernel].detach()) < 1e-12
    same = {"bilinear-aliased", "area"} if scale_factor == 2 else {"bilinear-aliased", "nearest"}
    others = set(KERNELS) - {kernel} - (same if kernel in same and scale_factor < 4 else set())
    assert min(float(losses[other].detach()) for other in others) > 1e-4
    (gradient,) = torch.autograd.grad(consistency_loss(upscaled, degraded * 0, kernel), upscaled)
    assert gradient.abs().sum() > 0


def a_grid(scale_factor: int, side: int) -> torch.Tensor:
    """Return +1 and -1 in turn, (1, 1, side, side), that repeats with every cell of the lattice."""
    cell = torch.ones(scale_factor, scale_factor)
    cell[::2, 1::2] = cell[1::2, ::2] = -1
    return cell.repeat(side // scale_factor, side // scale_factor)[None, None]


@pytest.mark.parametrize("scale_factor", [2, 4])
def test_a_grid_of_known_height_on_a_flat_reference(scale_factor: int) -> None:
    reference = torch.full((2, 1, 64, 64), 0.5)
    found = lattice_loss(reference + 0.002 * a_grid(scale_factor, 64), reference, scale_factor)
    assert float(found) == pytest.approx(0.002 / 0.005, rel=1e-3)


def test_a_grid_weighs_less_where_the_reference_has_contrast() -> None:
    rng = torch.Generator().manual_seed(0)
    grid = 0.01 * a_grid(4, 128)
    smooth, rough = (0.5 + spread * torch.randn(1, 1, 128, 128, generator=rng) for spread in (0.005, 0.045))
    assert float(lattice_loss(smooth + grid, smooth, 4)) == pytest.approx(0.01 / 0.01, rel=0.05)
    assert float(lattice_loss(rough + grid, rough, 4)) == pytest.approx(0.01 / 0.05, rel=0.05)


def test_what_does_not_repeat_with_the_lattice_hardly_counts() -> None:
    reference = torch.full((1, 1, 128, 128), 0.5)
    texture = torch.randn(1, 1, 128, 128, generator=torch.Generator().manual_seed(1))
    of_texture, of_grid = (float(lattice_loss(reference + 0.002 * e, reference, 4)) for e in (texture, a_grid(4, 128)))
    assert of_texture < of_grid / 6
    brighter = float(lattice_loss(reference + 0.1, reference, 4))
    assert brighter == pytest.approx(0, abs=1e-4)


def test_the_lattice_of_the_reference_itself_is_no_error() -> None:
    reference = 0.5 + 0.01 * a_grid(4, 64)
    assert float(lattice_loss(reference, reference, 4)) == 0


def test_gradients_of_the_lattice_are_finite_on_flat_images() -> None:
    flat = torch.zeros(1, 1, 32, 32, requires_grad=True)
    lattice_loss(flat, torch.zeros(1, 1, 32, 32), 4).backward()
    assert flat.grad is not None
    assert torch.isfinite(flat.grad).all()
