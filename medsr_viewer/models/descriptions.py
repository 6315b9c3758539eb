"""Read off parameters what their network is: scale factor and options of the architecture."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import isqrt
from typing import TypeAlias

from medsr_viewer.models.architectures import Option
from medsr_viewer.models.checkpoint_file import Tensors

Description: TypeAlias = tuple[int | None, dict[str, Option]]
"""Scale factor, where the weights tell it, and the options of the architecture."""


def describe(architecture: str, tensors: Tensors) -> Description:
    """Return what a network must be built of so that it takes some parameters, which have our names.

    Raises
    ------
    KeyError, IndexError
        If one that tells it is missing.
    ValueError
        If the network is a variant that we do not have.
    """
    return _DESCRIBE[architecture](tensors)


def _describe_fmen(tensors: Tensors) -> Description:
    features, channels = tensors["head.weight"].shape[:2]
    squeeze = tensors.get("body.1.squeeze.conv.weight", tensors.get("body.1.squeeze.weight"))
    if squeeze is None:
        raise KeyError("body.1.squeeze.weight")
    return isqrt(tensors["tail.0.weight"].shape[0] // channels), {
        "channels": channels,
        "features": features,
        "blocks": _count(tensors, r"body\.(\d+)\..*") // 2,
        "attention_features": squeeze.shape[0],
    }


def _describe_rrdb(tensors: Tensors) -> Description:
    features, channels = tensors["head.weight"].shape[:2]
    returned = tensors["tail.2.weight"].shape[0]
    if channels != returned:
        raise ValueError(f"it reads {channels} channels and returns {returned}, through a pixel unshuffle it seems")
    return 2 ** _count(tensors, r"upsampler\.(\d+)\..*"), {
        "channels": channels,
        "features": features,
        "blocks": _count(tensors, r"body\.(\d+)\..*"),
        "growth": tensors["body.0.dense.0.layers.0.weight"].shape[0],
    }


def _describe_edsr(tensors: Tensors) -> Description:
    features, channels = tensors["head.weight"].shape[:2]
    steps = _count(tensors, r"upsampler\.(\d+)\..*")
    is_three = tensors["upsampler.0.weight"].shape[0] == 9 * features
    return 3 if is_three else 2**steps, {
        "channels": channels,
        "features": features,
        "blocks": _count(tensors, r"body\.(\d+)\..*"),
        # Not among the parameters: 0.1 in the large network, 1 in the baseline, in either program.
        "residual_scale": 0.1 if features == 256 else 1.0,
        "mean_shift": True,
    }


def _describe_srgan(tensors: Tensors) -> Description:
    first = tensors["head.0.weight"]
    return 2 ** (_count(tensors, r"upsampler\.(\d+)\..*") // 2), {
        "channels": first.shape[1],
        "features": first.shape[0],
        "blocks": _count(tensors, r"body\.(\d+)\..*"),
        "head_kernel": first.shape[-1],
    }


def _describe_swift_srgan(tensors: Tensors) -> Description:
    features, channels = tensors["head.0.1.weight"].shape[:2]
    return 2 ** (_count(tensors, r"upsampler\.(\d+)\..*") // 2), {
        "channels": channels,
        "features": features,
        "blocks": _count(tensors, r"body\.(\d+)\..*"),
    }


def _describe_vdsr(tensors: Tensors) -> Description:
    features, channels = tensors["layers.0.weight"].shape[:2]
    return None, {"channels": channels, "features": features, "depth": _count(tensors, r"layers\.(\d+)\..*")}


def _describe_fsrcnn(tensors: Tensors) -> Description:
    features, channels = tensors["head.0.weight"].shape[:2]
    return None, {
        "channels": channels,
        "features": features,
        "narrow_features": tensors["body.0.0.weight"].shape[0],
        "depth": _count(tensors, r"body\.(\d+)\..*") - 2,
    }


def _describe_espcn(tensors: Tensors) -> Description:
    features, channels = tensors["layers.0.weight"].shape[:2]
    scale_factor = isqrt(tensors["layers.4.weight"].shape[0] // channels)
    return scale_factor, {"channels": channels, "features": features}


def _describe_srcnn(tensors: Tensors) -> Description:
    features, channels, kernel, _ = tensors["layers.0.weight"].shape
    if kernel != 9:
        raise ValueError(
            f"its first kernel is {kernel} x {kernel}: programs that name an ESPCN so differ in activation"
        )
    return None, {
        "channels": channels,
        "features": features,
        "middle_kernel": tensors["layers.2.weight"].shape[-1],
    }


_DESCRIBE: Mapping[str, Callable[[Tensors], Description]] = {
    "edsr": _describe_edsr,
    "espcn": _describe_espcn,
    "fmen": _describe_fmen,
    "fmen-unfolded": _describe_fmen,
    "fsrcnn": _describe_fsrcnn,
    "rrdb": _describe_rrdb,
    "srcnn": _describe_srcnn,
    "srresnet": _describe_srgan,
    "swift-srgan": _describe_swift_srgan,
    "vdsr": _describe_vdsr,
}


def _count(tensors: Tensors, pattern: str) -> int:
    """Return how many distinct values the pattern's group has among the names."""
    return len({match[1] for name in tensors if (match := re.fullmatch(pattern, name))})
