"""Shared fixtures."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
for name in ("QT_SCALE_FACTOR", "QT_SCREEN_SCALE_FACTORS"):
    os.environ.pop(name, None)  # pixels are compared

# No test asserts a time, and a deadline is one: a busy machine would fail a correct example.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of development images that lies beside the checkout; skip where there is none."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the development images are not on this machine")
    return folder
