"""A prepared folder: added to, split by patient, naming none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from medsr_viewer.errors import UnreadableFile
from trainer.prepare.options import InvalidOptions, PrepareOptions
from trainer.prepare.run import prepare
from trainer.prepare.splits import PatientInTwoSplits

from .preparing import ID, OPTIONS, contents, manifest, save_dicom, slice_of


def test_adding_studies_moves_nobody(studies: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    prepare([studies / f"p{patient}" for patient in (1, 4)], out, OPTIONS)
    first = {row["file"]: row for row in manifest(out)}
    added = prepare([studies], out, OPTIONS)
    assert (len(first), added.new) == (6, 18)
    assert {name: row for name, row in ((r["file"], r) for r in manifest(out)) if name in first} == first
    again = prepare([studies], out, OPTIONS)
    assert (again.new, sum(again.images.values())) == (0, 24)
    # A folder of its own, with keys of its own, puts the patients where they were.
    prepare([studies], tmp_path / "other", OPTIONS)
    sums = [{(row["sha256"], row["split"]) for row in manifest(folder)} for folder in (out, tmp_path / "other")]
    assert sums[0] == sums[1]
    keys = [{row["patient"] for row in manifest(folder)} for folder in (out, tmp_path / "other")]
    assert not keys[0] & keys[1]


def test_a_patient_in_two_splits_is_refused_before_anything_is_written(studies: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    prepare([studies / "p0"], out, OPTIONS)
    path = out / "manifest.csv"
    (split,) = {row["split"] for row in manifest(out)}
    path.write_text(path.read_text().replace(f",{split},", ",elsewhere,"))
    before = contents(out)
    with pytest.raises(PatientInTwoSplits, match="1 patients"):
        prepare([studies], out, OPTIONS)
    assert contents(out) == before


@pytest.mark.parametrize("changes", [{"seed": 1}, {"shares": (0.8, 0.1, 0.1)}, {"split": "random"}])
def test_a_folder_keeps_its_options(studies: Path, tmp_path: Path, changes: Any) -> None:
    out = tmp_path / "out"
    prepare([studies / "p0"], out, OPTIONS)
    with pytest.raises(InvalidOptions, match=f"other options: {next(iter(changes))}"):
        prepare([studies], out, PrepareOptions(**{"shares": (0.5, 0.3, 0.2), "min_side": 32, **changes}))


def test_without_its_salt_a_folder_is_not_added_to(studies: Path, tmp_path: Path) -> None:
    prepare([studies / "p0"], tmp_path / "out", OPTIONS)
    (tmp_path / "out-private" / "salt.txt").unlink()
    with pytest.raises(UnreadableFile, match="salt.txt: it is missing"):
        prepare([studies], tmp_path / "out", OPTIONS)


def test_a_random_split_tears_patients_apart(studies: Path, tmp_path: Path) -> None:
    prepare([studies], tmp_path / "out", PrepareOptions(split="random", shares=(0.5, 0.5, 0), min_side=32))
    rows = manifest(tmp_path / "out")
    assert len({(row["patient"], row["split"]) for row in rows}) > len({row["patient"] for row in rows})


def test_rasters_are_split_by_the_patient_in_their_names(tmp_path: Path) -> None:
    for index in range(12):
        path = tmp_path / "in" / f"{index // 4:03}_{index:02}.tif"
        path.parent.mkdir(exist_ok=True)
        tifffile.imwrite(path, slice_of(index).astype(np.uint16))
    options = {"shares": (0.5, 0.5, 0), "min_side": 32}
    prepare([tmp_path / "in"], tmp_path / "out", PrepareOptions(patient_pattern="^([0-9]+)_", **options))  # type: ignore[arg-type]
    assert len({row["patient"] for row in manifest(tmp_path / "out")}) == 3
    prepare([tmp_path / "in"], tmp_path / "alone", PrepareOptions(**options))  # type: ignore[arg-type]
    assert len({row["patient"] for row in manifest(tmp_path / "alone")}) == 12


def test_no_patient_is_named_in_what_is_handed_on(studies: Path, tmp_path: Path) -> None:
    """Neither in a file's content nor in its name; the private folder is readable by its owner alone."""
    secret = studies / "Quimby_Zacharias"
    (studies / "p0").rename(secret)
    save_dicom(secret / "scout.dcm", slice_of(9), ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    prepare([studies], tmp_path / "out", OPTIONS)
    for name, data in contents(tmp_path / "out").items():
        for word in ("Quimby", "Zacharias", ID, "1.2.", "scout", str(tmp_path)):
            assert word not in name
            if not name.endswith(".png"):
                assert word.encode() not in data
    assert (tmp_path / "out-private").stat().st_mode & 0o077 == 0
    stored = next((tmp_path / "out").rglob("*.png")).read_bytes()
    assert not any(chunk in stored for chunk in (b"tEXt", b"iTXt", b"zTXt", b"eXIf"))
