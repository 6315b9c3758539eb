"""Publish a run: its best weights as the viewer reads them, with a model card that says what they are."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from medsr_viewer.errors import CannotWrite, ModelError, OutputCheckFailed
from medsr_viewer.models.architectures import as_upscaling, build_network, parameter_count
from medsr_viewer.models.cards import RADIOGRAPHY, ModelCard, read_card, write_card
from medsr_viewer.models.folding import FOLDED_ARCHITECTURES, fold_for_inference
from medsr_viewer.upscaling.methods import check_name
from medsr_viewer.whole_files import write_whole
from trainer.checkpoint import BEST
from trainer.conditions import degradation_of, validation_size_of
from trainer.degradations import describe
from trainer.evaluation.figures import evaluate, load_perceptual
from trainer.evaluation.leaks import split_kind
from trainer.evaluation.modalities import holds_radiographs
from trainer.images import TrainingImage, data_name, image_files, large_enough, load_images, manifest_rows
from trainer.lineage import lineage_of, published_weights
from trainer.recipe import DegradationRecipe
from trainer.run_log import LOG
from trainer.trained_images import trained_counts

OUTPUT_NOTES = {
    "residual": "linear output added to the bicubic upscaling",
    "image": "the output is the picture itself",
    "tanh": "the output's tanh is the picture, from -1 to 1",
}
LOGGED_AS = {"steps": "step", "seconds": "seconds"}
"""What a run's log calls a card's figure."""
ORIENTATION_NOTES = {1: "", 8: "the mean over eight orientations, "}


class NotFitForUse(ModelError):
    """The viewer would refuse what these weights make of an image."""

    title = "These weights cannot be published"
    advice = (
        "Most often they were barely trained: go on with the run, then publish. The run and what was published before "
        "stay as they are."
    )


def publish(
    run: Path,
    name: str,
    data: Sequence[Path],
    out: Path,
    vgg_weights: Path | None = None,
    *,
    orientations: int = 1,
    modalities: Sequence[str] = (),
) -> Path:
    """Write a run's best weights and their card.

    Parameters
    ----------
    run : Path
        Run folder.
    name : str
        Method name in the viewer, without the scale.
    data : sequence of Path
        The run's data folders, as its checkpoint shows: for counts, attribution and the figures on their ``val``
        images, which are degraded as the recipe says, resized where the run's validation resized them, and left out
        where it left them out.
    out : Path
        Folder for ``NAME-xSCALE.safetensors`` (float16: the figures are those of the rounded weights), the card
        ``.json``, which holds the whole recipe, and the run's ``.log.csv``.
    vgg_weights : Path, optional
        VGG-16's features, for the perceptual distance among the figures.
    orientations : int
        How many orientations of an image the viewer is to take the mean of: 1 or 8.
    modalities : sequence of str
        Of training images whose manifest does not say theirs; empty: not known, but of folders that say that they hold
        radiographs.

    Returns
    -------
    Path
        The card.

    Raises
    ------
    UnknownMethod
        If the name is not one, or is an interpolation's.
    ModelError
        If the run folder has no best weights, or no log, or the viewer would refuse their result on a validation image.
    OtherData
        If the run was trained on other images.
    NothingToOpen
        If no validation image is large enough.
    CannotWrite
        If the folder cannot be written to.
    """
    check_name(name)
    recipe, best = _read(run / "recipe.json"), _read(run / "best.json")
    log, trained = _content(run / LOG), trained_counts(run, data)
    network = recipe["network"]
    scale_factor = network["scale_factor"]
    output = network.get("output", "residual")
    degradation, size = degradation_of(recipe), validation_size_of(recipe)
    module = _folded(network, run / BEST)
    weights = published_weights(module)
    card = ModelCard(
        name=name,
        kind="gan" if recipe["loss"]["adversarial_weight"] else "psnr",
        architecture=FOLDED_ARCHITECTURES.get(network["architecture"], network["architecture"]),
        options=network["options"],
        output=output,
        scale_factor=scale_factor,
        parameters=parameter_count(module),
        halo=as_upscaling(module).halo,
        sha256=hashlib.sha256(weights).hexdigest(),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        training={
            "recipe": recipe["name"],
            "steps": int(best["step"] + _earlier(recipe, "steps")),
            "seconds": round(best["seconds"] + _earlier(recipe, "seconds"), 1),
            "settings": {key: value for key, value in recipe.items() if key != "name"},
            "data": _data_counts(data, trained),
            "note": f"{OUTPUT_NOTES[output]}, {ORIENTATION_NOTES[orientations]}then back-projected once",
            "measured": f"as the viewer runs it, on whole images{_sized(size)}; degradation: {describe(degradation)}",
        },
        attribution=_attributions(data),
        modalities=_modalities(data, modalities),
        degradation=describe(degradation),
        precision="float16 weights, computed in float32",
        figures={},
        path=out / f"{name}-x{scale_factor}.safetensors",
        ancestors=lineage_of(run, network),
        orientations=orientations,
    )
    try:
        images = large_enough(load_images(data, "val", resize=size), scale_factor)
        published = _publish(card, weights, images, vgg_weights, degradation)
        write_whole(card.path.with_suffix(".log.csv"), log)
    except OSError as exc:
        raise CannotWrite(f"{out}: {exc.strerror}") from exc
    return published


def _publish(
    card: ModelCard,
    weights: bytes,
    images: Sequence[TrainingImage],
    vgg_weights: Path | None,
    degradation: DegradationRecipe,
) -> Path:
    """Measure the weights in a folder of their own; only then do they and their card replace what was there."""
    card.path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".publish-", dir=card.path.parent) as folder:
        measured = dataclasses.replace(card, path=Path(folder) / card.path.name)
        measured.path.write_bytes(weights)
        try:
            figures = evaluate(measured, images, load_perceptual(vgg_weights), degradation)
        except OutputCheckFailed as exc:
            raise NotFitForUse(exc.reason) from exc
        finished = write_card(dataclasses.replace(measured, figures=figures))
        measured.path.replace(card.path)
        return finished.replace(card.path.with_suffix(".json"))


def _earlier(recipe: dict[str, Any], figure: str) -> float:
    """Return the steps or seconds of what a run went on from, be it runs or a published model, of the same network.

    The figure is named as a card names it.
    """
    network = recipe["network"]
    source = Path(network["warm_start"])
    if source.is_file():
        return _of_card(source.with_suffix(".json"), network, figure)
    if not network["warm_start"] or not (source / "best.json").is_file():
        return 0
    earlier = _read(source / "recipe.json")
    if any(earlier["network"][key] != network[key] for key in ("architecture", "scale_factor", "options")):
        return 0
    return float(_read(source / "best.json")[LOGGED_AS[figure]]) + _earlier(earlier, figure)


def _of_card(path: Path, network: dict[str, Any], figure: str) -> float:
    try:
        card = read_card(path)
    except ModelError:  # weights without a card
        return 0
    same = (card.architecture, card.scale_factor, card.options) == tuple(
        network[key] for key in ("architecture", "scale_factor", "options")
    )
    return float(card.training.get(figure, 0)) if same else 0


def _folded(network: dict[str, Any], source: Path) -> nn.Module:
    """Return a run's network with its best weights, in evaluation mode, folded where its architecture can be."""
    module = build_network(network["architecture"], network["scale_factor"], network["options"])
    try:
        module.load_state_dict(load_file(source))
    except (OSError, SafetensorError) as exc:
        raise ModelError(f"{source}: no such weights ({exc})", "Train the run first: `medsr-train run`.") from exc
    except RuntimeError as exc:
        raise ModelError(f"{source}: not weights of {network['architecture']}", "Name the folder of a run.") from exc
    return fold_for_inference(module.eval())


