"""Drawing images at random: counts, seeds, patients."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.prepare.draw import draw
from trainer.prepare.options import SPLITS, InvalidOptions, PrepareOptions
from trainer.prepare.run import prepare

from .preparing import OPTIONS, manifest, reasons


def rows_of(sizes: list[int]) -> list[dict[str, str]]:
    """Return rows of patients with so many images each."""
    return [
        {"patient": f"p{patient}", "origin": f"{patient}-{i}", "sha256": f"{patient}-{i}", "split": "train",
         "file": f"train/{patient}-{i}.png"}
        for patient, size in enumerate(sizes) for i in range(size)
    ]  # fmt: skip


def splits(rows: list[dict[str, str]]) -> tuple[int, ...]:
    counts = Counter(row["split"] for row in rows)
    return tuple(counts[split] for split in SPLITS)


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=40),
    st.tuples(*[st.integers(0, 30)] * 3).filter(any),
    st.integers(0, 9),
)
def test_no_count_is_passed_and_no_patient_is_in_two_splits(
    sizes: list[int], counts: tuple[int, ...], seed: int
) -> None:
    rows = rows_of(sizes)
    drawn = draw(rows, [], PrepareOptions(draw=counts, seed=seed))
    assert all(got <= wanted for got, wanted in zip(splits(drawn.rows), counts, strict=True))
    assert len(drawn.unmet) == sum(got < wanted for got, wanted in zip(splits(drawn.rows), counts, strict=True))
    assert sorted(r["origin"] for r in drawn.rows + drawn.left) == sorted(r["origin"] for r in rows)
    assert len({(row["patient"], row["split"]) for row in drawn.rows}) == len({row["patient"] for row in drawn.rows})
    assert all(row["file"] == f"{row['split']}/{row['origin']}.png" for row in drawn.rows)


def test_queens_counts_are_met_exactly() -> None:
    options = PrepareOptions(draw=(1000, 200, 200), split="random")
    drawn = draw(rows_of([20] * 70), [], options)
    assert splits(drawn.rows) == (1000, 200, 200), "of 1,400 images all are needed"
    assert drawn.unmet == ()
    many = rows_of([25] * 200)
    by_patient = dataclasses.replace(options, split="patient")
    first, again = (draw(many, [], by_patient) for _ in range(2))
    assert splits(first.rows) == (1000, 200, 200)
    assert first == again
    other = draw(many, [], dataclasses.replace(by_patient, seed=1))
    assert {row["origin"] for row in other.rows} != {row["origin"] for row in first.rows}


def test_a_shortage_is_shared_by_all_splits() -> None:
    drawn = draw(rows_of([1] * 70), [], PrepareOptions(draw=(100, 20, 20)))
    assert splits(drawn.rows) == (50, 10, 10), "not all 70 in train, which lacks the most"


def test_so_many_in_all() -> None:
    rows = rows_of([10] * 50)
    drawn = draw(rows, [], PrepareOptions(draw=(140,)))
    assert len(drawn.rows) == 140
    assert len({row["patient"] for row in drawn.rows}) > 40, "at random, not one patient after the other"
    more = draw(drawn.left, drawn.rows, PrepareOptions(draw=(600,)))
    assert len(more.rows) == 360
    assert more.unmet == ("500 images of the 600 that were to be drawn: there are no more",)


def test_what_cannot_be_met_is_said() -> None:
    drawn = draw(rows_of([8, 8, 8]), [], PrepareOptions(draw=(10, 4, 4)))
    assert splits(drawn.rows) == (8, 4, 4)
    assert drawn.unmet == ("8 images of 10 are in train: there are no more that leave patients in one split",)


def test_a_folder_is_filled_up_and_its_patients_stay(studies: Path, tmp_path: Path) -> None:
    options = dataclasses.replace(OPTIONS, draw=(6, 3, 2))
    prepared = prepare([studies], tmp_path / "out", options)
    assert (prepared.images, prepared.warnings) == ({"train": 6, "val": 3, "test": 2}, ())
    assert list(reasons(prepared).values()).count("it was not drawn") == 3, "by file name: 0.dcm, 1.dcm and 2.dcm"
    before = {row["patient"]: row["split"] for row in manifest(tmp_path / "out")}
    more = prepare([studies], tmp_path / "out", dataclasses.replace(options, draw=(9, 6, 3)))
    assert (more.images, more.warnings) == ({"train": 9, "val": 6, "test": 3}, ())
    after = {row["patient"]: row["split"] for row in manifest(tmp_path / "out")}
    assert before.items() <= after.items()
    assert all((tmp_path / "out" / row["file"]).is_file() for row in manifest(tmp_path / "out"))


@pytest.mark.parametrize("counts", [(0,), (1, 2), (-1, 2, 3), (0, 0, 0)])
def test_what_makes_no_sense_is_refused(counts: tuple[int, ...]) -> None:
    with pytest.raises(InvalidOptions, match="cannot be drawn"):
        PrepareOptions(draw=counts)
