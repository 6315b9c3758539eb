"""Import a model that another program trained into the user's model folder."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from medsr_viewer.errors import UnknownMethod
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.settings import model_folders
from medsr_viewer.upscaling.catalogue import catalogue
from medsr_viewer.upscaling.methods import check_name


def import_model(
    path: Path, name: str, scale_factor: int | None = None, kind: Literal["psnr", "gan"] | None = None
) -> ModelCard:
    """Import a checkpoint as a method of the user's.

    Parameters
    ----------
    path : Path
        safetensors, ``.pth`` or ``.pt``.
    name : str
        What the method shall be called: lower-case letters, digits, ``.``, ``_`` and ``-``.
    scale_factor : int, optional
        For the networks whose weights do not tell it.
    kind : {"psnr", "gan"}, optional
        What it was trained for; by its architecture where it is left out.

    Returns
    -------
    ModelCard
        Of the weights, which lie in the user's model folder.

    Raises
    ------
    UnknownMethod
        If the name is not one, or is another method's.
    ModelError
        If the checkpoint is damaged or of no network that we have.
    CannotWrite
        If the folder cannot be written to.
    """
    folder = model_folders()[-1]
    check_name(name)
    for method in catalogue().methods:
        own = all(card.is_imported and card.path.parent == folder for card in method.cards.values())
        if method.name == name and not (method.is_learned and own):
            raise UnknownMethod(f"there is a method {name} already", "Choose another name.")
    # Imports torch, which a wrong name need not wait for.
    from medsr_viewer.models.importing import import_checkpoint

    card = import_checkpoint(path, name, folder, scale_factor, kind)
    catalogue.cache_clear()
    return card
