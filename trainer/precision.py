"""The number format that networks run in; weights and losses stay in fp32."""

from __future__ import annotations

import torch

from trainer.recipe import Precision

DTYPES: dict[Precision, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def autocast(device: torch.device, precision: Precision) -> torch.autocast:
    """Return the context in which networks run in a precision; fp32 changes nothing."""
    return torch.autocast(device.type, DTYPES[precision], enabled=precision != "fp32")
