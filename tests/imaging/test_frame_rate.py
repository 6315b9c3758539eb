"""How fast a file's frames are to be played."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset

from medsr_viewer.imaging.frame_rate import read_frame_rate


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({}, None),
        ({"RecommendedDisplayFrameRate": 12, "CineRate": 30, "FrameTime": 10.0}, 12.0),
        ({"CineRate": 30, "FrameTime": 10.0}, 30.0),
        ({"CineRate": 0, "FrameTime": 40.0}, 25.0),
        ({"FrameTime": -1.0}, None),
        ({"FrameTimeVector": [0.0, 100.0, 300.0]}, 5.0),
        ({"FrameTimeVector": [0.0]}, None),
    ],
)
def test_the_recommended_rate_goes_before_the_acquired(elements: dict[str, Any], expected: float | None) -> None:
    ds = Dataset()
    for keyword, value in elements.items():
        setattr(ds, keyword, value)
    assert read_frame_rate(ds) == expected
