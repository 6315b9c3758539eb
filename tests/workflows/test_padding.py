"""Padding that the file does not declare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medsr_viewer.errors import MedsrError
from medsr_viewer.imaging.read import sample_path
from medsr_viewer.workflows.compare import prepare
from medsr_viewer.workflows.inputs import Input, find_inputs
from medsr_viewer.workflows.padding import undeclared_padding

Make = Callable[..., Any]


def scan(padding: float, share: float = 0.2) -> np.ndarray:
    values = np.random.default_rng(0).uniform(-1000, 1500, (40, 50))
    values[: round(40 * share)] = padding
    return values


def test_padding_of_a_scan_is_told_of(make_frame: Make, request_for: Make) -> None:
    frame = make_frame(scan(-2000), unit="HU")
    note = undeclared_padding(frame, "CT")
    assert note.startswith("20 % of the pixels hold the smallest value, -2000 HU, far below")
    prepared = prepare(request_for(frame))
    assert note in prepared.notes
    assert prepared.reference is not None
    assert prepared.reference.min() == -2000, "no pixel is changed"
    assert prepared.data_range == float(np.ptp(prepared.reference))
    assert note not in prepare(request_for(frame, mode="enhance")).notes, "no scores, no data range"


@pytest.mark.parametrize(
    ("values", "modality"),
    [
        (scan(-2000), "MR"),
        (scan(-1400), "CT"),
        (scan(-2000, share=0.025), "CT"),
        (scan(-1000), "CT"),
        (np.full((8, 8), -2000.0), "CT"),
    ],
    ids=["not CT", "too near", "too few", "air", "constant"],
)
def test_what_may_be_a_picture_is_not(values: np.ndarray, modality: str, make_frame: Make) -> None:
    assert undeclared_padding(make_frame(values), modality) == ""


def test_declared_padding_and_colour_are_not(make_frame: Make) -> None:
    values = scan(-2000)
    assert undeclared_padding(make_frame(values, valid=values > -2000), "CT") == ""
    assert undeclared_padding(make_frame(np.stack([values] * 3, axis=2)), "CT") == ""


def test_the_sample_has_some() -> None:
    (source,), _ = find_inputs([sample_path()], 1)
    assert undeclared_padding(source.read(), "CT").startswith("21 % of the pixels hold the smallest value, -2000 HU")


def test_no_other_image_at_hand_is_taken_for_padded(shared_data: Path) -> None:
    inputs, _ = find_inputs([shared_data / "studies", shared_data / "odd-dicom"], 1)
    frames = [replace(source, index=source.instance.frame_count // 2) for source in inputs]
    noted = {source.instance.source: note for source in frames if (note := _note(source))}
    assert len(frames) > 150
    assert not noted


def _note(source: Input) -> str:
    if source.instance.modality != "CT":
        return ""
    try:
        return undeclared_padding(source.read(), source.instance.modality)
    except MedsrError:
        return ""