def _sized(size: Sequence[int]) -> str:
    return f" resized to {' x '.join(map(str, size))} (rows x columns)" if size else ""


def _read(path: Path) -> dict[str, Any]:
    try:
        values: dict[str, Any] = json.loads(_content(path))
    except ValueError as exc:
        raise _not_of_a_run(path, exc) from exc
    return values


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise _not_of_a_run(path, exc) from exc


def _not_of_a_run(path: Path, exc: Exception) -> ModelError:
    return ModelError(f"{path}: not a run folder's file ({exc})", "Name the folder of a run.")


def _data_counts(data: Sequence[Path], trained: Sequence[int]) -> list[dict[str, Any]]:
    """Return folders and counts, and how each was split where that is known: a recipe only states it."""
    return [
        {"folder": data_name(place), "train": count, "val": len(image_files(place, "val"))}
        | ({"split": kind} if (kind := split_kind(place)) else {})
        for place, count in zip(data, trained, strict=True)
    ]


def _attributions(data: Sequence[Path]) -> tuple[str, ...]:
    rows = (row for row in _training_rows(data) if row.get("attribution"))
    return tuple(sorted({f"{row.get('source')}: {row['attribution']} ({row.get('licence')})" for row in rows}))


def _modalities(data: Sequence[Path], stated: Sequence[str]) -> tuple[str, ...]:
    """Return the DICOM modalities that the manifests say; of folders that do not, what the user states, if anything."""
    found: set[str] = set()
    for place in data:
        said = {row.get("modality", "") for row in _training_rows([place])} or {""}
        otherwise = stated or (RADIOGRAPHY if holds_radiographs(place) else ())
        found |= (said - {""}) | (set(otherwise) if "" in said else set())
    return tuple(sorted(found))


def _training_rows(data: Sequence[Path]) -> list[dict[str, str]]:
    return [
        row
        for place in data
        for row in manifest_rows(place)
        if row.get("split") == "train" or row.get("file", "").startswith("train/")
    ]
