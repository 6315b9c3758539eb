from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from torch import nn

from medsr_viewer.errors import CannotWrite, ModelError
from medsr_viewer.models.cards import find_cards
from medsr_viewer.models.importing import import_checkpoint
from medsr_viewer.models.layers import bicubic
from medsr_viewer.models.weights import load_network

Public = Mapping[str, Callable[[], nn.Module]]


def vdsr(public: Public) -> nn.Module:
    torch.manual_seed(3)
    network = public["VDSR (twtygqyy/pytorch-vdsr)"]()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(2.5)
        list(network.parameters())[-1].mul_(0.1)
    return network.eval()


def test_an_imported_network_is_a_model_like_others(public: Public, tmp_path: Path) -> None:
    theirs = vdsr(public)
    torch.save({"state_dict": theirs.state_dict()}, tmp_path / "model_epoch_50.pth")
    card = import_checkpoint(tmp_path / "model_epoch_50.pth", "vdsr-public", tmp_path / "models", scale_factor=3)
    cards, problems = find_cards([tmp_path / "models"])
    assert (cards, problems) == ([card], [])
    assert card.path.name == "vdsr-public-x3.safetensors"
    assert (card.kind, card.architecture, card.output, card.scale_factor) == ("psnr", "vdsr", "residual", 3)
    assert card.halo == 9
    assert card.parameters == sum(parameter.numel() for parameter in theirs.parameters())
    assert card.sha256 == hashlib.sha256(card.path.read_bytes()).hexdigest()
    with torch.inference_mode():
        pixels = torch.rand(1, 1, 8, 9)
        base = bicubic(pixels, 3)
        residual = load_network(card)(pixels)
        torch.testing.assert_close(base + residual, theirs(base))
    assert residual.abs().max() > 1e-4
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == [
        "vdsr-public-x3.json",
        "vdsr-public-x3.safetensors",
    ]


def test_the_card_says_what_is_not_known(public: Public, tmp_path: Path) -> None:
    torch.save(vdsr(public).state_dict(), tmp_path / "vdsr.pth")
    card = import_checkpoint(tmp_path / "vdsr.pth", "public", tmp_path, 2, kind="gan")
    assert card.kind == "gan"
    assert card.is_imported
    assert not card.barely_trained
    assert card.note == "imported: trained elsewhere, for a degradation that is not known"
    assert card.training["imported"] == "vdsr.pth"
    assert "VDSR (twtygqyy" in card.training["note"]


@pytest.mark.parametrize("name", ["FMEN, folded", "SRGAN (leftthomas", "ESRGAN x4"])
def test_weights_that_make_no_picture_are_refused(name: str, public: Public, tmp_path: Path) -> None:
    """Untrained ones, say: nothing is written."""
    torch.save(public[name]().state_dict(), tmp_path / "random.pth")
    with pytest.raises(ModelError, match=r"random\.pth: recognised as .*no picture of what it sees"):
        import_checkpoint(tmp_path / "random.pth", "public", tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_weights_that_are_not_finite_are_refused(public: Public, tmp_path: Path) -> None:
    state = vdsr(public).state_dict()
    state["input.weight"][0] = torch.nan
    torch.save(state, tmp_path / "nan.pth")
    with pytest.raises(ModelError, match="no picture"):
        import_checkpoint(tmp_path / "nan.pth", "public", tmp_path, 2)


def test_a_folder_that_cannot_be_written_to(public: Public, tmp_path: Path) -> None:
    torch.save(vdsr(public).state_dict(), tmp_path / "vdsr.pth")
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite):
        import_checkpoint(tmp_path / "vdsr.pth", "public", tmp_path / "file" / "models", 2)
