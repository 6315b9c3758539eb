"""Discriminators: (N, C, H, W) patches to logits, (N, 1) or a map (N, 1, h, w); one file each."""

from trainer.discriminators.builder import DISCRIMINATORS, build_discriminator
from trainer.discriminators.covid_srgan import CovidSrganDiscriminator
from trainer.discriminators.freezing import frozen
from trainer.discriminators.patch import PatchDiscriminator
from trainer.discriminators.queens import QueensDiscriminator
from trainer.discriminators.srgan import SrganDiscriminator
from trainer.discriminators.srgan_published import PublishedSrganDiscriminator
from trainer.discriminators.swift_srgan import SwiftSrganDiscriminator

__all__ = [
    "DISCRIMINATORS",
    "CovidSrganDiscriminator",
    "PatchDiscriminator",
    "PublishedSrganDiscriminator",
    "QueensDiscriminator",
    "SrganDiscriminator",
    "SwiftSrganDiscriminator",
    "build_discriminator",
    "frozen",
]
