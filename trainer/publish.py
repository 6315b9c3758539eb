"""Publish a run: its best weights as the viewer reads them, with a model card that says what they are."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import hashlib
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from medsr_viewer.errors import CannotWrite, ModelError
from medsr_viewer.imaging.degrade import STANDARD_DEGRADATION
from medsr_viewer.models.architectures import as_upscaling, build_network, parameter_count
from medsr_viewer.models.cards import ModelCard, write_card
from trainer.checkpoint import BEST
from trainer.data import load_images
from trainer.evaluation import evaluate, load_perceptual

RADIOGRAPHY = ("CR", "DX")


def publish(run: Path, name: str, data: Sequence[Path], out: Path, vgg_weights: Path | None = None) -> Path:
    """Write a run's best weights and their card.

    Parameters
    ----------
    run : Path
        Run folder.
    name : str
        Method name in the viewer, without the scale.
    data : sequence of Path
        The run's data folders: for counts, attribution and the figures on their ``val`` images.
    out : Path
        Folder for ``NAME-xSCALE.safetensors`` (float16: the figures are those of the rounded weights) and ``.json``.
    vgg_weights : Path, optional
        VGG-16's features, for the perceptual distance among the figures.

    Returns
    -------
    Path
        The card.

    Raises
    ------
    ModelError
        If the run folder has no best weights.
    CannotWrite
        If the folder cannot be written to.
    """
    recipe, best = _read(run / "recipe.json"), _read(run / "best.json")
    network = recipe["network"]
    scale_factor = network["scale_factor"]
    weights = _rounded_weights(run / BEST)
    module = build_network(network["architecture"], scale_factor, network["options"])
    card = ModelCard(
        name=name,
        kind="gan" if recipe["loss"]["adversarial_weight"] else "psnr",
        architecture=network["architecture"],
        options=network["options"],
        scale_factor=scale_factor,
        parameters=parameter_count(module),
        halo=as_upscaling(module).halo,
        sha256=hashlib.sha256(weights).hexdigest(),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        training={
            "recipe": recipe["name"],
            "steps": best["step"] + _earlier_steps(recipe),
            "seconds": best["seconds"],
            "patch": recipe["data"]["patch"],
            "batch": recipe["data"]["batch"],
            "warm_start": network["warm_start"],
            "data": _data_counts(data),
            "note": "linear output added to the bicubic upscaling, then back-projected once",
        },
        attribution=_attributions(data),
        modalities=_modalities(data),
        degradation=STANDARD_DEGRADATION,
        precision="float16 weights, computed in float32",
        figures={},
        path=out / f"{name}-x{scale_factor}.safetensors",
    )
    try:
        return _publish(card, weights, data, vgg_weights)
    except OSError as exc:
        raise CannotWrite(f"{out}: {exc.strerror}") from exc


def _publish(card: ModelCard, weights: bytes, data: Sequence[Path], vgg_weights: Path | None) -> Path:
    """Measure the weights in a folder of their own; only then do they and their card replace what was there."""
    card.path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".publish-", dir=card.path.parent) as folder:
        measured = dataclasses.replace(card, path=Path(folder) / card.path.name)
        measured.path.write_bytes(weights)
        figures = evaluate(measured, load_images(data, "val"), load_perceptual(vgg_weights))
        finished = write_card(dataclasses.replace(measured, figures=figures))
        measured.path.replace(card.path)
        return finished.replace(card.path.with_suffix(".json"))


def _earlier_steps(recipe: dict[str, Any]) -> int:
    """Return the steps of the runs that a run went on from, while they trained the same network at the same scale."""
    if not recipe["network"]["warm_start"]:
        return 0
    folder = Path(recipe["network"]["warm_start"])
    if not (folder / "best.json").is_file():
        return 0
    earlier = _read(folder / "recipe.json")
    if any(earlier["network"][key] != recipe["network"][key] for key in ("architecture", "scale_factor", "options")):
        return 0
    return int(_read(folder / "best.json")["step"]) + _earlier_steps(earlier)


def _rounded_weights(source: Path) -> bytes:
    try:
        tensors = load_file(source)
    except (OSError, SafetensorError) as exc:
        raise ModelError(f"{source}: no such weights ({exc})", "Train the run first: `medsr-train run`.") from exc
    rounded: bytes = save({key: tensor.to(torch.float16).contiguous() for key, tensor in tensors.items()})
    return rounded


def _read(path: Path) -> dict[str, Any]:
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise ModelError(f"{path}: not a run folder's file ({exc})", "Name the folder of a run.") from exc
    return values


def _data_counts(data: Sequence[Path]) -> list[dict[str, Any]]:
    return [
        {"folder": folder.name, **{split: len(list((folder / split).glob("*.png"))) for split in ("train", "val")}}
        for folder in data
    ]


def _attributions(data: Sequence[Path]) -> tuple[str, ...]:
    rows = (row for row in _training_rows(data) if row.get("attribution"))
    return tuple(sorted({f"{row.get('source')}: {row['attribution']} ({row.get('licence')})" for row in rows}))


def _modalities(data: Sequence[Path]) -> tuple[str, ...]:
    """Return the DICOM modalities; a manifest without the column holds radiographs."""
    found = {
        modality
        for row in _training_rows(data)
        for modality in ([row["modality"]] if "modality" in row else RADIOGRAPHY)
    }
    return tuple(sorted(found))


def _training_rows(data: Sequence[Path]) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for folder in data:
        path = folder / "manifest.csv"
        if path.is_file():
            with path.open(newline="", encoding="utf-8") as file:
                rows += [row for row in csv.DictReader(file) if row.get("file", "").startswith("train/")]
    return rows
