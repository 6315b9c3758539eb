"""How public programs name the parameters of the networks that we have, and what we call them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from medsr_viewer.models.cards import Output
from medsr_viewer.models.checkpoint_file import Tensors

Replacement: TypeAlias = str | Callable[[re.Match[str]], str]
Rules: TypeAlias = tuple[tuple[str, Replacement], ...]
"""Regular expressions and replacements, applied to a name one after the other."""

UNUSED = ""
"""The name of a parameter that its network has but does not use."""


@dataclass(frozen=True)
class Layout:
    """One program's names for one architecture.

    Parameters
    ----------
    title : str
        For the user: the network, and whose code names its parameters so.
    architecture : str
        Ours.
    required : tuple of str
        Names that tell it from the other layouts.
    rules : Rules
        From its names to ours.
    output : {"residual", "image", "tanh"}
        What the network returns.
    value_range : float
        What white is in the images that the program feeds it.
    """

    title: str
    architecture: str
    required: tuple[str, ...]
    rules: Rules
    output: Output = "image"
    value_range: float = 1.0

    def matches(self, tensors: Tensors) -> bool:
        """Return whether these may be tensors of this layout."""
        return all(name in tensors for name in self.required)

    def renamed(self, tensors: Tensors) -> Tensors:
        """Return the tensors by our names."""
        result = {self._our_name(name): tensor for name, tensor in tensors.items()}
        result.pop(UNUSED, None)
        return result

    def _our_name(self, name: str) -> str:
        for pattern, replacement in self.rules:
            name = re.sub(pattern, replacement, name)
        return name


def _numbered(prefix: str, factor: int = 1, offset: int = 0, suffix: str = "") -> Replacement:
    """Return a replacement by a number made of the one that the pattern's group holds."""
    return lambda match: f"{prefix}{factor * int(match[1]) + offset}{suffix}"


_FMEN: Rules = (
    (r"^ERBs\.(\d+)", _numbered("body.", 2)),
    (r"^HFABs\.(\d+)", _numbered("body.", 2, 1)),
    (r"^lr_conv", "trunk_end"),
    (r"\bconvs\.", "blocks."),
    (r"\bconv1\.", "0."),
    (r"\bconv2\.", "2."),
    (r"\brep_conv\.", ""),
    (r"\bfea_conv\b", "middle"),
    (r"\b(expand|reduce)_conv\b", r"\1"),
    (r"\bexcitate\b", "excite"),
)
_FMEN_NORMS: Rules = (
    (r"\b(squeeze|excite)\.(weight|bias)$", r"\1.conv.\2"),
    (r"\bbn1\b", "squeeze.norm"),
    (r"\bbn2\b", "excite.norm"),
    (r"\bbn3\b", "excite.norm_after"),
)
_DENSE: Rules = ((r"\b(?:RDB|rdb)([123])\b", _numbered("dense.", 1, -1)),)
_RRDB_NEW: Rules = (
    *_DENSE,
    (r"^conv_first\b", "head"),
    (r"^RRDB_trunk\b", "body"),
    (r"^(trunk_conv|conv_body)\b", "trunk_end"),
    (r"^(?:upconv|conv_up)(\d)\b", _numbered("upsampler.", 1, -1, ".1")),
    (r"^(HRconv|conv_hr)\b", "tail.0"),
    (r"^conv_last\b", "tail.2"),
    (r"\bconv([1-5])\b", _numbered("layers.", 1, -1)),
)
_EDSR: Rules = (
    (r"^sub_mean\.bias$", "mean"),
    (r"^(sub|add)_mean\..*", UNUSED),
    (r"^head\.0\.", "head."),
    (r"^body\.(\d+)\.body\.", r"body.\1.layers."),
    (r"^body\.\d+\.(weight|bias)$", r"trunk_end.\1"),
    (r"^tail\.0\.", "upsampler."),
    (r"^tail\.1\.", "tail."),
)
_EDSR_BASICSR: Rules = (
    (r"^conv_first\.", "head."),
    (r"^(body\.\d+)\.conv1\.", r"\1.layers.0."),
    (r"^(body\.\d+)\.conv2\.", r"\1.layers.2."),
    (r"^conv_after_body\.", "trunk_end."),
    (r"^upsample\.", "upsampler."),
    (r"^conv_last\.", "tail."),
)
_SRGAN: Rules = (
    (r"^block1\.", "head."),
    (r"^block([2-6])\.", _numbered("body.", 1, -2, ".layers.")),
    (r"layers\.conv1\.", "layers.0."),
    (r"layers\.bn1\.", "layers.1."),
    (r"layers\.prelu\.", "layers.2."),
    (r"layers\.conv2\.", "layers.3."),
    (r"layers\.bn2\.", "layers.4."),
    (r"^block7\.", "trunk_end."),
    (r"^block8\.(\d+)\.conv\.", _numbered("upsampler.", 3, 0, ".")),
    (r"^block8\.(\d+)\.prelu\.", _numbered("upsampler.", 3, 1, ".")),
    (r"^block8\.\d+\.", "tail."),
)
_SWIFT_SRGAN: Rules = (
    (r".*\bblock2\.act\..*", UNUSED),
    (r"^convblock\.act\..*", UNUSED),
    (r"^initial\.cnn\.", "head.0."),
    (r"^initial\.act\.", "head.1."),
    (r"^residual\.", "body."),
    (r"\bblock1\.cnn\.", "layers.0."),
    (r"\bblock1\.bn\.", "layers.1."),
    (r"\bblock1\.act\.", "layers.2."),
    (r"\bblock2\.cnn\.", "layers.3."),
    (r"\bblock2\.bn\.", "layers.4."),
    (r"^convblock\.cnn\.", "trunk_end.0."),
    (r"^convblock\.bn\.", "trunk_end.1."),
    (r"^upsampler\.(\d+)\.conv\.", _numbered("upsampler.", 3, 0, ".")),
    (r"^upsampler\.(\d+)\.act\.", _numbered("upsampler.", 3, 2, ".")),
    (r"^final_conv\.", "tail."),
    (r"\bdepthwise\.", "0."),
    (r"\bpointwise\.", "1."),
)
_VDSR: Rules = (
    (r"^input\.", "layers.0."),
    (r"^residual_layer\.(\d+)\.conv\.", _numbered("layers.", 2, 2, ".")),
    (r"^output\.", "layers.38."),
)
_FSRCNN: Rules = (
    (r"^first_part\.", "head."),
    (r"^mid_part\.(\d+)\.", lambda match: f"body.{int(match[1]) // 2}.{int(match[1]) % 2}."),
    (r"^last_part\.", "tail."),
)


