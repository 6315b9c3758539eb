from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from medsr_viewer.imaging.region import Region
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.results import Entry, InputKey, ResultKey, Results, result_key
from medsr_viewer.ui.state import Choices
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.workflows.compare import MethodResult


def key(image: str, method: str) -> ResultKey:
    return ResultKey(InputKey((image, (0, 0), 0), "test", 4), method, "", "")


def entry(within: Region | None = None) -> Entry:
    return Entry(Picture(np.zeros((64, 64), np.float32)), MethodResult("bicubic"), within)


def test_the_least_recently_used_result_goes_first() -> None:
    results = Results(cache_bytes=3 * entry().bytes)
    for image in ("a", "b", "c"):
        results.finish(key(image, "bicubic"), entry())
    results.entry(key("a", "bicubic"))
    results.finish(key("d", "bicubic"), entry())
    kept = {image for image in "abcd" if results.entry(key(image, "bicubic")) is not None}
    assert kept == {"a", "c", "d"}


@pytest.mark.parametrize(
    "change", [{"sha256": "0"}, {"orientations": 8}, {"output": "image"}, {"options": {"features": 9}}, {"halo": 1}]
)
def test_weights_that_are_run_otherwise_have_other_results(
    change: dict[str, Any], make_family: Callable[..., tuple[ModelCard, ModelCard]]
) -> None:
    card, _ = make_family(scale_factor=4)
    source = key("a", "net").source

    def of(card: ModelCard) -> ResultKey:
        return result_key(source, Method("net", "psnr", {4: card}), Choices())

    assert of(replace(card)) == of(card)
    assert of(replace(card, **change)) != of(card)


def test_results_on_screen_stay_however_large() -> None:
    results = Results(cache_bytes=1)
    results.finish(key("a", "bicubic"), entry())
    results.finish(key("a", "lanczos"), entry())
    assert results.entry(key("a", "bicubic")) is not None
    assert results.entry(key("a", "lanczos")) is not None


def test_a_part_answers_for_itself_alone() -> None:
    part = entry(Region(0, 0, 8, 8))
    assert part.covers(Region(2, 2, 4, 4))
    assert not part.covers(Region(4, 4, 8, 8))
    assert not part.covers(None)
    assert entry().covers(Region(4, 4, 8, 8))
