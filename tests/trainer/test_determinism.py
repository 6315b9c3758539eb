from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.backends import cudnn

from trainer import loop
from trainer.determinism import repeatable
from trainer.loop import train


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")


def chosen() -> tuple[bool, ...]:
    deterministic: Any = torch.utils.deterministic
    return (
        cudnn.deterministic,
        cudnn.benchmark,
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        deterministic.fill_uninitialized_memory,
    )


def test_on_a_gpu_algorithms_of_one_result_are_chosen_while_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cudnn, "benchmark", True)
    before = chosen()
    with repeatable(torch.device("cuda", 1)):
        assert chosen() == (True, False, True, True, False)
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    assert chosen() == before


def test_a_workspace_that_the_user_chose_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":16:8")
    with repeatable(torch.device("cuda")):
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":16:8"


def test_on_a_cpu_nothing_is_changed() -> None:
    before = chosen()
    with repeatable(torch.device("cpu")):
        assert chosen() == before
        assert "CUBLAS_WORKSPACE_CONFIG" not in os.environ


def test_a_run_trains_within_it(
    recipe_of: Callable[..., Any], data: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[object] = []

    @contextmanager
    def noting(device: torch.device) -> Iterator[None]:
        events.append(device)
        yield
        events.append("end")

    monkeypatch.setattr(loop, "repeatable", noting)
    train(recipe_of(steps=1), data, tmp_path, workers=0, report=lambda _: events.append("told"))
    assert events[0] == torch.device("cpu")
    assert events[-1] == "end"
    assert "told" in events
