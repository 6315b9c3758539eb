from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsr_viewer.imaging.geometry import Cosines
from medsr_viewer.imaging.grouping import group
from medsr_viewer.imaging.headers import HeaderRecord, Labels
from medsr_viewer.imaging.study import Instance

AXIAL: Cosines = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SAGITTAL: Cosines = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
OBLIQUE: Cosines = (1.0, 0.0, 0.0, 0.0, 0.8, -0.6)


def record(
    name: str,
    number: int | None = None,
    height: float | None = None,
    plane: Cosines = AXIAL,
    series: str = "s",
    study: str = "t",
    frames: int = 1,
) -> HeaderRecord:
    normal = np.cross(plane[:3], plane[3:])
    position = None if height is None else tuple(float(part) for part in normal * height)
    instance = Instance(
        path=Path(name),
        source=name,
        sop_instance_uid=name,
        series_uid=series,
        study_uid=study,
        modality="CT",
        rows=4,
        columns=4,
        frame_count=frames,
        instance_number=number,
        position=position,  # type: ignore[arg-type]
        orientation=None if height is None else plane,
    )
    return HeaderRecord(instance, Labels(series_number=int(series) if series.isdigit() else None))


def names(records: list[HeaderRecord]) -> list[str]:
    return [one.sop_instance_uid for study in group(records) for series in study.series for one in series.instances]


records = st.builds(
    record,
    name=st.uuids().map(str),
    number=st.none() | st.integers(0, 5),
    height=st.none() | st.integers(-3, 3).map(float),
    plane=st.sampled_from([AXIAL, SAGITTAL, OBLIQUE]),
    series=st.sampled_from(["1", "2", "10"]),
    study=st.sampled_from(["a", "b"]),
    frames=st.integers(1, 3),
)


@given(st.lists(records, max_size=12, unique_by=lambda one: one.instance.source), st.randoms())
def test_grouping_does_not_depend_on_the_order_of_files(found: list[HeaderRecord], chance: random.Random) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert group(shuffled) == group(found)
    assert sorted(names(found)) == sorted(one.instance.sop_instance_uid for one in found)


@pytest.mark.parametrize("plane", [AXIAL, SAGITTAL, OBLIQUE], ids=["axial", "sagittal", "oblique"])
def test_slices_follow_their_position_rather_than_their_number(plane: Cosines) -> None:
    slices = [record(f"at {height:02}", number=20 - height, height=height, plane=plane) for height in (3, 1, 2, 0, 10)]
    assert names(slices) == ["at 00", "at 01", "at 02", "at 03", "at 10"]


def test_without_positions_the_number_decides_and_then_the_uid() -> None:
    assert names([record("b", 2), record("z", 1), record("a", 2), record("none")]) == ["z", "a", "b", "none"]


def test_images_at_one_place_follow_their_numbers() -> None:
    assert names([record("late", 2, 5.0), record("early", 1, 5.0005), record("low", 3, 0.0)]) == [
        "low",
        "early",
        "late",
    ]


def test_planes_of_one_series_follow_each_other() -> None:
    mixed = [
        record("sagittal 1", 3, 1.0, SAGITTAL),
        record("axial 2", 2, 2.0),
        record("sagittal 0", 4, 0.0, SAGITTAL),
        record("axial 1", 1, 1.0),
    ]
    assert names(mixed) == ["axial 1", "axial 2", "sagittal 0", "sagittal 1"]


@pytest.mark.parametrize(
    ("heights", "words"),
    [
        ([0, 5, 10, 15], []),
        ([0, 5, 5, 10], ["One slice position occurs twice: images 2 and 3."]),
        ([0, 5, 15, 20], ["The slice spacing is irregular: 5.00 to 10.00 mm."]),
        ([0, 0, 5, 5], ["Slice positions occur more than once (2 times): images 1 and 2; 3 and 4."]),
        ([7], []),
    ],
)
def test_odd_geometry_is_named(heights: list[float], words: list[str]) -> None:
    slices = [record(str(at), at, float(height)) for at, height in enumerate(heights)]
    assert list(group(slices)[0].series[0].warnings) == words


def test_series_are_ordered_by_number() -> None:
    found = group([record("c", series="10"), record("a", series="2"), record("n", series="x")])
    assert [series.number for series in found[0].series] == [2, 10, None]


def test_frames_are_located_across_instances() -> None:
    (series,) = group([record("a", 1, frames=2), record("b", 2), record("c", 3, frames=3)])[0].series
    assert series.frame_count == 6
    located = [series.locate(index) for index in range(6)]
    assert [(one.sop_instance_uid, index) for one, index in located] == [
        ("a", 0),
        ("a", 1),
        ("b", 0),
        ("c", 0),
        ("c", 1),
        ("c", 2),
    ]
    for outside in (-1, 6):
        with pytest.raises(IndexError):
            series.locate(outside)
