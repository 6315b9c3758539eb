"""The standing notes."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from .conftest import MakeApplication
from .driving import settle, write_dicom


@pytest.mark.parametrize(("spacing", "noted"), [([0.5, 0.9], True), ([0.5, 0.5001], False)])
def test_pixels_that_are_not_square_are_noted(
    make_application: MakeApplication, tmp_path: Path, qtbot: QtBot, spacing: list[float], noted: bool
) -> None:
    write_dicom(tmp_path / "one.dcm", PixelSpacing=spacing)
    application = make_application()
    application.window.open_paths([tmp_path / "one.dcm"])
    settle(application, qtbot)
    assert ("not square (0.5 mm high, 0.9 mm wide)" in application.window.page.notes.text) == noted
