from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.color import rgb2ycbcr
from skimage.metrics import peak_signal_noise_ratio

from medsr_viewer.errors import NothingToOpen, UnusableImage
from medsr_viewer.upscaling.methods import Method
from trainer.cli import main
from trainer.evaluation.figures import image_figures
from trainer.evaluation.protocol import Protocol, load_luma

BICUBIC = Method("bicubic", "interpolation")


@pytest.fixture
def colours(tmp_path: Path) -> Path:
    rows, columns = np.mgrid[:64, :72]
    waves = [np.sin(rows / a + columns / b) for a, b in ((3, 5), (7, 2), (4, 4))]
    rgb = np.rint(127.5 + 127.5 * np.stack(waves, axis=2)).astype(np.uint8)
    Image.fromarray(rgb).save(tmp_path / "a.png")
    Image.fromarray(rgb[..., 0]).save(tmp_path / "b.png")
    return tmp_path


def test_luma_is_that_of_the_tables(colours: Path) -> None:
    colour, gray = load_luma([colours], "val")
    rgb = np.asarray(Image.open(colours / "a.png"))
    assert colour.stored is not None
    np.testing.assert_array_equal(colour.stored, np.rint(rgb2ycbcr(rgb)[..., 0]))
    assert gray.stored is not None
    np.testing.assert_array_equal(gray.stored, rgb[..., 0]), "gray is taken as it is"


def test_bicubic_is_what_files_of_8_bits_would_give(colours: Path) -> None:
    image = load_luma([colours], "val")[0]
    luma = np.rint(rgb2ycbcr(np.asarray(Image.open(colours / "a.png")))[..., 0])

    def resized(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        enlarged = Image.fromarray(pixels.astype(np.float32)).resize(size, Image.Resampling.BICUBIC)
        return np.rint(np.asarray(enlarged)).clip(0, 255)

    upscaled = resized(resized(luma, (18, 16)), (72, 64))
    expected = peak_signal_noise_ratio(luma[4:-4, 4:-4], upscaled[4:-4, 4:-4], data_range=255)
    figures = image_figures(BICUBIC, 4, image, protocol=Protocol.set5(4))
    assert figures["psnr_db"] == pytest.approx(expected, abs=1e-3)
    assert figures["psnr_db"] != pytest.approx(image_figures(BICUBIC, 4, image)["psnr_db"], abs=1e-3)


def test_a_border_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(UnusableImage, match="border of 4"):
        Protocol.set5(4).inner(np.zeros((8, 20), np.float32))
    assert Protocol.set5(4).inner(np.zeros((9, 20), np.float32)).shape == (1, 12)


def test_a_split_is_taken_where_there_is_one(colours: Path) -> None:
    (colours / "val").mkdir()
    (colours / "a.png").rename(colours / "val" / "only.png")
    assert [Path(image.path).name for image in load_luma([colours], "val")] == ["only.png"]
    with pytest.raises(NothingToOpen):
        load_luma([colours / "nowhere"], "val")


def test_bicubic_reproduces_the_published_figures_of_set5(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "set5.json"
    folder = str(shared_data / "set5")
    assert main(["evaluate", "--set5", "--data", folder, "--methods", "bicubic", "--json", str(out)]) == 0
    document = json.loads(out.read_text())
    figures = document["summaries"][0]["figures"]
    assert figures["psnr_db"]["count"] == 5
    assert round(figures["psnr_db"]["value"], 2) == 28.42
    assert figures["ssim"]["value"] == pytest.approx(0.8104, abs=2e-4)
    assert "rounded to 8 bits" in document["measured_on"]
