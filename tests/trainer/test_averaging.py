"""The mean of several runs' weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.optim.swa_utils import AveragedModel

from medsr_viewer.errors import InputError, ModelError
from trainer.checkpoint import save_state
from trainer.cli import main

OTHER = {"architecture": "espcn", "scale_factor": 2, "options": {}, "output": "residual", "warm_start": ""}


def run_folder(path: Path, value: float, step: int, network: dict[str, object] | None = None) -> Path:
    path.mkdir()
    save_file({"weight": torch.full((2, 3), value), "count": torch.tensor([step])}, path / "best.safetensors")
    recipe = {"name": "small", "network": network or OTHER, "differs": "One channel."}
    (path / "recipe.json").write_text(json.dumps(recipe))
    (path / "best.json").write_text(json.dumps({"step": step, "epoch": 1.0, "seconds": 9.0, "xray_psnr_db": 40.0}))
    (path / "log.csv").write_text(f"step\n{step}\n")
    (path / "lineage.json").write_text(json.dumps([{"name": "before", "sha256": "ab"}]))
    return path


def test_the_mean_is_a_run_without_figures_of_its_own(tmp_path: Path) -> None:
    first, second = run_folder(tmp_path / "a", 1.0, 100), run_folder(tmp_path / "b", 4.0, 200)
    assert main(["average", str(first), str(second), "--out", str(tmp_path / "mean")]) == 0
    tensors = load_file(tmp_path / "mean" / "best.safetensors")
    assert torch.equal(tensors["weight"], torch.full((2, 3), 2.5))
    assert tensors["count"].item() == 200
    assert json.loads((tmp_path / "mean" / "best.json").read_text()) == {"step": 200, "epoch": 1.0, "seconds": 9.0}
    recipe = json.loads((tmp_path / "mean" / "recipe.json").read_text())
    assert recipe["differs"] == "One channel. Mean of the best weights of 2 runs: a, b."
    assert json.loads((tmp_path / "mean" / "lineage.json").read_text()) == [{"name": "before", "sha256": "ab"}]


def test_the_last_weights_count_where_asked_and_a_run_has_a_checkpoint(tmp_path: Path) -> None:
    mean, run = run_folder(tmp_path / "a", 1.0, 100), run_folder(tmp_path / "b", 4.0, 200)
    network = torch.nn.Linear(3, 2, bias=False)
    torch.nn.init.constant_(network.weight, 7.0)
    held = AveragedModel(network)
    save_state(run, {"step": 300, "seconds": 12.5, "players": {"average": held.state_dict()}})
    save_file({"weight": torch.full((2, 3), 1.0)}, mean / "best.safetensors")
    assert main(["average", "--last", str(mean), str(run), "--out", str(tmp_path / "mean")]) == 0
    assert torch.equal(load_file(tmp_path / "mean" / "best.safetensors")["weight"], torch.full((2, 3), 4.0))
    assert json.loads((tmp_path / "mean" / "best.json").read_text()) == {"step": 300, "seconds": 12.5}
    assert "Mean of the last weights" in json.loads((tmp_path / "mean" / "recipe.json").read_text())["differs"]


def test_other_networks_a_single_run_and_a_folder_that_is_there_are_refused(tmp_path: Path) -> None:
    from trainer.averaging import average_runs

    first = run_folder(tmp_path / "a", 1.0, 100)
    other = run_folder(tmp_path / "b", 1.0, 100, OTHER | {"scale_factor": 4})
    with pytest.raises(InputError, match="scale_factor"):
        average_runs([first, other], tmp_path / "mean")
    with pytest.raises(InputError, match="two runs"):
        average_runs([first], tmp_path / "mean")
    with pytest.raises(InputError, match="already"):
        average_runs([first, first], other)
    (first / "best.safetensors").write_bytes(b"damaged")
    with pytest.raises(ModelError, match="best.safetensors"):
        average_runs([first, first], tmp_path / "mean")
    assert not (tmp_path / "mean").exists()
