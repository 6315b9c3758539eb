"""Which images a run was trained on, as its checkpoint says, among those of the data folders that someone names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from medsr_viewer.errors import InputError
from trainer.checkpoint import load_state
from trainer.images import image_files

_TOLD = 3
"""Parts of a path by which an image is known where its folder was moved: data folder, split, name."""


IMAGES = "images.json"
"""In the folder of a mean of runs, which has no checkpoint: the training images of all of them."""


class OtherData(InputError):
    """The data folders are not those that a run was trained on."""

    title = "These are not the run's data"


def trained_images(run: Path) -> list[str]:
    """Return the paths of a run's training images, as they were then; empty where its folder does not tell.

    Raises
    ------
    ModelError
        If the checkpoint is damaged.
    """
    state = load_state(run)
    listed = run / IMAGES
    if state is None and listed.is_file():
        state = {"images": json.loads(listed.read_text(encoding="utf-8"))}
    images: list[str] = (state or {}).get("images", [])
    return images


def trained_counts(run: Path, data: Sequence[Path]) -> list[int]:
    """Return how many of each data folder's images a run was trained on.

    Parameters
    ----------
    run : Path
        Run folder. One that does not tell its training images is taken to have seen all.
    data : sequence of Path
        Data folders and manifests. They may have been moved, and hold more images than at the time.

    Raises
    ------
    OtherData
        If training images of the run are in none of them, or one of them holds none.
    ModelError
        If the checkpoint is damaged.
    """
    held = [image_files(place, "train") for place in data]
    trained = trained_images(run)
    if not trained:
        return list(map(len, held))
    known = [{key for path in files for key in _keys(path)} for files in held]
    counts = [sum(_is_among(image, keys) for image in trained) for keys in known]
    missing = [image for image in trained if not any(_is_among(image, keys) for keys in known)]
    if missing or not all(counts):
        where = ", ".join(map(str, data))
        foreign = ", ".join(str(place) for place, count in zip(data, counts, strict=True) if not count)
        reason = (
            f"{len(missing)} of its {len(trained)} training images are not in {where}, as {missing[0]}"
            if missing
            else f"none of its training images is in {foreign}"
        )
        folders = ", ".join(dict.fromkeys(str(Path(image).parent.parent) for image in trained))
        raise OtherData(f"{run}: {reason}", f"Name with --data what it was trained on: {folders}.")
    return counts


def _keys(path: Path) -> set[str | tuple[str, ...]]:
    parts = path.absolute().parts
    # Without the folder, too: a run that was started within it did not note its name.
    return {str(path.resolve()), parts[-_TOLD:], parts[1 - _TOLD :]}


def _is_among(image: str, keys: set[str | tuple[str, ...]]) -> bool:
    path = Path(image)
    return str(path.resolve()) in keys or path.parts[-_TOLD:] in keys
