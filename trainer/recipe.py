"""A recipe: everything that one training run needs. `trainer.recipe_file` reads and checks it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal


@dataclass(frozen=True)
class Within:
    """Range of a number, or of each number of a pair or list."""

    low: float = -math.inf
    high: float = math.inf
    low_excluded: bool = False
    ordered: bool = True
    """Of a pair or list: whether no number may be smaller than the one before."""

    def holds(self, value: float) -> bool:
        """Return whether a number is finite and lies in the range."""
        above = value > self.low if self.low_excluded else value >= self.low
        return math.isfinite(value) and above and value <= self.high

    def __str__(self) -> str:
        if math.isinf(self.low):
            return "any number"
        if math.isinf(self.high):
            return f"above {self.low:g}" if self.low_excluded else f"{self.low:g} or more"
        return f"{self.low:g} to {self.high:g}"


NOT_NEGATIVE = Within(0)
Count = Annotated[int, NOT_NEGATIVE]
Positive = Annotated[int, Within(0, low_excluded=True)]
Weight = Annotated[float, NOT_NEGATIVE]
Share = Annotated[float, Within(0, 1)]
Rate = Annotated[float, Within(0, low_excluded=True)]
Pair = tuple[float, float]
Precision = Literal["fp32", "bf16", "fp16"]
Kernel = Literal["bicubic", "bilinear", "bilinear-aliased", "area", "nearest", "lanczos"]
LATTICE_WINDOW = 8
"""Side, in degraded pixels, of what the lattice loss averages over."""
CONSISTENCY_BORDER = 3
"""Degraded pixels at each border that the consistency loss leaves out: the reach of the widest kernel, Lanczos-3."""


@dataclass(frozen=True)
class NetworkRecipe:
    """Which network, and what it starts from."""

    architecture: str
    """Its name in `medsr_viewer.models.architectures`."""
    scale_factor: Positive
    options: dict[str, Any] = field(default_factory=dict)
    """Of the architecture: blocks, features, normalisation and so on."""
    warm_start: str = ""
    """A run folder or a safetensors file; parameters of other shapes (the upsampler of another scale) start anew."""
    widen: bool = False
    """Whether the warm start is a narrower network, whose function this one begins with."""
    output: Literal["residual", "image", "tanh"] = "residual"
    """What the network's output is: added to the bicubic upscaling, the picture itself, or tanh of it (as SRGAN was
    published)."""


@dataclass(frozen=True)
class DegradationRecipe:
    """How the degraded patch is made of the reference. A share is one of patches; all 0: resampling alone."""

    kernel: Kernel = "bicubic"
    """Of the resampling; antialiased, but for ``bilinear-aliased`` and ``nearest``."""
    blur_share: Share = 0.0
    blur_sigma: Annotated[Pair, NOT_NEGATIVE] = (0.2, 3.0)
    """Standard deviation of a Gaussian, in reference pixels."""
    blur_anisotropic_share: Share = 0.0
    """Share of the blurs that have two such deviations, at an angle: motion, and detectors' pixels that are not square
    (after Zhang et al. 2021, BSRGAN)."""
    noise_share: Share = 0.0
    noise_sigma: Annotated[Pair, NOT_NEGATIVE] = (0.0, 0.04)
    """Standard deviation of Gaussian noise, on [0, 1]."""
    dose_share: Share = 0.0
    dose_photons: Annotated[Pair, Within(1)] = (1e3, 1e5)
    """Photons that make white, of Poisson noise."""
    kspace_share: Share = 0.0
    """Truncated in k-space, as MR of a small matrix is, rather than resampled."""
    jpeg_share: Share = 0.0
    jpeg_quality: Annotated[Pair, Within(1, 100)] = (60, 95)

    @property
    def is_random(self) -> bool:
        """Whether chance has a part in it: anything but resampling."""
        return any((self.blur_share, self.noise_share, self.dose_share, self.kspace_share, self.jpeg_share))


@dataclass(frozen=True)
class DataRecipe:
    """How patches are drawn."""

    patch: Positive = 40
    """Side of the degraded patch, in pixels."""
    batch: Positive = 16
    """Patches a step, over all processes."""
    candidates: Positive = 1
    """Places in an image of which one is taken, in proportion to what resampling loses there: PSNR is decided at edges,
    and much of an image is background."""
    ct_window_share: Share = 0.4
    """Share of CT patches that are seen through a random window, clipped, as exported pictures are."""
    stretch_share: Share = 0.7
    """Share of patches whose gray is stretched at random, as the viewer's mapping by an image's percentiles does."""
    invert_share: Share = 0.1
    """Share of patches with inverted gray, as MONOCHROME1 stores them."""
    source_balance: Weight = 0.5
    """Exponent on a source's number of images: 1 draws images alike, 0 draws sources alike."""
    folder_weights: dict[str, Weight] = field(default_factory=dict)
    """Weight of each data folder by its name; 1 where it is not named."""
    split: Literal["patient", "random"] = "patient"
    """How the folder was split into train and val: a statement, which the model card repeats."""
    resize: Annotated[tuple[int, ...], Within(1, ordered=False)] = ()
    """(rows, columns) that images are resized to when they are read; empty: as they are."""
    resize_validation: bool = True
    """Whether `resize` holds for the validation images as well, also where the weights are published."""
    horizontal_flip_share: Share = 0.5
    vertical_flip_share: Share = 0.5
    quarter_turns: bool = True
    """Turn patches by 0, 90, 180 or 270 degrees."""
    rotation_share: Share = 0.0
    """Share of patches that are turned by an angle of `rotation_degrees`."""
    rotation_degrees: Annotated[Pair, Within(-360, 360)] = (35, 90)
    clahe_share: Share = 0.0
    """Share of patches after contrast-limited adaptive histogram equalisation."""

    @property
    def validation_size(self) -> tuple[int, ...]:
        """(rows, columns) that validation images are resized to; empty: as they are."""
        return self.resize if self.resize_validation else ()


