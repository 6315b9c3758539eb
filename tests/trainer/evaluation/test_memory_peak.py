from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from trainer.evaluation import memory
from trainer.evaluation.memory import measuring_peak


@pytest.fixture
def measurable() -> None:
    with measuring_peak("cpu") as peak:
        pass
    if math.isnan(peak.mib):
        pytest.skip("this system does not tell a process's peak memory")


@pytest.mark.usefixtures("measurable")
def test_the_peak_is_what_was_held_at_once() -> None:
    with measuring_peak("cpu") as peak:
        for _ in range(3):
            np.ones(48 * 2**20, np.uint8)
    assert 46 < peak.mib < 60, "one at a time: not three"


@pytest.mark.usefixtures("measurable")
def test_memory_that_earlier_work_freed_counts_anew() -> None:
    peaks = []
    for _ in range(3):
        with measuring_peak("cpu") as peak:
            blocks = [torch.ones(16 * 1024 // 4) for _ in range(48 * 64)]  # small blocks: the C library keeps them
            del blocks
        peaks.append(peak.mib)
    assert min(peaks) > 40, peaks


def test_nothing_is_claimed_where_nothing_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with measuring_peak("mps") as peak:
        np.ones(2**20)
    assert math.isnan(peak.mib)
    monkeypatch.setattr(memory, "_CLEAR", tmp_path / "no such folder" / "clear_refs")
    with measuring_peak("cpu") as peak:
        np.ones(2**20)
    assert math.isnan(peak.mib)


def test_a_gpu_is_asked_for_what_torch_allocated(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", said.append)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 3 * 2**20)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda device: 10 * 2**20)
    with measuring_peak("cuda:1") as peak:
        pass
    assert (peak.mib, said) == (7, ["cuda:1"])
