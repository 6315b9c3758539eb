from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from medsr_viewer.imaging.degrade import STANDARD_DEGRADATION
from trainer.distributed import World
from trainer.evaluation.cautions import cautions
from trainer.evaluation.leaks import Leak, find_leaks, split_kind
from trainer.evaluation.measuring import Plan, measure
from trainer.evaluation.modalities import holds_radiographs, is_trained_on, modality_of, named, radiograph_folders
from trainer.images import load_images, manifest_rows
from trainer.loop import Run
from trainer.objective import FeatureFiles
from trainer.recipe import DataRecipe, DegradationRecipe, Recipe


def save(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 255, (32, 32), np.uint8)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of two training and two validation images that have nothing in common."""
    for seed, name in enumerate(("train/a", "train/b", "val/c", "val/d")):
        save(tmp_path / "ct" / f"{name}.png", seed)
    return tmp_path / "ct"


def write_manifest(folder: Path, *patients: str, hashes: str = "wxyz") -> None:
    names = ("train/a", "train/b", "val/c", "val/d")
    lines = (f"{name}.png,{patient},{digest},CT" for name, patient, digest in zip(names, patients, hashes, strict=True))
    (folder / "manifest.csv").write_text("\n".join(["file,patient_id,sha256,modality", *lines]))


def test_no_leak_is_seen_where_there_is_none(folder: Path) -> None:
    assert find_leaks([folder], "val") == []
    write_manifest(folder, "Anna", "Bert", "Cora", "Dora")
    assert find_leaks([folder], "val") == []


def test_a_patient_in_both_splits_is_counted_and_not_named(folder: Path, plan: Plan) -> None:
    write_manifest(folder, "Anna", "Bert", "Anna", "Dora")
    assert find_leaks([folder], "val") == [Leak("ct", "ct", 1, ())]
    rows = measure(plan, load_images([folder], "val"))
    said = cautions(plan, [folder], "val", rows, 1)
    assert said[0] == (
        "Leak: 1 patient is both tested in ct and in the training images of ct (cards that name ct: tiny)."
    )
    assert "Anna" not in " ".join(said)


def test_a_run_says_how_many_patients_are_in_train_and_val_and_not_who(
    folder: Path, tmp_path: Path, recipe_of: Callable[..., Recipe]
) -> None:
    def said(place: Path) -> list[str]:
        lines: list[str] = []
        recipe = recipe_of(data=DataRecipe(patch=4, batch=2))
        Run(recipe, [place], tmp_path / "run", World(0, 1, torch.device("cpu")), FeatureFiles(), lines.append)
        assert "Anna" not in " ".join(lines)
        return [line for line in lines if line.startswith("Leak")]

    assert said(folder) == [], "nothing is known without a manifest"
    write_manifest(folder, "Anna", "Bert", "Cora", "Dora")
    assert said(folder) == []
    write_manifest(folder, "Anna", "Bert", "Anna", "Dora")
    (line,) = said(folder)
    assert line.startswith("Leak: 1 of 2 patients in val of ct is also in train of ct (1 validation images)")
    text = (folder / "manifest.csv").read_text().replace("patient_id", "patient")
    (folder / "manifest.csv").write_text(text)
    assert len(said(folder)) == 1


def test_how_a_folder_was_split_is_told_by_its_patients(folder: Path) -> None:
    assert split_kind(folder) == ""
    for patients, kind in (
        (("Anna", "Bert", "Cora", "Dora"), "patient"),
        (("Anna", "Bert", "Anna", "Dora"), "random"),
        (("Anna", "Bert", "", ""), ""),
        (("", "", "Anna", ""), ""),
    ):
        write_manifest(folder, *patients)
        assert split_kind(folder) == kind


def test_manifests_are_read_once_and_by_the_first_process_alone(
    folder: Path, tmp_path: Path, recipe_of: Callable[..., Recipe], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []
    other = tmp_path / "other"
    save(other / "train" / "e.png", 4)

    def counted(place: Path) -> list[dict[str, str]]:
        read.append(place)
        return manifest_rows(place)

    monkeypatch.setattr("trainer.evaluation.leaks.manifest_rows", counted)
    find_leaks([folder, other], "val")
    assert read == [folder, other]
    for rank, expected in ((0, [folder, other]), (1, [])):
        read.clear()
        recipe = recipe_of(data=DataRecipe(patch=4, batch=2))
        world = World(rank, 1, torch.device("cpu"))
        Run(recipe, [folder, other], tmp_path / "run", world, FeatureFiles(), lambda _: None)
        assert read == expected


def test_an_empty_column_is_no_patient(folder: Path) -> None:
    write_manifest(folder, "", "", "", "")
    assert find_leaks([folder], "val") == []


def test_the_same_image_is_found_by_its_bytes_in_any_folder(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    save(other / "train" / "copy.png", 3)
    assert find_leaks([folder, other], "val") == [Leak("ct", "other", 0, ("d.png",))]


def test_the_same_image_is_found_by_the_manifests_hash(folder: Path) -> None:
    write_manifest(folder, "Anna", "Bert", "Cora", "Dora", hashes="wxyw")
    assert find_leaks([folder], "val") == [Leak("ct", "ct", 0, ("d.png",))]
    assert find_leaks([folder / "manifest.csv"], "val") == [], "a manifest alone needs its column of splits"


def test_weights_tested_where_they_were_chosen_or_trained_say_so(folder: Path, plan: Plan) -> None:
    for split, word in (("val", "chosen"), ("train", "trained")):
        rows = measure(plan, load_images([folder], split))
        said = " ".join(cautions(plan, [folder], split, rows, 1))
        assert f"tiny: the weights were {word}" in said
    elsewhere = folder.rename(folder.with_name("elsewhere"))
    rows = measure(plan, load_images([elsewhere], "val"))
    assert "the weights were" not in " ".join(cautions(plan, [elsewhere], "val", rows, 1))


def test_weights_for_another_degradation_than_is_measured_say_so(folder: Path, plan: Plan) -> None:
    rows = measure(plan, load_images([folder], "val"))
    assert not [line for line in cautions(plan, [folder], "val", rows, 1) if "degradation" in line]
    aliased = dataclasses.replace(plan, degradation=DegradationRecipe(kernel="bilinear-aliased"))
    (said,) = (line for line in cautions(aliased, [folder], "val", rows, 1) if "degradation" in line)
    assert said == (
        f"tiny: trained for another degradation ({STANDARD_DEGRADATION}) than is measured here (bilinear, not "
        "antialiased): its figures say little of it."
    )


def test_what_spreading_does_to_times_is_said(folder: Path, plan: Plan) -> None:
    rows = measure(plan, load_images([folder], "val"))
    assert "3 processes shared" in " ".join(cautions(plan, [folder], "val", rows, 3))
    unknown = [dataclasses.replace(row, figures=row.figures | {"peak_memory_mib": float("nan")}) for row in rows]
    assert "could not be measured" in cautions(plan, [folder], "val", unknown, 1)[-1]


@pytest.mark.parametrize(
    ("name", "manifest", "expected"),
    [
        ("chest-xrays", "", True),
        ("knees", "", False),
        ("knees", "file,source\ntrain/0.png,NIH ChestX-ray8\ntrain/1.png,Radiographs of Kermany\n", True),
        ("knees", "file,source\ntrain/0.png,NIH ChestX-ray8\ntrain/1.png,somebody\n", False),
        ("knees", "file\ntrain/0.png\n", False),
        ("xray", "file,modality\ntrain/0.png,\n", False),
    ],
)
def test_a_folder_holds_radiographs_where_it_says_so(name: str, manifest: str, expected: bool, tmp_path: Path) -> None:
    place = tmp_path / name
    place.mkdir()
    if manifest:
        (place / "manifest.csv").write_text(manifest)
    assert holds_radiographs(place) == expected


def test_modalities_that_a_method_was_not_trained_on_are_told(data: list[Path], folder: Path, plan: Plan) -> None:
    assert radiograph_folders([*data, folder]) == {"xray"}
    xray, ct = load_images(data, "val")
    assert [modality_of(image, plan.radiographs) for image in (xray, ct)] == ["CR/DX", "PT"]
    bicubic, _, tiny = plan.methods
    assert [is_trained_on(tiny, 2, m) for m in ("CT", "CR/DX", "MR", "")] == ["yes", "no", "no", "unknown"]
    assert is_trained_on(bicubic, 2, "CT") == ""
    on_films = dataclasses.replace(tiny.cards[2], modalities=("DX", "MR"))
    assert is_trained_on(dataclasses.replace(tiny, cards={2: on_films}), 2, "CR/DX") == "yes"
    assert named(("CR", "CT", "DX", "MR")) == "radiographs, CT, MR"
    for stated in ("CR", "DX"):
        film = dataclasses.replace(ct, modality=stated)
        assert modality_of(film, frozenset()) == "CR/DX", "else 'trained on radiographs, tested on radiographs'"
