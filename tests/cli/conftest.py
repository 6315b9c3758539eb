"""Images made up for the command, and the command itself in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from medsr_viewer.cli import main

Run = Callable[..., "Outcome"]


@dataclass(frozen=True)
class Outcome:
    """What the command gave."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines on standard error."""
        return self.err.splitlines()


@pytest.fixture
def medsr(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs the command."""

    def run(*arguments: object) -> Outcome:
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as exc:  # argparse
            status = int(exc.code or 0)
        captured = capsys.readouterr()
        return Outcome(status, captured.out, captured.err)

    return run


@pytest.fixture
def compare_json(medsr: Run, tmp_path: Path) -> Callable[..., Any]:
    """Return a function that compares by bicubic and returns the JSON."""

    def run(*arguments: object, status: int = 0) -> Any:
        path = tmp_path / "scores.json"
        outcome = medsr("compare", *arguments, "--method", "bicubic", "--json", path)
        assert outcome.status == status, outcome.err
        return json.loads(path.read_text(encoding="utf-8"))

    return run


def scene(rows: int = 100, columns: int = 84) -> np.ndarray:
    """Return (rows, columns) float64 in [0, 1]: edges, waves and noise, so that every method loses something."""
    y, x = np.mgrid[0:rows, 0:columns]
    noise = np.random.default_rng(7).normal(0, 0.03, (rows, columns))
    disc = (np.hypot(y - rows / 2, x - columns / 2) < min(rows, columns) / 3) * 0.5
    values = 0.2 + disc + 0.15 * np.sin(x / 2.5) * np.cos(y / 4) + noise
    return np.clip(values, 0, 1)


@pytest.fixture
def gray_png(tmp_path: Path) -> Path:
    """Return an 8-bit PNG, 100 x 84, whose values do not reach 0 or 255."""
    return write_png(tmp_path / "gray.png", scene() * 200 + 20)


@pytest.fixture
def colour_png(tmp_path: Path) -> Path:
    """Return an 8-bit RGB PNG, 60 x 50."""
    levels = scene(60, 50)
    return write_png(tmp_path / "colour.png", np.dstack([levels * 250, levels[::-1] * 200, levels * 90 + 60]))


@pytest.fixture
def ct(tmp_path: Path) -> Path:
    """Return a CT slice, 102 x 85, -1000 .. 1400 HU, with a soft-tissue window."""
    return write_ct(tmp_path / "ct.dcm")


def write_png(path: Path, values: np.ndarray) -> Path:
    """Write 8-bit values as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.rint(values).astype(np.uint8)).save(path)
    return path


def write_ct(path: Path, stored: np.ndarray | None = None, **elements: Any) -> Path:
    """Write a CT slice of a patient whose name must not turn up anywhere."""
    if stored is None:
        stored = np.rint(scene(102, 85) * 2400 + 24).astype(np.int16)
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = CTImageStorage
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.2.3", "1.2.3.4"
    ds.Modality, ds.PatientName, ds.PatientID = "CT", "Secret^Name", "SECRET-ID"
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = stored.shape[-2:]
    if stored.ndim == 3:
        ds.NumberOfFrames = len(stored)
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit, ds.PixelRepresentation = 15, 1
    ds.RescaleSlope, ds.RescaleIntercept = 1, -1024
    ds.WindowCenter, ds.WindowWidth = 40, 400
    ds.PixelData = stored.astype("<i2").tobytes()
    for keyword, value in elements.items():
        setattr(ds, keyword, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    ds.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture
def make_ct() -> Callable[..., Path]:
    """Return the function that writes a CT slice."""
    return write_ct


@pytest.fixture
def make_png() -> Callable[..., Path]:
    """Return the function that writes a PNG."""
    return write_png


@pytest.fixture
def make_scene() -> Callable[..., np.ndarray]:
    """Return the function that makes an image up."""
    return scene