@dataclass(frozen=True)
class LossRecipe:
    """The generator's loss: a weighted sum. A term of weight 0 is not computed."""

    pixel: Literal["l1", "mse", "charbonnier", "psnr"] = "l1"
    pixel_weight: Weight = 1.0
    content_weight: Weight = 0.0
    """Of the squared distance between feature maps of a backbone."""
    content_backbone: Literal["vgg16", "vgg19", "mobilenet-v2", "resnet50", "inception-v3"] = "vgg19"
    content_layer: str = ""
    """phi_{i,j} of VGG as ``i_j``; a stage's name in the other backbones; empty: the backbone's last one."""
    content_before_activation: bool = False
    """As ESRGAN has it; SRGAN takes the features after their ReLU."""
    perceptual_weight: Weight = 0.0
    """Of the project's perceptual distance, by VGG-16."""
    perceptual_shift: Count = 0
    """Most rows and columns that are cut off, by chance, before the perceptual distance is taken. With 0 VGG's pooling
    always lies alike on the pixels that a sub-pixel upsampler makes of one, and a regular grid pleases it."""
    adversarial: Literal["standard", "relativistic", "fmen"] = "standard"
    adversarial_weight: Weight = 0.0
    total_variation_weight: Weight = 0.0
    consistency_weight: Weight = 0.0
    """Of the squared distance between the output, reduced by the degradation's kernel, and the input."""
    lattice_weight: Weight = 0.0
    """Of what repeats with every degraded pixel and is not in the reference: the grid of a sub-pixel upsampler."""
    adversarial_from: Count = 0
    """Step from which the adversarial term counts and the discriminator trains."""
    perceptual_from: Count = 0
    """Step from which the content and perceptual terms count."""


@dataclass(frozen=True)
class DiscriminatorRecipe:
    """The discriminator, where the loss has an adversarial term."""

    architecture: Literal["srgan", "srgan-published", "covid-srgan", "queens", "swift-srgan", "patch"] = "srgan"
    features: Positive = 32
    """Channels of its first stage; 64 as published, 32 costs a quarter of the time."""
    options: dict[str, Any] = field(default_factory=dict)
    rate: Rate = 1e-4
    """Its full rate; it follows the generator's schedule."""
    mixed_batch: bool = True
    """Whether it trains on references and upscaled patches in one batch, of which batch normalisation takes its
    statistics; the public programs of the papers give it one after the other."""


