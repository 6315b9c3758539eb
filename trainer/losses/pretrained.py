"""Where the weights of the networks come from that content losses look through: a file, torch's cache, a download."""

from __future__ import annotations

import hashlib
import http.client
import pickle
import re
import urllib.error
import urllib.request
import uuid
import zipfile
from pathlib import Path
from typing import Any

import torch
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from medsr_viewer.errors import ModelError

BACKBONE_TITLES = {
    "vgg16": "VGG-16",
    "vgg19": "VGG-19",
    "mobilenet-v2": "MobileNetV2",
    "resnet50": "ResNet-50",
    "inception-v3": "Inception v3",
}
PUBLISHED_FILES = {
    "vgg16": "vgg16-397923af.pth",
    "vgg19": "vgg19-dcbb9e9d.pth",
    "mobilenet-v2": "mobilenet_v2-b0353104.pth",
    "resnet50": "resnet50-0676ba61.pth",
    "inception-v3": "inception_v3_google-0cc3c7bd.pth",
}
"""torchvision's names; the eight digits are the first of the file's SHA-256."""
PUBLISHED_AT = "https://download.pytorch.org/models/"
PIECE = 1 << 20
TIMEOUT_SECONDS = 30.0


class UnknownLayer(ModelError):
    """A backbone has no such layer."""


def find_weights(backbone: str, named: Path | None = None, *, option: str = "--content") -> Path:
    """Return a file with a backbone's weights: the one that the user names, else torch's cached one, else a download.

    Parameters
    ----------
    backbone : str
        A key of `PUBLISHED_FILES`.
    named : Path, optional
        The user's file.
    option : str
        Of the command, by which it is named.

    Raises
    ------
    ModelError
        If the named file does not exist, or there is none and it cannot be downloaded.
    """
    title = BACKBONE_TITLES[backbone]
    if named is not None:
        if not named.is_file():
            raise ModelError(f"{named}: no such file; it was named for {title}'s weights", "Check the path.")
        return named
    cached = Path(torch.hub.get_dir()) / "checkpoints" / PUBLISHED_FILES[backbone]
    if not cached.is_file():
        download(PUBLISHED_AT + cached.name, cached, title, option)
    return cached


def download(url: str, target: Path, title: str, option: str) -> None:
    """Download a file whose name ends in the first digits of its SHA-256, with a progress bar.

    Parameters
    ----------
    url : str
        Where it is published.
    target : Path
        Written only once it is complete and its hash is right.
    title : str
        Of the network, for bar and messages.
    option : str
        By which another file is named, for messages.

    Raises
    ------
    ModelError
        If it cannot be fetched or written, or its hash is wrong.
    """
    partial = target.with_name(f"{target.name}.{uuid.uuid4().hex}.part")  # several processes may download at once
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = _fetch(url, partial, title)
        _check_hash(url, digest)
        partial.replace(target)
    except (OSError, http.client.HTTPException) as exc:
        reason = getattr(exc, "reason", None) or exc
        if isinstance(exc, urllib.error.HTTPError):
            exc.close()  # it is the server's answer, too
        raise ModelError(
            f"{title}'s weights are not on this machine and could not be downloaded ({reason})",
            f"Fetch {url} on a machine that is online, then name the file with {option}, or put it into "
            f"{target.parent}.",
        ) from exc
    finally:
        partial.unlink(missing_ok=True)


def read_tensors(path: Path, title: str) -> dict[str, Tensor]:
    """Read a safetensors or ``.pth`` file; the latter without running code that it may hold.

    Raises
    ------
    ModelError
        If it is missing, damaged or of another kind.
    """
    try:
        tensors: Any = (
            torch.load(path, map_location="cpu", weights_only=True)
            if path.suffix in {".pth", ".pt"}
            else load_file(path)
        )
    except (OSError, EOFError, RuntimeError, SafetensorError, pickle.UnpicklingError, zipfile.BadZipFile) as exc:
        raise ModelError(
            f"{path}: not {title}'s features ({exc})", "Name a safetensors file, or torchvision's .pth file."
        ) from exc
    if not isinstance(tensors, dict) or not all(isinstance(tensor, Tensor) for tensor in tensors.values()):
        raise ModelError(f"{path}: not {title}'s features (no table of tensors)", "Name a file of weights alone.")
    return tensors


def _fetch(url: str, path: Path, title: str) -> str:
    digest = hashlib.sha256()
    columns = (TextColumn(f"{title}'s weights"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with (
        urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer,  # noqa: S310 - the address is ours
        path.open("wb") as file,
        Progress(*columns, TimeRemainingColumn(), transient=True) as progress,
    ):
        length = answer.headers.get("Content-Length")
        bar = progress.add_task("download", total=int(length) if length else None)
        while piece := answer.read(PIECE):
            file.write(piece)
            digest.update(piece)
            progress.advance(bar, len(piece))
    if length and path.stat().st_size != int(length):
        raise urllib.error.URLError("the connection ended early")
    return digest.hexdigest()


def _check_hash(url: str, digest: str) -> None:
    expected = re.search(r"-([0-9a-f]{8,})\.", url.rsplit("/", 1)[-1])
    if expected is None or not digest.startswith(expected[1]):
        raise ModelError(
            f"{url}: what was downloaded is not what was published (its SHA-256 begins with {digest[:8]})",
            "Try again later, or name a file of your own.",
        )
