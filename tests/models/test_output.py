from __future__ import annotations

import pytest
import torch

from medsr_viewer.models.cards import Output
from medsr_viewer.models.output import to_picture


@pytest.mark.parametrize(
    ("output", "expected"),
    [("residual", [0.3 - 1.0, 0.3, 0.3 + 2.0]), ("image", [-1.0, 0.0, 2.0]), ("tanh", [0.1192029, 0.5, 0.9820138])],
)
def test_what_an_output_means(output: Output, expected: list[float]) -> None:
    """The logistic function of twice the value is (tanh + 1) / 2."""
    found = to_picture(torch.tensor([-1.0, 0.0, 2.0]), torch.tensor(0.3), output)
    torch.testing.assert_close(found, torch.tensor(expected))
