from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pytest
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from medsr_viewer.imaging.degrade import crop_to_multiple, degrade
from medsr_viewer.imaging.resample import enlarge
from medsr_viewer.upscaling.methods import Method
from trainer.cli import main
from trainer.comparison import Row, measure, summarise
from trainer.evaluation import image_figures
from trainer.images import load_images

BICUBIC = Method("bicubic", "interpolation")


def test_the_figures_of_an_image_are_scikit_images(data: list[Path]) -> None:
    image = load_images(data, "val")[0]
    reference = crop_to_multiple(image.pixels.clip(0, 1), 2)
    upscaled = enlarge(degrade(reference, 2), 2, "bicubic")
    figures = image_figures(BICUBIC, 2, image)
    assert figures["psnr_db"] == pytest.approx(peak_signal_noise_ratio(reference, upscaled, data_range=1), abs=1e-3)
    expected = structural_similarity(
        reference, upscaled, data_range=1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
    )
    assert figures["ssim"] == pytest.approx(expected, abs=1e-4)
    assert figures["gain_db"] == 0
    assert (figures["improvement"], figures["omission"], figures["hallucination"]) == (0, 1, 0)
    assert math.isnan(figures["ms_ssim"]), "undefined at this size"
    assert "perceptual_distance" not in figures


def test_every_method_is_measured_on_every_image_and_summed_by_group(data: list[Path]) -> None:
    methods = [BICUBIC, Method("nearest", "interpolation")]
    rows = measure(methods, 2, load_images(data, "val"))
    assert [(row.method, row.folder, row.modality) for row in rows] == [
        ("bicubic", "xray", ""), ("nearest", "xray", ""), ("bicubic", "ct", "PT"), ("nearest", "ct", "PT"),
    ]  # fmt: skip
    summaries = {(s["grouping"], s["group"], s["method"]): s for s in summarise(rows, "bicubic")}
    mean = summaries["all", "all", "nearest"]["figures"]["psnr_db"]
    assert mean["value"] == pytest.approx((rows[1].figures["psnr_db"] + rows[3].figures["psnr_db"]) / 2)
    assert mean["count"] == 2
    assert summaries["modality", "PT", "nearest"]["figures"]["psnr_db"]["value"] == rows[3].figures["psnr_db"]
    assert summaries["all", "all", "bicubic"]["p"] == {}, "the baseline is not tested against itself"
    assert summaries["all", "all", "nearest"]["p"]["psnr_db"] is None, "two pairs are too few"


def test_pairs_are_tested_image_by_image() -> None:
    rows = [
        Row(method, 0, str(i), "f", "s", "m", {"psnr_db": 20.0 + i + gain})
        for i in range(8)
        for method, gain in (("bicubic", 0.0), ("better", 0.1 + i / 100))
    ]
    summary = next(s for s in summarise(rows, "bicubic") if s["method"] == "better")
    assert summary["p"]["psnr_db"] == pytest.approx(2 / 256), "though the images differ by far more than the methods"


def test_the_command_writes_a_table_json_and_csv(
    data: list[Path], vgg: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = [tmp_path / "rows.json", tmp_path / "rows.csv"]
    arguments = ["evaluate", "--data", *map(str, data), "--scale", "2", "--methods", "nearest", "lanczos"]
    assert main([*arguments, "--vgg", str(vgg), "--json", str(out[0]), "--csv", str(out[1])]) == 0
    assert "lanczos" in capsys.readouterr().out
    document = json.loads(out[0].read_text())
    assert {row["method"] for row in document["rows"]} == {"bicubic", "nearest", "lanczos"}, "the baseline comes along"
    assert document["rows"][0]["figures"]["ms_ssim"] is None, "JSON has no NaN"
    with out[1].open(newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == 6
    assert float(table[0]["psnr_db"]) == document["rows"][0]["figures"]["psnr_db"]


def test_an_unknown_method_is_wrong_usage(data: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--data", *map(str, data), "--methods", "magic"]) == 2
    assert "magic" in capsys.readouterr().err
