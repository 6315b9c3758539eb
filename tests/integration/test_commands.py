"""The installed `medsr` command, as a script sees it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.data import get_testdata_file

COMMAND = Path(sys.executable).with_name("medsr.exe" if sys.platform == "win32" else "medsr")
SAMPLE = Path(str(get_testdata_file("CT_small.dcm", download=False)))
QUIET = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def medsr(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **QUIET, **options.pop("env", {})}  # type: ignore[dict-item]
    return subprocess.run(
        [COMMAND, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=120,
        check=False,
        env=environment,
        **options,  # type: ignore[call-overload]
    )


def modules_after(*arguments: object) -> set[str]:
    """Return the modules that a command has imported when it is done."""
    code = (
        "import sys\nfrom medsr_viewer.cli import main\n"
        "try:\n    status = main(sys.argv[1:])\nexcept SystemExit as exc:\n    status = exc.code\n"
        "assert not status, status\nprint('\\n' + ' '.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def test_version_and_help() -> None:
    assert medsr("--version").stdout.startswith("medsr ")
    shown = medsr("--help")
    assert shown.returncode == 0
    assert all(name in shown.stdout for name in ("compare", "upscale", "models", "doctor", "Research use only"))


def test_help_is_light() -> None:
    assert modules_after("--help").isdisjoint({"numpy", "rich", "pydicom", "torch", "PIL", "cv2"})


def test_interpolation_and_models_need_no_torch(tmp_path: Path) -> None:
    arguments = (
        "compare",
        SAMPLE,
        "--method",
        "bicubic",
        "--json",
        tmp_path / "a.json",
        "--figure",
        tmp_path / "a.png",
    )
    for command in (arguments, ("models", "--json")):
        assert modules_after(*command).isdisjoint({"torch", "PySide6", "pyqtgraph", "trainer"})


def test_compare_the_sample_by_every_method(tmp_path: Path) -> None:
    done = medsr("compare", SAMPLE, "--json", tmp_path / "a.json", "--figure", tmp_path / "a.png")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    report = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert report["shape"] == [128, 128]
    scores = {method["name"]: method["psnr_db"] for method in report["methods"]}
    assert scores.keys() >= {"nearest", "bilinear", "bicubic", "lanczos", "back-projection"}
    assert scores["bicubic"] > scores["nearest"] + 1
    for name, score in scores.items():
        assert f"{score:.2f}" in done.stdout, name
    with Image.open(tmp_path / "a.png") as figure:
        figure.load()


def test_window_is_scored_as_the_header_says(tmp_path: Path) -> None:
    header = dcmread(SAMPLE)
    header.WindowCenter, header.WindowWidth = [50, 300], [350, 1500]
    header.save_as(tmp_path / "a.dcm")
    done = medsr(
        "compare", tmp_path / "a.dcm", "--range", "window", "--method", "bicubic",
        "--json", tmp_path / "a.json", "--arrays", tmp_path / "a.npz",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert report["data_range"] == 350
    with np.load(tmp_path / "a.npz", allow_pickle=False) as arrays:
        first, second = (np.clip(arrays[name].astype(float), -125, 225) for name in ("reference", "bicubic"))
    expected = 10 * np.log10(350**2 / np.mean((first - second) ** 2))
    assert report["methods"][0]["psnr_db"] == pytest.approx(expected, abs=1e-3)


def test_upscale_then_open_what_was_written(tmp_path: Path) -> None:
    done = medsr("upscale", SAMPLE, "--method", "lanczos", "--scale", "3", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    (written,) = (tmp_path / "out").glob("*.png")
    again = medsr("compare", written, "--method", "bicubic", "--json", tmp_path / "a.json")
    assert again.returncode == 0, again.stderr
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["shape"] == [384, 384]


def test_exit_status_2_and_1(tmp_path: Path) -> None:
    assert medsr("compare", SAMPLE, "--method", "none").returncode == 2
    assert medsr("compare", SAMPLE, "--device", "none").returncode == 2
    assert medsr("frobnicate").returncode == 2
    gone = medsr("compare", tmp_path / "gone", "--method", "bicubic")
    assert gone.returncode == 1
    assert len(gone.stderr.splitlines()) == 1
    assert gone.stdout == ""


@pytest.mark.skipif(sys.platform == "win32", reason="pipes close otherwise there")
@pytest.mark.parametrize("command", ["models", "compare"])
def test_reader_that_leaves_early_is_no_error(command: str, tmp_path: Path) -> None:
    arguments = [COMMAND, command]
    if command == "compare":
        arguments += [SAMPLE, "--method", "bicubic", "--json", tmp_path / "a.json"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(60) == 0
    assert command == "models" or (tmp_path / "a.json").is_file()


def test_terminal_that_knows_ascii_alone(tmp_path: Path) -> None:
    path = tmp_path / "Schädel 頭.dcm"
    path.write_bytes(SAMPLE.read_bytes())
    done = medsr("compare", path, tmp_path / "fehlt-ä", "--method", "bicubic", env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="the system cannot limit the memory of a process")
@pytest.mark.parametrize(
    "claims",
    [{"Rows": 65535, "Columns": 65535}, {"NumberOfFrames": 1_000_000}, {"Rows": 20000, "Columns": 20000}],
    ids="-".join,
)
def test_header_that_claims_too_much_costs_no_memory(tmp_path: Path, claims: dict[str, int]) -> None:
    import resource

    header = dcmread(SAMPLE)
    for keyword, claim in claims.items():
        setattr(header, keyword, claim)
    path = tmp_path / "huge.dcm"
    header.save_as(path)
    limit = 1 << 30

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    done = medsr("compare", path, "--method", "bicubic", preexec_fn=limited)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"medsr: {path}: the header claims ")
    assert "memory" not in line
