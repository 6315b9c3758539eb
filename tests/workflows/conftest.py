"""Frames made up for the workflows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from medsr_viewer.imaging.frame import Frame
from medsr_viewer.imaging.frame_values import assemble_frame
from medsr_viewer.upscaling.catalogue import catalogue
from medsr_viewer.workflows.compare import ComparisonRequest


def frame_of(values: np.ndarray, **about: Any) -> Frame:
    """Return a frame of some values."""
    return assemble_frame(np.asarray(values, np.float32), **about)


@pytest.fixture
def make_frame() -> Callable[..., Frame]:
    """Return the function that makes a frame."""
    return frame_of


@pytest.fixture
def request_for() -> Callable[..., ComparisonRequest]:
    """Return a function that asks for a comparison of a frame."""

    def ask(frame: Frame, *names: str, scale: int = 4, mode: str = "test", **others: Any) -> ComparisonRequest:
        methods = tuple(catalogue().find(name, scale) for name in names or ("bicubic",))
        return ComparisonRequest(frame, "CT", mode, scale, methods, **others)  # type: ignore[arg-type]

    return ask


@pytest.fixture
def waves() -> np.ndarray:
    """Return (66, 49) float64 in -1000 .. 1000."""
    y, x = np.mgrid[0:66, 0:49]
    return 1000 * np.sin(x / 3.0) * np.cos(y / 5.0)
