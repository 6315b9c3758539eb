"""VGG's features against a plain chain of layers, and the losses that are made of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from medsr_viewer.errors import ModelError
from trainer.losses import PerceptualDistance, VggFeatures, build_content_loss
from trainer.objective import FeatureFiles, Objective
from trainer.recipe import LossRecipe, Recipe

BLOCKS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
WIDTHS = (4, 8, 16, 16, 16)
MEAN, STD = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1), torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def torchvision_vgg(backbone: str) -> nn.Sequential:
    """Return the ``features`` of torchvision's network, with fewer channels and random weights."""
    torch.manual_seed(0)
    layers, inputs = list[nn.Module](), 3
    for width, count in zip(WIDTHS, BLOCKS[backbone], strict=True):
        for _ in range(count):
            layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU()]
            nn.init.kaiming_normal_(layers[-2].weight)  # type: ignore[arg-type]
            inputs = width
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return files as torchvision publishes them, of either serialisation."""
    folder, files = tmp_path_factory.mktemp("published"), {}
    for backbone, zipped in (("vgg16", True), ("vgg19", False)):
        state = {f"features.{name}": tensor for name, tensor in torchvision_vgg(backbone).state_dict().items()}
        files[backbone] = folder / f"{backbone}.pth"
        torch.save(
            {**state, "classifier.0.weight": torch.zeros(1)},
            files[backbone],
            _use_new_zipfile_serialization=zipped,
        )
    return files


@pytest.mark.parametrize(
    ("backbone", "layer", "position"),
    [
        ("vgg16", "1_1", 0),
        ("vgg16", "3_3", 14),
        ("vgg16", "5_3", 28),
        ("vgg19", "2_2", 7),
        ("vgg19", "5_2", 30),
        ("vgg19", "5_4", 34),
    ],
)
def test_a_layer_is_torchvisions(published: dict[str, Path], backbone: str, layer: str, position: int) -> None:
    network, pixels = torchvision_vgg(backbone), torch.rand(2, 3, 32, 48)
    with torch.no_grad():
        for before, extra in ((True, 1), (False, 2)):
            expected = network[: position + extra]((pixels - MEAN) / STD)
            (found,) = VggFeatures(published[backbone], backbone, [layer], before_activation=before)(pixels)
            torch.testing.assert_close(found, expected)


def test_layers_come_in_the_networks_order_and_gray_is_repeated(published: dict[str, Path]) -> None:
    network, gray = torchvision_vgg("vgg19"), torch.rand(1, 1, 32, 32)
    found = VggFeatures(published["vgg19"], "vgg19", ["pool5", "4_1"])(gray)
    with torch.no_grad():
        expected = [network[:end]((gray.repeat(1, 3, 1, 1) - MEAN) / STD) for end in (21, 37)]
    assert len(found) == 2
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b)


def test_nothing_is_kept_beyond_the_last_layer_asked_for(published: dict[str, Path]) -> None:
    features = VggFeatures(published["vgg19"], "vgg19", ["2_1", "1_2"])
    held = {name for name, _ in features.named_buffers() if name.endswith("weight")}
    assert held == {"conv1_1_weight", "conv1_2_weight", "conv2_1_weight"}
    assert not features.state_dict(), "VGG is no part of a checkpoint"


def test_caffes_weights_see_bgr(vgg: Path) -> None:
    rgb = torch.rand(1, 3, 16, 16)
    tensors = {name: tensor.float() for name, tensor in load_file(vgg).items()}
    blue_first = torch.stack([rgb[:, 2], rgb[:, 1], rgb[:, 0]], dim=1) * 255
    blue_first -= torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)
    expected = F.conv2d(blue_first, tensors["conv1_1.weight"], tensors["conv1_1.bias"], padding=1)
    (found,) = VggFeatures(vgg, "vgg16", ["1_1"], before_activation=True)(rgb)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-3)  # of values in the hundreds


def test_one_vgg_does_not_pass_for_the_other(published: dict[str, Path], vgg: Path) -> None:
    for path, backbone, title in (
        (published["vgg16"], "vgg19", "VGG-19"),
        (published["vgg19"], "vgg16", "VGG-16"),
        (vgg, "vgg19", "VGG-19"),
    ):
        with pytest.raises(ModelError, match=f"not {title}'s features"):
            VggFeatures(path, backbone, ["1_1"])


def test_content_loss_by_hand(published: dict[str, Path]) -> None:
    torch.manual_seed(0)
    upscaled, reference = torch.rand(2, 2, 1, 32, 32)
    network = torchvision_vgg("vgg19")
    with torch.no_grad():
        maps = [network[:36]((pixels.repeat(1, 3, 1, 1) - MEAN) / STD).numpy() for pixels in (upscaled, reference)]
    expected = np.mean((maps[0] / 12.75 - maps[1] / 12.75) ** 2)
    loss = build_content_loss(weights=published["vgg19"])
    assert float(loss(upscaled, reference)) == pytest.approx(float(expected), rel=1e-4)
    assert float(loss(reference, reference)) == 0
    unscaled = build_content_loss("vgg19", "5_4", weights=published["vgg19"], feature_scale=1)
    assert float(unscaled(upscaled, reference)) == pytest.approx(float(expected) * 12.75**2, rel=1e-4)
    assert not list(loss.parameters()), "VGG must not be trained"


def test_content_gradients_flow_into_the_upscaled_alone(published: dict[str, Path]) -> None:
    upscaled, reference = (torch.rand(1, 1, 32, 32, requires_grad=True) for _ in range(2))
    build_content_loss("vgg16", weights=published["vgg16"])(upscaled, reference).backward()
    assert upscaled.grad is not None
    assert upscaled.grad.abs().max() > 0
    assert reference.grad is None


@pytest.mark.parametrize(("backbone", "last"), [("vgg16", "5_3"), ("vgg19", "5_4")])
def test_a_recipe_that_names_no_layer_takes_the_backbones_last(
    backbone: Any, last: str, published: dict[str, Path], recipe_of: Callable[..., Recipe]
) -> None:
    recipe = recipe_of(loss=LossRecipe(content_weight=1, content_backbone=backbone))
    content = Objective(recipe, FeatureFiles(content=published[backbone])).content
    assert content is not None
    assert isinstance(content.features, VggFeatures)
    assert content.features.layers == (last,)


def test_a_layer_that_vgg16_lacks_is_refused_with_those_it_has(vgg: Path) -> None:
    with pytest.raises(ModelError, match="VGG-16 has no layer '5_4'") as caught:
        build_content_loss("vgg16", "5_4", weights=vgg)
    assert caught.value.advice == (
        "Its layers are 1_1, 1_2, 2_1, 2_2, 3_1, 3_2, 3_3, 4_1, 4_2, 4_3, 5_1, 5_2, 5_3, pool5."
    )


def test_an_unknown_backbone_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ModelError, match="unknown backbone 'alexnet'") as caught:
        build_content_loss("alexnet")
    assert caught.value.advice == "Known are vgg16, vgg19, mobilenet-v2, resnet50, inception-v3."


def test_without_torchvision_its_backbones_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(ModelError, match="MobileNetV2 needs torchvision") as caught:
        build_content_loss("mobilenet-v2")
    assert f"`pip install torchvision torch=={torch.__version__}`" in caught.value.advice
    assert "choose vgg16 or vgg19" in caught.value.advice


@pytest.mark.parametrize(
    ("backbone", "name", "last"),
    [
        ("mobilenet-v2", "mobilenet_v2", "features"),
        ("resnet50", "resnet50", "layer4"),
        ("inception-v3", "inception_v3", "Mixed_7c"),
    ],
)
def test_torchvisions_backbones_give_their_last_map(tmp_path: Path, backbone: str, name: str, last: str) -> None:
    models = pytest.importorskip("torchvision.models")
    options = {"init_weights": True} if backbone == "inception-v3" else {}  # it warns where that is not said
    network = models.get_model(name, weights=None, **options).eval()
    network.transform_input = True  # Inception alone has it
    torch.save(network.state_dict(), tmp_path / "weights.pth")
    seen = []
    getattr(network, last).register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    pixels = torch.rand(2, 1, 96, 96)
    loss = build_content_loss(backbone, weights=tmp_path / "weights.pth").train()
    with torch.no_grad():
        network((pixels.repeat(1, 3, 1, 1) - MEAN) / STD)
        largest = seen[0].abs().max()  # tiny, with random weights
        torch.testing.assert_close(loss.features(pixels)[0] / largest, seen[0] / largest, rtol=1e-3, atol=1e-4)
    assert not any(parameter.requires_grad for parameter in loss.parameters())
    with pytest.raises(ModelError, match="has no layer 'conv99'"):
        build_content_loss(backbone, "conv99", weights=tmp_path / "weights.pth")


def caffe_maps(path: Path, gray: Tensor) -> list[Tensor]:
    """VGG-16 as torchvision writes it: convolutions and pools in a row; the last map of every block."""
    tensors = {name: tensor.float() for name, tensor in load_file(path).items()}
    blue, green, red = (gray * 255 - mean for mean in (103.939, 116.779, 123.68))
    features, kept = torch.cat([blue, green, red], dim=1), list[Tensor]()
    for block, convolutions in enumerate(BLOCKS["vgg16"], start=1):
        features = nn.MaxPool2d(2)(features) if kept else features
        for index in range(1, convolutions + 1):
            weight, bias = (tensors[f"conv{block}_{index}.{part}"] for part in ("weight", "bias"))
            features = torch.relu(F.conv2d(features, weight, bias, padding=1))
        kept.append(features)
    return kept


def test_perceptual_distance_is_lpips_without_its_weights(vgg: Path) -> None:
    torch.manual_seed(0)
    upscaled, reference = torch.rand(2, 2, 1, 16, 16)
    expected = []
    for a, b in zip(caffe_maps(vgg, upscaled), caffe_maps(vgg, reference), strict=True):
        unit = [f / f.norm(dim=1, keepdim=True).clamp_min(1e-12) for f in (a, b)]
        expected.append(float(((unit[0] - unit[1]) ** 2).sum(dim=1).mean()))
    distance = PerceptualDistance(vgg)
    assert float(distance(upscaled, reference)) == pytest.approx(np.mean(expected), rel=1e-4)
    assert float(distance(reference, reference)) == 0
    assert float(distance(upscaled, reference)) > 0
    assert not list(distance.parameters()), "VGG must not be trained"


def test_perceptual_gradients_flow_into_the_upscaled_alone(vgg: Path) -> None:
    upscaled = torch.rand(1, 1, 16, 16, requires_grad=True)
    reference = torch.rand(1, 1, 16, 16, requires_grad=True)
    PerceptualDistance(vgg)(upscaled, reference).backward()
    assert upscaled.grad is not None
    assert upscaled.grad.abs().max() > 0
    assert reference.grad is None


def test_a_file_that_is_not_vgg_is_refused(tmp_path: Path) -> None:
    for name, content in (
        ("missing", None),
        ("damaged", b"damaged"),
        ("damaged.pth", b"damaged"),
        ("empty.pth", b""),
        ("other", {"weight": torch.zeros(1)}),
    ):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif content:
            save_file(content, path)
        with pytest.raises(ModelError, match=f"{name}: not VGG-16's features"):
            PerceptualDistance(path)


class Harmful:
    """Unpickling it makes a file."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.target,)


def test_a_pth_file_runs_no_code(tmp_path: Path) -> None:
    path, target = tmp_path / "harmful.pth", tmp_path / "made"
    torch.save({"features.0.weight": Harmful(target)}, path)
    with pytest.raises(ModelError, match=r"harmful.pth: not VGG-16's features"):
        PerceptualDistance(path)
    assert not target.exists()
