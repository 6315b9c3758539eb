"""Pictures that ask for an answer."""

from __future__ import annotations

import numpy as np
import pytest

from medsr_viewer.survey.attention import attention_picture


@pytest.mark.parametrize("side", [128, 512])
def test_each_answer_has_a_picture_of_its_own_within_the_window(side: int) -> None:
    pictures = [attention_picture(answer, side) for answer in range(1, 6)]
    for picture in pictures:
        assert picture.shape == (side, side)
        assert picture.dtype == np.float32
        assert picture.min() >= 0
        assert picture.max() <= 1
    differing = [np.abs(one - other).max() for i, one in enumerate(pictures) for other in pictures[:i]]
    assert min(differing) > 0.3


def test_the_text_stays_inside() -> None:
    picture = attention_picture(5, 256)
    border = np.concatenate([picture[:, :4], picture[:, -4:], picture[:4].T, picture[-4:].T], axis=1)
    assert np.ptp(border) == 0
    assert np.ptp(picture) > 0.5
