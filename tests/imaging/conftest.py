"""Synthetic DICOM files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from medsr_viewer.cancel import CancelToken
from medsr_viewer.imaging.collect import Collection, collect
from medsr_viewer.imaging.frame import Frame
from medsr_viewer.imaging.read import read_frame
from medsr_viewer.imaging.study import Instance

MakeDicom = Callable[..., Path]


def dataset(pixels: np.ndarray, syntax: str = ExplicitVRLittleEndian, **elements: Any) -> Dataset:
    """Return a data set whose layout describes `pixels`, (H, W), (N, H, W) or (H, W, 3); `elements` come on top."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.file_meta.MediaStorageSOPClassUID = CTImageStorage
    ds.SOPClassUID = CTImageStorage
    ds.SOPInstanceUID = generate_uid()
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.2.3", "1.2.3.4"
    ds.Modality, ds.PatientName, ds.PatientID = "OT", "Doe^Jane", "P1"
    colour = pixels.ndim == 3 and pixels.shape[-1] == 3
    ds.SamplesPerPixel = 3 if colour else 1
    ds.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        ds.PlanarConfiguration = 0
    frames = pixels.ndim == 3 and not colour
    if frames:
        ds.NumberOfFrames = len(pixels)
    ds.Rows, ds.Columns = pixels.shape[1:] if frames else pixels.shape[:2]
    ds.BitsAllocated = ds.BitsStored = 8 * pixels.dtype.itemsize
    ds.HighBit = ds.BitsStored - 1
    ds.PixelRepresentation = int(pixels.dtype.kind == "i")
    if pixels.dtype.kind == "f":
        ds.FloatPixelData = pixels.tobytes()
    else:
        ds.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
        ds["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 else "OW"
    for keyword, value in elements.items():
        setattr(ds, keyword, value)
    return ds


def instances_of(found: Collection) -> list[Instance]:
    """Return all instances of a collection, in order."""
    return [instance for study in found.studies for series in study.series for instance in series.instances]


def open_one(path: Path) -> Instance:
    """Return the single instance of a file."""
    found = collect([path], CancelToken())
    assert not found.skipped
    (instance,) = instances_of(found)
    return instance


@pytest.fixture
def read() -> Callable[..., Frame]:
    """Return a function that collects one file and reads one of its frames."""

    def read_file(path: Path, index: int = 0) -> Frame:
        return read_frame(open_one(path), index)

    return read_file


@pytest.fixture
def reason() -> Callable[[Path], str]:
    """Return a function that gives the reason why a file is skipped."""

    def skip_reason(path: Path) -> str:
        found = collect([path], CancelToken())
        assert not found.studies
        (skipped,) = found.skipped
        assert skipped.path == str(path)
        return skipped.reason

    return skip_reason


@pytest.fixture
def make_dicom(tmp_path: Path) -> MakeDicom:
    """Return a function that writes pixels and elements as a DICOM file."""

    def write(pixels: np.ndarray, name: str = "image.dcm", **elements: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        dataset(pixels, **elements).save_as(path, enforce_file_format=True)
        return path

    return write


@pytest.fixture
def build() -> Callable[..., Dataset]:
    """Return the function that builds a data set in memory."""
    return dataset