def _first_esrgan(steps: int) -> Layout:
    """Return the layout before names: a flat list, whose length depends on the number of x2 steps."""
    rules: Rules = (
        (r"^model\.0\.", "head."),
        (r"^model\.1\.sub\.\d+\.(weight|bias)$", r"trunk_end.\1"),
        (r"^model\.1\.sub\.", "body."),
        *_DENSE,
        (r"\bconv([1-5])\.0\.", _numbered("layers.", 1, -1, ".")),
        *((rf"^model\.{3 * step}\.", f"upsampler.{step - 1}.1.") for step in range(1, steps + 1)),
        (rf"^model\.{3 * steps + 2}\.", "tail.0."),
        (rf"^model\.{3 * steps + 4}\.", "tail.2."),
    )
    required = ("model.1.sub.0.RDB1.conv1.0.weight", f"model.{3 * steps + 4}.weight")
    return Layout(f"ESRGAN x{2**steps} (first layout of xinntao/BasicSR)", "rrdb", required, rules)


LAYOUTS = (
    Layout("FMEN, folded (NJU-Jet/FMEN)", "fmen", ("ERBs.0.conv1.rep_conv.weight",), _FMEN, value_range=255),
    Layout(
        "FMEN, as it trains (NJU-Jet/FMEN)",
        "fmen-unfolded",
        ("ERBs.0.conv1.expand_conv.weight", "HFABs.0.bn1.running_mean"),
        _FMEN + _FMEN_NORMS,
        value_range=255,
    ),
    *(_first_esrgan(steps) for steps in (1, 2, 3)),
    Layout("ESRGAN (xinntao/ESRGAN)", "rrdb", ("RRDB_trunk.0.RDB1.conv1.weight",), _RRDB_NEW),
    Layout("ESRGAN (XPixelGroup/BasicSR)", "rrdb", ("body.0.rdb1.conv1.weight",), _RRDB_NEW),
    Layout("EDSR (sanghyun-son/EDSR-PyTorch)", "edsr", ("sub_mean.bias", "body.0.body.0.weight"), _EDSR),
    Layout(
        "EDSR (XPixelGroup/BasicSR)",
        "edsr",
        ("conv_after_body.weight", "upsample.0.weight", "body.0.conv1.weight"),
        _EDSR_BASICSR,
        value_range=255,
    ),
    Layout("SRGAN (leftthomas/SRGAN)", "srresnet", ("block7.1.running_mean", "block8.0.conv.weight"), _SRGAN, "tanh"),
    Layout(
        "Swift-SRGAN (Koushik0901/Swift-SRGAN)",
        "swift-srgan",
        ("initial.cnn.depthwise.weight", "final_conv.depthwise.weight"),
        _SWIFT_SRGAN,
        "tanh",
    ),
    Layout("VDSR (twtygqyy/pytorch-vdsr)", "vdsr", ("residual_layer.17.conv.weight",), _VDSR, "residual"),
    Layout(
        "VDSR (twtygqyy/pytorch-vdsr, first version)",
        "vdsr",
        ("features.0.weight", "features.38.weight"),
        ((r"^features\.", "layers."),),
        "residual",
    ),
    Layout("FSRCNN (yjn870/FSRCNN-pytorch)", "fsrcnn", ("mid_part.0.weight", "last_part.weight"), _FSRCNN),
    Layout(
        "ESPCN (yjn870/ESPCN-pytorch)",
        "espcn",
        ("first_part.2.weight", "last_part.0.weight"),
        ((r"^first_part\.", "layers."), (r"^last_part\.0\.", "layers.4.")),
    ),
    Layout(
        "SRCNN (yjn870/SRCNN-pytorch)",
        "srcnn",
        ("conv1.weight", "conv2.weight", "conv3.weight"),
        ((r"^conv([123])\.", _numbered("layers.", 2, -2, ".")),),
    ),
)
