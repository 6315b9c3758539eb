"""Pictures to compare with. `pytest tests/golden --rewrite-goldens` makes them again: look at them before a commit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

FOLDER = Path(__file__).parent

MAX_ERROR = 4
"""Gray levels that one pixel may differ by: libraries round and interpolate a little differently."""
MEAN_ERROR = 0.25
"""Gray levels that all pixels may differ by on average."""

Check = Callable[[str, np.ndarray], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-goldens", action="store_true", help="write the goldens in place of comparing with them")


def difference(one: np.ndarray, other: np.ndarray) -> str:
    """Return how two pictures, (H, W, 3) uint8, differ beyond the limits; "" where they do not."""
    if one.shape != other.shape:
        return f"{one.shape} is not {other.shape}"
    error = np.abs(one.astype(int) - other)
    if error.max() > MAX_ERROR or error.mean() > MEAN_ERROR:
        return f"differs by {error.max()} at most, {error.mean():.3f} on average, in {(error > MAX_ERROR).mean():.2%}"
    return ""


@pytest.fixture
def check_golden(request: pytest.FixtureRequest, tmp_path: Path) -> Check:
    """Return a function that compares a picture with the golden of a name, or writes it."""

    def check(name: str, shown: np.ndarray) -> None:
        golden = FOLDER / f"{name}.png"
        if request.config.getoption("--rewrite-goldens", default=False):
            Image.fromarray(shown).save(golden, optimize=True)
            return
        with Image.open(golden) as image:
            found = difference(shown, np.asarray(image.convert("RGB")))
        if found:
            Image.fromarray(shown).save(tmp_path / golden.name)
            pytest.fail(f"{golden.name} {found}; what was drawn is {tmp_path / golden.name}")

    return check
