"""The same seed, the same weights: on a GPU, where the fastest algorithms add up in whatever order they come to it.

On a CPU sums have one order for one number of threads, and nothing is asked for here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.backends import cudnn

CUBLAS = "CUBLAS_WORKSPACE_CONFIG"
WORKSPACE = ":4096:8"
"""What cuBLAS needs so that its sums have one order (its reference, "Results reproducibility"): 8 buffers of 4 MiB."""


@contextmanager
def repeatable(device: torch.device) -> Iterator[None]:
    """Choose algorithms whose result depends on nothing but their input, while this lasts; call before any work there.

    What it costs: cuDNN may not time its algorithms and take the fastest, nor use those that add up atomically, and
    cuBLAS keeps 32 MiB more. An operation that has no such algorithm runs as it is, with a warning by torch that names
    it: then runs of one seed may differ in the last digits.
    """
    if device.type != "cuda":
        yield
        return
    os.environ.setdefault(CUBLAS, WORKSPACE)
    deterministic: Any = torch.utils.deterministic  # its module has properties, which type checkers do not see
    before = (cudnn.deterministic, cudnn.benchmark, deterministic.fill_uninitialized_memory)
    strict, warns = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    cudnn.deterministic, cudnn.benchmark = True, False
    deterministic.fill_uninitialized_memory = False  # it finds errors in code; here it would cost bandwidth alone
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        cudnn.deterministic, cudnn.benchmark, deterministic.fill_uninitialized_memory = before
        torch.use_deterministic_algorithms(strict, warn_only=warns)
