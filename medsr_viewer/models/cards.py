"""Model cards: what the weights in a safetensors file are, where they come from, and what they measured.

A card is a JSON file beside the weights, of the same name. Reading one needs no torch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args, get_origin, get_type_hints

from medsr_viewer.errors import ModelError
from medsr_viewer.whole_files import write_whole

Output: TypeAlias = Literal["residual", "image", "tanh"]
"""What a network returns: see `medsr_viewer.models.output.to_picture`."""

BARELY_TRAINED_STEPS = 5000
ORIENTATIONS = (1, 8)
"""The image as it is; the four quarter turns of it and of its mirror image."""
RADIOGRAPHY = ("CR", "DX")
"""DICOM modalities of a radiograph, however it was read out: trained on one, a network knows the other."""


@dataclass(frozen=True)
class ModelCard:
    """What a set of weights is.

    Parameters
    ----------
    name : str
        Method name, without the scale: ``fmen``.
    kind : {"psnr", "gan"}
        Trained for fidelity, or adversarially for sharpness.
    architecture : str
        A name of `medsr_viewer.models.architectures`.
    options : mapping
        What the architecture is built with.
    scale_factor : int
        Of the weights.
    parameters : int
        Number of them, as the network runs.
    halo : int
        Border, in input pixels, that makes a tile exact.
    sha256 : str
        Of the weights file.
    date : str
        ISO date of publishing.
    training : mapping
        ``recipe``, ``steps``, ``seconds``, ``device``, ``data`` (list of folders with their image counts), ``note``;
        of weights that another program trained ``imported``, the name of the file that they came in.
    attribution : tuple of str
        Of the training images.
    modalities : tuple of str
        DICOM modalities that it was trained on.
    degradation : str
        That it was trained for.
    precision : str
        Of the stored weights.
    figures : mapping
        Validation folder to its figures (``psnr_db``, ``gain_db``, ``perceptual_distance``, ``consistency``,
        ``consistency_rms``).
    path : Path
        The weights file.
    output : {"residual", "image", "tanh"}
        What the network returns: what is to be added to the bicubic upscaling (older cards do not say so), the picture
        itself, or what the hyperbolic tangent makes the picture of.
    ancestors : tuple of mapping
        Weights of the same network that the training began with, and those that these began with, nearest first: the
        ``name`` that they had, and the ``sha256`` that they have when they are published. Older cards do not say so.
    orientations : int
        How many orientations of the image the result is the mean of: 1, or 8 (`medsr_viewer.models.orientations`).
    """

    name: str
    kind: Literal["psnr", "gan"]
    architecture: str
    options: Mapping[str, Any] = field(hash=False)
    scale_factor: int
    parameters: int
    halo: int
    sha256: str
    date: str
    training: Mapping[str, Any] = field(hash=False)
    attribution: tuple[str, ...]
    modalities: tuple[str, ...]
    degradation: str
    precision: str
    figures: Mapping[str, Mapping[str, float]] = field(hash=False)
    path: Path = field(compare=False)
    output: Output = "residual"
    ancestors: tuple[Mapping[str, str], ...] = field(default=(), hash=False)
    orientations: int = 1

    @property
    def barely_trained(self) -> bool:
        """Whether the weights saw too few steps to stand for their method."""
        return not self.is_imported and self._steps < BARELY_TRAINED_STEPS

    @property
    def is_imported(self) -> bool:
        """Whether another program trained the weights."""
        return "imported" in self.training

    @property
    def note(self) -> str:
        """What the user must know of the training, or ""."""
        if self.is_imported:
            return "imported: trained elsewhere, for a degradation that is not known"
        return f"barely trained ({self._steps:,} steps)" if self.barely_trained else ""

    @property
    def sources(self) -> tuple[ModelCard, ...]:
        """The published weights that the network is made of."""
        return (self,)

    def is_trained_on(self, modality: str) -> bool:
        """Return whether the card names a DICOM modality; one kind of radiograph stands for the other."""
        alike = RADIOGRAPHY if modality in RADIOGRAPHY else (modality,)
        return any(one in self.modalities for one in alike)

    @property
    def _steps(self) -> int:
        steps: int = self.training.get("steps", 0)
        return steps


def read_card(path: Path) -> ModelCard:
    """Read a card.

    Parameters
    ----------
    path : Path
        The JSON file.

    Raises
    ------
    ModelError
        If it is not a card, or its weights file is missing.
    """
    weights = path.with_suffix(".safetensors")
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        known = {f.name for f in fields(ModelCard)}
        arguments: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in values.items() if name in known
        }
        card = ModelCard(**arguments | {"path": weights})
        _check(card)
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as exc:
        raise ModelError(f"{path.name}: not a model card ({exc})") from exc
    if not weights.is_file():
        raise ModelError(f"{path.name}: its weights, {weights.name}, are missing")
    return card


def read_verified_card(path: Path) -> ModelCard:
    """Read a card, and see that its weights are the ones that it describes.

    Raises
    ------
    ModelError
        See `read_card` and `read_weights`.
    """
    card = read_card(path)
    read_weights(card)
    return card


def read_weights(card: ModelCard) -> bytes:
    """Return the content of a card's weights file.

    Raises
    ------
    ModelError
        If the file is missing, or its hash is not the card's.
    """
    try:
        data = card.path.read_bytes()
    except OSError as exc:
        raise ModelError(f"{card.path.name}: cannot be read ({exc.strerror})") from exc
    if hashlib.sha256(data).hexdigest() != card.sha256:
        raise ModelError(
            f"{card.path.name}: the file is not the one that its card describes (SHA-256 differs)",
            "Where the model was replaced while the program ran: Rescan models (menu Help), and try again. Else install"
            " the program again, or choose another method.",
        )
    return data


def _check(card: ModelCard) -> None:
    """Raise TypeError or ValueError where a value is not of its type: one such card would break the list of all."""
    for name, hint in get_type_hints(ModelCard).items():
        kind = get_origin(hint) or hint
        value = getattr(card, name)
        if kind is Literal:
            if value not in get_args(hint):
                raise ValueError(f"{name} is {value!r}, not one of {', '.join(get_args(hint))}")
        elif not isinstance(value, kind):
            raise TypeError(f"{name} is {value!r}")
    if card.orientations not in ORIENTATIONS:
        raise ValueError(f"orientations are {card.orientations}, not one of {', '.join(map(str, ORIENTATIONS))}")
    if not card.name or card.scale_factor < 1 or card.halo < 0:
        raise ValueError(f"name {card.name!r}, scale_factor {card.scale_factor}, halo {card.halo}")
    if not isinstance(card.training.get("steps", 0), int):
        raise TypeError(f"training steps are {card.training['steps']!r}")
    for ancestor in card.ancestors:
        if not all(isinstance(ancestor[key], str) for key in ("name", "sha256")):
            raise TypeError(f"ancestors hold {ancestor!r}")


def write_card(card: ModelCard) -> Path:
    """Write a card beside its weights; return its path.

    Raises
    ------
    CannotWrite
        If it cannot be written.
    """
    values = {f.name: getattr(card, f.name) for f in fields(ModelCard) if f.name != "path"}
    path = card.path.with_suffix(".json")
    write_whole(path, json.dumps(values, indent=2, ensure_ascii=False) + "\n")
    return path


def find_cards(
    folders: Iterable[Path], read: Callable[[Path], ModelCard] = read_card
) -> tuple[list[ModelCard], list[ModelError]]:
    """Read every card in some folders.

    Parameters
    ----------
    folders : iterable of Path
        Those that do not exist hold none.
    read : callable
        `read_card`, or `read_verified_card`, which reads all weights too.

    Returns
    -------
    cards : list of ModelCard
        Sorted by name and scale factor. Where two folders hold the same method, the later folder's card stands.
    problems : list of ModelError
        One for each card that cannot be read.
    """
    cards: dict[tuple[str, int], ModelCard] = {}
    problems: list[ModelError] = []
    for folder in folders:
        for path in sorted(folder.glob("*.json")):
            try:
                card = read(path)
            except ModelError as exc:
                problems.append(exc)
            else:
                cards[card.name, card.scale_factor] = card
    return [cards[key] for key in sorted(cards)], problems
