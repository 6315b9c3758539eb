"""What tests of `prepare` write, and read from the folder that it makes."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from trainer.prepare.options import PrepareOptions
from trainer.prepare.run import Prepared, prepare

CT, MR, SECONDARY = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.7"
NAME, ID = "Quimby^Zacharias", "MRN-90210-XY"
OPTIONS = PrepareOptions(shares=(0.5, 0.3, 0.2), min_side=32, source="Ours", licence="CC0", attribution="Us")


def slice_of(seed: int, rows: int = 40, columns: int = 44) -> np.ndarray[Any, np.dtype[np.int16]]:
    y, x = np.mgrid[:rows, :columns]
    return (500 + 400 * np.sin(y / (3 + seed)) * np.cos(x / 5) + seed).astype(np.int16)


def save_dicom(path: Path, pixels: np.ndarray[Any, Any], **elements: Any) -> Path:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = elements.pop("SOPClassUID", CT)
    ds.SOPInstanceUID = elements.pop("SOPInstanceUID", generate_uid())
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    ds.PatientName, ds.PatientID, ds.Modality = NAME, ID, "CT"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.2.3", "1.2.3.4"
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = pixels.shape
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit, ds.PixelRepresentation = 15, int(pixels.dtype.kind == "i")
    ds.PixelData = pixels.tobytes()
    for keyword, value in elements.items():
        setattr(ds, keyword, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    ds.save_as(path, enforce_file_format=True)
    return path


def manifest(out: Path) -> list[dict[str, str]]:
    with (out / "manifest.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def reasons(prepared: Prepared) -> dict[str, str]:
    with prepared.skipped_list.open(newline="") as file:
        return {Path(row["file"]).name: row["reason"] for row in csv.DictReader(file)}


def units_of(out: Path, row: dict[str, str]) -> np.ndarray[Any, np.dtype[np.float64]]:
    stored = cv2.imread(str(out / row["file"]), cv2.IMREAD_UNCHANGED)
    assert stored.dtype == np.uint16
    units: np.ndarray[Any, np.dtype[np.float64]] = stored * float(row["slope"]) + float(row["intercept"])
    return units


def one(tmp_path: Path, **changes: Any) -> tuple[Path, dict[str, str]]:
    """Prepare what lies in ``in`` as one training image; return folder and row."""
    options = PrepareOptions(**{"shares": (1, 0, 0), "min_side": 8, **changes})
    prepare([tmp_path / "in"], tmp_path / "out", options)
    (row,) = manifest(tmp_path / "out")
    return tmp_path / "out", row


def contents(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
