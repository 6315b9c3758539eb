"""The standing notes."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import OpenSettled
from .driving import write_dicom


@pytest.mark.parametrize(
    ("elements", "note"),
    [
        ({"PixelSpacing": [0.5, 0.9]}, "not square (0.5 mm high, 0.9 mm wide)"),
        ({"PixelSpacing": [0.5, 0.5001]}, ""),
        ({"PixelAspectRatio": [3, 4]}, "not square (0.75 times as high as wide)"),
        ({"PixelAspectRatio": [3, 4], "PixelSpacing": [0.5, 0.5]}, ""),
        ({"PixelAspectRatio": [1, 1]}, ""),
    ],
)
def test_pixels_that_are_not_square_are_noted(
    open_settled: OpenSettled, tmp_path: Path, elements: dict[str, object], note: str
) -> None:
    write_dicom(tmp_path / "one.dcm", **elements)
    application = open_settled([tmp_path / "one.dcm"])
    text = application.window.page.notes.text
    assert note in text
    assert ("not square" in text) == bool(note)