@dataclass(frozen=True)
class OptimiserRecipe:
    """How the weights move. Give `steps` or `epochs`."""

    steps: Count = 0
    epochs: Count = 0
    """An epoch is as many steps as there are training images over the batch, rounded up."""
    kind: Literal["adam", "adamw", "sgd", "muon"] = "adam"
    """muon moves the generator; the discriminator keeps to adam."""
    rate: Rate = 1e-3
    kernel_rate: Rate = 0.02
    """Of muon: what kernels move by; `rate` holds for all else. Both follow the schedule."""
    betas: Annotated[Pair, Within(0, 1, ordered=False)] = (0.9, 0.99)
    """Of adam, adamw and muon."""
    weight_decay: Weight = 0.0
    """Part of the gradient in adam and sgd; beside it, times the rate, in adamw and muon."""
    momentum: Share = 0.9
    """Of sgd."""
    schedule: Literal["cosine", "constant", "milestones", "plateau"] = "cosine"
    """Of the rate, after its warm-up."""
    warmup_steps: Count = 100
    """The rate grows linearly over them, in every schedule."""
    final_rate: Weight = 1e-6
    """Of the cosine; the least rate of a plateau."""
    milestones: Annotated[tuple[int, ...], NOT_NEGATIVE] = ()
    """Steps at which the rate is multiplied by `gamma`."""
    gamma: Share = 0.1
    """Also what a plateau multiplies the rate by."""
    patience: Count = 5
    """Validations without a better figure after which a plateau lowers the rate."""
    ema: Share = 0.999
    """Decay of the average of the weights, which is what is validated and kept; 0: the weights themselves."""
    clip: Literal["none", "norm", "value", "adjustable"] = "norm"
    """Of the gradient: by its norm, each value, or each value to threshold / rate (VDSR)."""
    clip_threshold: Rate = 1.0


@dataclass(frozen=True)
class ValidationRecipe:
    """When to validate, and which weights are best."""

    every: Count = 500
    """Steps between validations, which also write the checkpoint; 0: once an epoch."""
    selection: Literal["psnr_db", "ssim", "perceptual_distance", "last"] = "psnr_db"
    """last: those of the end, where the loss weighs what no single figure holds."""
    min_gain_db: float | None = None
    """Weights that gain less than this over bicubic, in any folder, are the best only while none gains as much."""
    early_stop: Count = 0
    """Validations without a better one after which training ends; 0: never."""
    sample_images: Count = 4
    """Validation images that are drawn beside their references at every validation."""
    train_images: Count = 4
    """Training images that are scored as well, so that overfitting shows."""


@dataclass(frozen=True)
class Recipe:
    """A whole run. See the fields of each part."""

    name: str
    summary: str
    """One line."""
    network: NetworkRecipe
    optimiser: OptimiserRecipe
    data: DataRecipe = DataRecipe()
    degradation: DegradationRecipe = DegradationRecipe()
    loss: LossRecipe = LossRecipe()
    discriminator: DiscriminatorRecipe = DiscriminatorRecipe()
    validation: ValidationRecipe = ValidationRecipe()
    precision: Precision = "bf16"
    seed: int = 0
    paper: str = ""
    """The paper whose method it is; empty: ours."""
    published: str = ""
    """What the paper measured, in words."""
    differs: str = ""
    """What differs from the paper, or is not said there."""


def in_steps(recipe: Recipe, images: int) -> Recipe:
    """Return the recipe with its epochs counted in steps, of so many training images."""
    epoch = -(-images // recipe.data.batch)
    optimiser = recipe.optimiser
    if optimiser.epochs:
        optimiser = replace(optimiser, steps=optimiser.epochs * epoch)
    validation = replace(recipe.validation, every=recipe.validation.every or epoch)
    return replace(recipe, optimiser=optimiser, validation=validation)
