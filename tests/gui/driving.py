"""What the tests of the window do with it, and read from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from medsr_viewer.ui.app import Application


def badges(application: Application) -> list[str]:
    return [panel.badge.text for panel in application.window.controller.grid.panels]


def statuses(application: Application) -> list[str]:
    return [panel.canvas.overlay.status for panel in application.window.controller.grid.panels]


def act(application: Application, name: str) -> None:
    action: QAction = application.window.actions_by_name[name]
    action.trigger()


def settle(application: Application, qtbot: QtBot) -> None:
    """Wait until everything on screen is computed and scored."""
    methods = {"bicubic", "lanczos"}

    def settled() -> bool:
        return set(application.results.scores) >= methods and not any(r.is_busy for r in application.runners.values())

    qtbot.waitUntil(settled, timeout=10_000)


def write_dicom(path: Path, **elements: object) -> None:
    """Write an MR image of 48 x 64."""
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = MRImageStorage, generate_uid()
    dataset.SeriesInstanceUID, dataset.StudyInstanceUID, dataset.Modality = generate_uid(), generate_uid(), "MR"
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 48, 64, 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.PixelData = (np.arange(48 * 64, dtype=np.uint16) % 4096).tobytes()
    for name, value in elements.items():
        setattr(dataset, name, value)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.save_as(path, enforce_file_format=True)
