"""Losses, each a function or module of the upscaled and the reference patches, (N, C, H, W) in about [0, 1].

Nothing here reads recipes: weights and schedules of the terms are the loop's. Pixel losses, total variation and
consistency are plain functions; content loss and perceptual distance are modules, because they hold a network; the
adversarial losses take a discriminator's logits, of any shape.
"""

from trainer.losses.adversarial import ADVERSARIAL_FORMS, discriminator_loss, generator_loss
from trainer.losses.content import ContentLoss, build_content_loss
from trainer.losses.perceptual import PERCEPTUAL_LAYERS, PerceptualDistance
from trainer.losses.pixel import PIXEL_LOSSES, pixel_loss
from trainer.losses.pretrained import find_weights
from trainer.losses.regularisation import consistency_loss, lattice_loss, total_variation_loss
from trainer.losses.vgg import VGG16_LAYERS, VGG_LAYERS, VggFeatures

__all__ = [
    "ADVERSARIAL_FORMS",
    "PERCEPTUAL_LAYERS",
    "PIXEL_LOSSES",
    "VGG16_LAYERS",
    "VGG_LAYERS",
    "ContentLoss",
    "PerceptualDistance",
    "VggFeatures",
    "build_content_loss",
    "consistency_loss",
    "discriminator_loss",
    "find_weights",
    "generator_loss",
    "lattice_loss",
    "pixel_loss",
    "total_variation_loss",
]
