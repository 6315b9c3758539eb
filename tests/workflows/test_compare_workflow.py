"""Comparing methods on one frame, without files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from medsr_viewer.cancel import Cancelled, CancelToken
from medsr_viewer.errors import OutputCheckFailed, UnusableImage
from medsr_viewer.imaging.degrade import degrade
from medsr_viewer.upscaling.catalogue import catalogue
from medsr_viewer.workflows import compare as module
from medsr_viewer.workflows.compare import (
    compare,
    full_data_range,
    is_too_small,
    method_notes,
    nothing_to_compare,
    prepare,
)

Make = Callable[..., Any]


def test_reference_is_cropped_at_bottom_and_right(make_frame: Make, request_for: Make, waves: np.ndarray) -> None:
    prepared = prepare(request_for(make_frame(waves)))
    assert prepared.reference is not None
    np.testing.assert_array_equal(prepared.reference, waves[:64, :48].astype(np.float32))
    assert prepared.degraded.shape == (16, 12)
    assert prepared.cropped == (2, 1)
    assert "2 rows at the bottom and 1 column at the right" in prepared.notes[0]
    assert prepared.data_range == float(np.ptp(prepared.reference))


def test_enhance_has_no_reference_and_leaves_the_image_as_it_is(
    make_frame: Make, request_for: Make, waves: np.ndarray
) -> None:
    prepared = prepare(request_for(make_frame(waves), mode="enhance"))
    assert prepared.reference is None
    assert prepared.data_range is None
    assert prepared.degraded.shape == (66, 49)
    assert any("No reference exists" in note for note in prepared.notes)


def test_padding_takes_no_part(make_frame: Make, request_for: Make, waves: np.ndarray) -> None:
    values, valid = waves[:64, :48].copy(), np.ones((64, 48), bool)
    values[:20, :20], valid[:20, :20] = -32768, False
    prepared = prepare(request_for(make_frame(values, valid=valid)))
    assert prepared.reference is not None
    assert prepared.reference.min() == np.float32(values[valid].min())
    assert prepared.data_range == pytest.approx(np.ptp(values[valid]))
    np.testing.assert_array_equal(prepared.degraded, degrade(prepared.reference, 4))
    assert prepared.valid is not None
    assert not prepared.valid[:5, :5].any()
    assert prepared.valid[5:, 5:].all()
    assert any("Padding" in note for note in prepared.notes)


def test_image_smaller_than_a_degraded_pixel(make_frame: Make, request_for: Make) -> None:
    frame = make_frame(np.ones((3, 30)))
    assert is_too_small(frame, 4)
    assert not is_too_small(frame, 3)
    with pytest.raises(UnusableImage, match="30 x 3"):
        prepare(request_for(frame))
    nothing = module.nothing_to_compare(request_for(frame, "bicubic", "nearest"))
    assert nothing.prepared.reference is not None
    assert nothing.prepared.reference.shape == (0, 28)
    assert [result.method for result in nothing.results] == ["bicubic", "nearest"]
    assert all(result.upscaled is None and result.error is None for result in nothing.results)


def test_data_range_is_255_for_8_bit_and_max_minus_min_elsewhere(make_frame: Make) -> None:
    colour = np.zeros((4, 4, 3), np.float32)
    colour[0, 0] = (0, 1000, 0)
    assert full_data_range(make_frame(colour), colour) == 1000
    assert full_data_range(make_frame(colour, stored_maximum=255.0), colour) == 255


def test_methods_run_in_order_and_each_is_told_of(make_frame: Make, request_for: Make, waves: np.ndarray) -> None:
    told: list[str] = []
    comparison = compare(
        request_for(make_frame(waves), "lanczos", "nearest"),
        on_prepared=lambda prepared: told.append(f"prepared {prepared.degraded.shape}"),
        on_tile=lambda method, tile: told.append(f"tile of {method}, {tile.done} of {tile.total}"),
        on_result=lambda result: told.append(f"result of {result.method}"),
    )
    assert told == [
        "prepared (16, 12)",
        "tile of lanczos, 1 of 1",
        "result of lanczos",
        "tile of nearest, 1 of 1",
        "result of nearest",
    ]
    assert [result.method for result in comparison.results] == ["lanczos", "nearest"]


def test_method_that_fails_does_not_stop_the_others(
    make_frame: Make, request_for: Make, waves: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = module.upscale

    def broken(job: Any, *arguments: Any, **options: Any) -> Any:
        if job.method.name == "nearest":
            raise OutputCheckFailed("nearest: the mean moved")
        return real(job, *arguments, **options)

    monkeypatch.setattr(module, "upscale", broken)
    first, second = compare(request_for(make_frame(waves), "nearest", "bicubic")).results
    assert isinstance(first.error, OutputCheckFailed)
    assert first.upscaled is None
    assert second.error is None
    assert second.upscaled is not None


def test_cancelled_comparison_ends(make_frame: Make, request_for: Make, waves: np.ndarray) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        compare(request_for(make_frame(waves)), token)


def test_modality_that_a_model_was_not_trained_on_is_named() -> None:
    learned = [method for method in catalogue().methods if method.is_learned]
    assert learned, "the program ships weights"
    for method in learned:
        for scale, card in method.cards.items():
            assert method_notes(method, scale, card.modalities[0]) == ()
            (note,) = method_notes(method, scale, "OPT")
            assert "not trained on OPT" in note
    assert method_notes(catalogue().find("bicubic", 4), 4, "OPT") == ()


def test_sizes_in_notes_are_width_by_height_as_on_the_screen(make_frame: Make, request_for: Make) -> None:
    cropped = prepare(request_for(make_frame(np.zeros((66, 49)))))
    assert "Cropped by 2 rows at the bottom and 1 column at the right: 48 x 64 is" in cropped.notes[0]
    tiny = nothing_to_compare(request_for(make_frame(np.zeros((3, 49)))))
    assert tiny.prepared.notes[0].startswith("49 x 3 pixels are too few")
