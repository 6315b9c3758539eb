"""Checkpoints of public programs compute here what they compute there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from medsr_viewer.errors import ModelError
from medsr_viewer.models.layers import bicubic
from medsr_viewer.models.output import to_picture
from medsr_viewer.models.third_party import read_third_party, recognise

Public = Mapping[str, Callable[[], nn.Module]]

#: name of the public network: our architecture, scale factor, and what white is in the images that it takes
KNOWN: dict[str, tuple[str, int, float]] = {
    "FMEN, folded": ("fmen", 4, 255),
    "FMEN, as it trains": ("fmen", 3, 255),
    "ESRGAN (xinntao": ("rrdb", 4, 1),
    "ESRGAN (XPixelGroup": ("rrdb", 4, 1),
    "ESRGAN x2": ("rrdb", 2, 1),
    "ESRGAN x4": ("rrdb", 4, 1),
    "ESRGAN x8": ("rrdb", 8, 1),
    "EDSR (sanghyun-son": ("edsr", 4, 255),
    "EDSR (sanghyun-son #x3": ("edsr", 3, 255),
    "EDSR (sanghyun-son #[0, 1]": ("edsr", 2, 1),
    "EDSR (XPixelGroup": ("edsr", 4, 1),
    "SRGAN (leftthomas": ("srresnet", 4, 1),
    "SRGAN (leftthomas #x8": ("srresnet", 8, 1),
    "Swift-SRGAN": ("swift-srgan", 4, 1),
    "VDSR (twtygqyy/pytorch-vdsr)": ("vdsr", 3, 1),
    "VDSR (twtygqyy/pytorch-vdsr, first": ("vdsr", 2, 1),
    "FSRCNN": ("fsrcnn", 3, 1),
    "ESPCN": ("espcn", 3, 1),
    "SRCNN": ("srcnn", 4, 1),
    "SRCNN #9-1-5": ("srcnn", 2, 1),
}
SCALE_FREE = ("vdsr", "fsrcnn", "srcnn")
ENLARGED_FIRST = ("vdsr", "srcnn")


def random_network(public: Public, name: str) -> nn.Module:
    torch.manual_seed(5)
    network = public[name]()
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            assert layer.running_mean is not None
            assert layer.running_var is not None
            layer.running_mean.uniform_(-0.5, 0.5)
            layer.running_var.uniform_(0.5, 2)
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.uniform_(layer.bias, -0.5, 0.5)
        if isinstance(layer, nn.PReLU):
            nn.init.uniform_(layer.weight, 0.1, 0.9)
    return network.eval()


@pytest.mark.parametrize("name", KNOWN)
def test_what_is_recognised_computes_the_same_picture(name: str, public: Public) -> None:
    architecture, scale_factor, white = KNOWN[name]
    theirs = random_network(public, name)
    ours = recognise(theirs.state_dict(), scale_factor if architecture in SCALE_FREE else None)
    assert (ours.architecture, ours.scale_factor) == (architecture, scale_factor)
    assert ours.title.startswith(name.partition(" #")[0])
    pixels = torch.rand(1, int(ours.options["channels"]), 9, 8)
    base = bicubic(pixels, scale_factor)
    with torch.inference_mode():
        expected = theirs((base if architecture in ENLARGED_FIRST else pixels) * white) / white
        found = to_picture(ours.network(pixels), base, ours.output)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
    assert (found - found.mean()).abs().max() > 1e-4, "nothing to compare"


@pytest.mark.parametrize("name", ["VDSR (twtygqyy/pytorch-vdsr)", "FSRCNN", "SRCNN"])
def test_a_scale_that_the_weights_do_not_tell_must_be_named(name: str, public: Public) -> None:
    with pytest.raises(ValueError, match="do not tell the scale factor: say which .* --scale 4"):
        recognise(random_network(public, name).state_dict())


def test_a_scale_that_the_weights_do_tell_cannot_be_changed(public: Public) -> None:
    with pytest.raises(ValueError, match="its weights upscale by 3, not by 2"):
        recognise(random_network(public, "ESPCN").state_dict(), 2)


def test_old_checkpoints_without_counts_of_batches(public: Public) -> None:
    state = random_network(public, "SRGAN (leftthomas").state_dict()
    recognise({name: tensor for name, tensor in state.items() if "num_batches" not in name})


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("not ours: pixel unshuffle", "reads 12 channels and returns 3, through a pixel unshuffle"),
        ("not ours: ESPCN of other names", "first kernel is 5 x 5"),
    ],
)
def test_variants_that_we_do_not_have_are_refused(name: str, reason: str, public: Public) -> None:
    with pytest.raises(ValueError, match=f"looks like .*, but .*{reason}"):
        recognise(random_network(public, name).state_dict())


def msrresnet() -> dict[str, Tensor]:
    return {f"{name}.weight": torch.zeros(3) for name in ("conv_first", "body.0.conv1", "upconv1", "conv_last")}


@pytest.mark.parametrize(
    ("tensors", "reason"),
    [
        (msrresnet(), "MSRResNet of BasicSR"),
        ({"fc.weight": torch.zeros(2, 2), "fc.bias": torch.zeros(2)}, "holds 2 parameters named fc.weight, fc.bias"),
    ],
)
def test_other_networks_are_refused_by_what_was_seen(tensors: dict[str, Tensor], reason: str, tmp_path: Path) -> None:
    path = tmp_path / "network.pth"
    torch.save(tensors, path)
    with pytest.raises(ModelError, match=f"network.pth: .*{reason}") as caught:
        read_third_party(path)
    assert "Swift-SRGAN (Koushik0901" in caught.value.advice, "it says what is known"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda state: state.pop("last_part.0.weight"), "ESPCN|no network"),
        (lambda state: state.pop("first_part.0.bias"), r"lacks layers\.0\.bias"),
        (lambda state: state.update(extra=torch.zeros(1)), "has in addition extra"),
        (
            lambda state: state.update({"first_part.2.bias": torch.zeros(9)}),
            r"layers\.2\.bias .* is \(9,\), not \(3,\)",
        ),
        (lambda state: state.update({"last_part.0.weight": torch.zeros(25, 3, 3, 3)}), "scale factor 5"),
    ],
)
def test_damage_is_named(spoil: Callable[[dict[str, Tensor]], Any], reason: str, public: Public) -> None:
    state = dict(random_network(public, "ESPCN").state_dict())
    spoil(state)
    with pytest.raises(ValueError, match=reason):
        recognise(state)


def same(found: nn.Module, state: Mapping[str, Tensor]) -> bool:
    return torch.equal(next(iter(found.state_dict().values())), next(iter(state.values())))


@pytest.mark.parametrize("wrapper", [None, "params", "params_ema", "state_dict", "model", "model_state_dict"])
@pytest.mark.parametrize("prefix", ["", "module.", "_orig_mod.module."])
def test_wrappers_and_prefixes_are_taken_off(wrapper: str | None, prefix: str, public: Public, tmp_path: Path) -> None:
    state = random_network(public, "ESPCN").state_dict()
    wrapped: dict[str, Any] = {prefix + name: tensor for name, tensor in state.items()}
    if wrapper:
        wrapped = {wrapper: wrapped, "epoch": 3, "optimizer": {"state": {0: {"step": torch.tensor(1.0)}}}}
    path = tmp_path / "espcn.pth"
    torch.save(wrapped, path)
    assert same(read_third_party(path).network, state)


def test_averaged_weights_go_before_others(public: Public, tmp_path: Path) -> None:
    state = random_network(public, "ESPCN").state_dict()
    averaged = {name: tensor + 1 for name, tensor in state.items()}
    torch.save({"params": state, "params_ema": averaged}, tmp_path / "espcn.pth")
    assert same(read_third_party(tmp_path / "espcn.pth").network, averaged)


def test_half_precision_safetensors(public: Public, tmp_path: Path) -> None:
    state = {name: tensor.half() for name, tensor in random_network(public, "ESPCN").state_dict().items()}
    save_file(state, tmp_path / "espcn.safetensors")
    network = read_third_party(tmp_path / "espcn.safetensors").network
    assert {tensor.dtype for tensor in network.state_dict().values()} == {torch.float32}


def test_a_file_that_would_run_code_is_refused(public: Public, tmp_path: Path) -> None:
    path = tmp_path / "whole.pth"
    torch.save({"model": random_network(public, "ESPCN")}, path)
    with pytest.raises(ModelError, match=r"whole\.pth: .*program objects") as caught:
        read_third_party(path)
    assert "state_dict()" in caught.value.advice


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("data", [b"", b"no checkpoint at all", b"PK\x03\x04" + bytes(50)])
def test_damaged_files_are_refused(suffix: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"damaged{suffix}"
    path.write_bytes(data)
    with pytest.raises(ModelError, match="damaged"):
        read_third_party(path)


def test_a_truncated_checkpoint_is_refused(public: Public, tmp_path: Path) -> None:
    path = tmp_path / "cut.pth"
    torch.save(random_network(public, "ESPCN").state_dict(), path)
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(ModelError, match="cut"):
        read_third_party(path)


@pytest.mark.parametrize("value", [{"epoch": 3}, [1, 2], {"params": {"epoch": 3}}])
def test_files_without_tensors_are_refused(value: object, tmp_path: Path) -> None:
    torch.save(value, tmp_path / "empty.pth")
    with pytest.raises(ModelError, match="holds no tensors by name"):
        read_third_party(tmp_path / "empty.pth")


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_missing_file_is_refused(suffix: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        read_third_party(tmp_path / f"missing{suffix}")
