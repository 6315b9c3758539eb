"""What a recipe names is built when it is loaded for a run: each fault by file and key, before any image is read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from medsr_viewer.errors import InvalidRecipe
from trainer.cli import main
from trainer.losses import torchvision_features
from trainer.recipe_file import shipped_recipes
from trainer.runnable import load_for_run

RECIPE = """
name = "own"
summary = "for tests"
network = { architecture = "srresnet", scale_factor = 4, options = { blocks = 1, features = 8 } }
optimiser = { steps = 3 }
loss = { adversarial_weight = 1e-3, content_weight = 1.0 }
discriminator = { architecture = "queens", features = 4 }
data = { patch = 8 }
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(RECIPE)
    return path


@pytest.mark.parametrize("name", shipped_recipes())
def test_what_ships_can_be_built(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # torchvision is an option of the trainer: its backbones are not at stake here.
    monkeypatch.setattr("trainer.losses.content.untrained_extractor", lambda *_: None)
    assert load_for_run(name).name == name


@pytest.mark.parametrize(
    ("setting", "message", "advice"),
    [
        (
            "network.options.blokcs = 1",
            "network.options.blokcs is unknown to SrResNet",
            "Allowed here: features, blocks",
        ),
        ("network.options.channels = 3", "network.options.channels is unknown", "Allowed here: features"),
        ("network.options.blocks = 1.5", "network.options.blocks = 1.5", "Allowed: a whole number, 1 or more."),
        ("network.options.blocks = -1", "network.options.blocks = -1", "Allowed: a whole number, 1 or more."),
        ("network.options.norm = 3", "network.options.norm = 3", "Allowed: text in quotes."),
        (
            "network.options.norm = 'layer'",
            "network.options.norm = 'layer': unknown normalisation 'layer': use batch, instance or none",
            "Where it is left out it is 'batch'.",
        ),
        (
            "network.options.head_kernel = 4",
            "network.options.head_kernel = 4: it makes ",
            "Where it is left out it is 9.",
        ),
        ("network.scale_factor = 5", "network.scale_factor = 5", "Allowed for srresnet: 2, 4, 8."),
        ("network.scale_factor = 3", "network.scale_factor = 3", "Allowed for srresnet: 2, 4, 8."),
        ("network.architecture = 'srresnt'", "network.architecture = 'srresnt'", "Allowed: edsr, espcn, fmen"),
        ("loss.content_layer = '9_9'", "loss.content_layer = '9_9': VGG-19 has no layer '9_9'", "Its layers are 1_1"),
        (
            "loss.content_backbone = 'resnet50'\nloss.content_before_activation = true",
            "loss.content_before_activation = true with loss.content_backbone = 'resnet50'",
            "Allowed with vgg16, vgg19.",
        ),
        (
            "discriminator.options.nonsense = 1",
            "discriminator.options.nonsense is unknown",
            "Allowed here: norm, dense",
        ),
        ("discriminator.options.dropout = 2", "discriminator.options.dropout = 2: dropout", "Where it is left out"),
        (
            "discriminator.options.dense = true",
            "discriminator.options.dense = True",
            "Allowed: a whole number, 0 or more",
        ),
        ("discriminator.options.norm = 'x'", "discriminator.options.norm = 'x': unknown norm", "Where it is left out"),
        (
            "data.patch = 5\ndiscriminator.architecture = 'patch'",
            "discriminator.architecture = 'patch': 3 strides need patches of 24 reference pixels a side, not 20",
            "Choose a larger data.patch",
        ),
        ("data.patch = 3", "data.patch = 3 is too small for a discriminator", "Allowed at x4: 4 or more."),
    ],
)
def test_a_fault_is_named_with_file_key_and_what_is_allowed(setting: str, message: str, advice: str, own: Path) -> None:
    with pytest.raises(InvalidRecipe) as caught:
        load_for_run(str(own), setting.split("\n"))
    assert str(caught.value).startswith(f"{own}: {message}")
    assert caught.value.advice.startswith(advice)


def test_a_patch_must_leave_something_for_vgg(own: Path) -> None:
    settings = ["loss.adversarial_weight = 0.0", "data.patch = 3"]
    with pytest.raises(InvalidRecipe, match="patch = 3 is too small for vgg19"):
        load_for_run(str(own), settings)
    assert load_for_run(str(own), [*settings, "loss.content_weight = 0.0"]).data.patch == 3


def test_a_discriminator_that_no_term_needs_is_not_built(own: Path) -> None:
    settings = ["loss.adversarial_weight = 0.0", "discriminator.options.nonsense = 1"]
    assert load_for_run(str(own), settings).discriminator.options == {"nonsense": 1}


def test_the_layers_of_torchvisions_networks_are_looked_up(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("trainer.losses.content.untrained_extractor", lambda *names: asked.append(names))
    load_for_run(str(own), ["loss.content_backbone = 'resnet50'"])
    assert asked == [("resnet50", torchvision_features.DEFAULT_LAYERS["resnet50"])]


def test_the_command_says_so_before_it_looks_for_data(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["run", str(own), "--data", "nowhere", "--set", "network.options.blokcs=1"]
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert "own.toml: network.options.blokcs is unknown" in error
    assert "Install the program" not in error


def test_listing_recipes_needs_no_torch() -> None:
    code = "import sys; from trainer.cli import main; main(['recipes']); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
